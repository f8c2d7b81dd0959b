"""The company switch: one person, many memberships, and one of them at a time in a browser."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from app.errors import Unprocessable
from app.extensions import transaction
from app.security.identity import hash_of
from app.security.permissions import Permission
from app.services.people import switching
from app.views.door import SESSION_KEY, current_actor, door
from app.views.own import blueprint
from app.views.people_forms import roles_in_words
from app.views.portal import fields
from app.words import t


@blueprint.get("/switch")
@door(Permission.ME_READ)
def show_choices() -> str:
    return _page()


@blueprint.post("/switch")
@door(Permission.ME_CHANGE)
def switch() -> Response | tuple[str, int]:
    """What this browser remembers of the company before is forgotten, and forms opened there are not taken any more."""
    key = session[SESSION_KEY]
    wanted = fields.version(request.form.get("membership", ""))
    try:
        with transaction():
            switching.switch(current_actor(), wanted, key_hash=hash_of(key))
    except Unprocessable as refusal:
        return _page(problem=refusal.message, fix=refusal.fix), refusal.status
    session.clear()
    session[SESSION_KEY] = key
    flash(t("You work here from now on."), "good")
    return redirect(url_for("sign_in.show"), 303)


def _page(*, problem: str = "", fix: str = "") -> str:
    with transaction():
        found = switching.choices(current_actor())
    choices = [(each, roles_in_words(each.roles)) for each in found]
    return render_template("own/switch.html", choices=choices, problem=problem, fix=fix)
