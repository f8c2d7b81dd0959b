"""Choosing a password of one's own, above all after somebody else has given one."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from app.errors import PortalError
from app.extensions import transaction
from app.security.identity import hash_of
from app.security.permissions import Permission
from app.services.accounts import SHORTEST_PASSWORD
from app.services.people import passwords
from app.views.door import SESSION_KEY, current_actor, door
from app.views.own import blueprint
from app.words import t


@blueprint.get("/password")
@door(Permission.ME_CHANGE)
def show_password() -> str:
    return _page()


@blueprint.post("/password")
@door(Permission.ME_CHANGE)
def change_password() -> Response | tuple[str, int]:
    try:
        with transaction():
            passwords.change_own(
                current_actor(),
                request.form.get("current", ""),
                request.form.get("new", ""),
                key_hash=hash_of(session[SESSION_KEY]),
            )
    except PortalError as refusal:
        return _page(problem=refusal.message, fix=refusal.fix), refusal.status
    flash(t("Your new password counts from now on. Other browsers have to sign in again."), "good")
    return redirect(url_for("sign_in.show"), 303)


def _page(*, problem: str = "", fix: str = "") -> str:
    return render_template("own/password.html", least=SHORTEST_PASSWORD, problem=problem, fix=fix)
