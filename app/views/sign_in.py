"""The sign-in page, and the way out. Afterwards everybody lands where their work is."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from app.errors import PortalError, TooMany
from app.extensions import transaction
from app.security.actor import Actor, Role
from app.services.sign_in import SignInRefused, note_refusal, sign_in, sign_out
from app.views.door import SESSION_KEY, client_ip, public, safe_path, signed_in_actor

blueprint = Blueprint("sign_in", __name__)

# The first role somebody has decides.
HOMES = ((Role.ADMINISTRATOR, "/admin/"), (Role.VALIDATOR, "/desk"), (Role.ACCOUNT_MANAGER, "/portfolio"))


def home_of(actor: Actor | None) -> str:
    """The path of the page where this person's work begins; the sign-in page leads on those it does not know yet."""
    if actor is None:
        return "/sign-in"
    return next((path for role, path in HOMES if role in actor.roles), "/")


@blueprint.get("/sign-in")
@public("people who are not signed in have to begin somewhere")
def show() -> Response:
    actor = signed_in_actor()
    if actor is not None:
        return redirect(_wanted() or home_of(actor))
    return _form()


@blueprint.post("/sign-in")
@public("people who are not signed in have to begin somewhere")
def enter_portal() -> Response:
    ip = client_ip()
    try:
        with transaction():
            key = sign_in(request.form.get("login", ""), request.form.get("password", ""), ip=ip)
    except SignInRefused as refusal:
        with transaction():
            note_refusal(refusal, ip=ip)
        return _form(refusal)
    except TooMany as refusal:
        return _form(refusal)
    session.clear()
    session[SESSION_KEY] = key
    return redirect(_wanted() or url_for("sign_in.show"), 303)


@blueprint.post("/sign-out")
@public("ends the session of this browser and nothing else")
def leave() -> Response:
    key = session.pop(SESSION_KEY, None)
    session.clear()
    if key:
        with transaction():
            sign_out(key, ip=client_ip())
    return redirect(url_for("sign_in.show"), 303)


def _wanted() -> str | None:
    """Where the person was going before we asked them to sign in."""
    return safe_path(request.args.get("next"))


def _form(refusal: PortalError | None = None) -> Response:
    login = request.form.get("login", "")
    page = render_template("sign_in.html", refusal=refusal, login=login, next=_wanted())
    response = make_response(page, refusal.status if refusal is not None else 200)
    if refusal is not None and "retry_after" in refusal.facts:
        response.headers["Retry-After"] = str(refusal.facts["retry_after"])
    return response
