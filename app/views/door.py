"""The one way in: who asks, may they at all, and which rows will they see. Every route goes through one of three doors.

`door` is for pages (a browser session, protected against forged forms), `api_door` for machines (a bearer token and
nothing else), `public` for what a stranger may see, with the reason. Each marks its function, so that a test can read
every route. Whether an actor may do something to one order is asked by the services.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from app.errors import SignInNeeded
from app.extensions import transaction
from app.security import identity
from app.security.actor import Actor, set_origin
from app.security.permissions import Permission
from app.security.policy import require_at_all
from app.security.scopes import enter
from app.services.maintenance import refuse_changes
from app.words import set_language, t

SESSION_KEY = "key"
READING = ("GET", "HEAD", "OPTIONS")

View = TypeVar("View", bound=Callable[..., Any])


def door(permission: Permission) -> Callable[[View], View]:
    """A page: without a session to the sign-in page and back again, without the permission a friendly 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def through(*args: Any, **kwargs: Any) -> Any:
            actor = signed_in_actor()
            if actor is None:
                return to_sign_in()
            _let_in(actor, permission)
            return view(*args, **kwargs)

        return _marked(through, permission=permission)

    return decorate


def api_door(permission: Permission) -> Callable[[View], View]:
    """A call of the API: 401 without a token that counts, 403 without the permission, before anything is looked up."""

    def decorate(view: View) -> View:
        @wraps(view)
        def through(*args: Any, **kwargs: Any) -> Any:
            actor = _actor_of_token()
            if actor is None:
                raise SignInNeeded(
                    t("This address needs a token that is neither expired nor revoked."),
                    t("Send `Authorization: Bearer <token>`. Make one with: python run.py token create --user NAME"),
                )
            _let_in(actor, permission)
            return view(*args, **kwargs)

        return _marked(through, permission=permission)

    return decorate


def public(reason: str) -> Callable[[View], View]:
    """Open to everybody, for this reason."""

    def decorate(view: View) -> View:
        @wraps(view)
        def through(*args: Any, **kwargs: Any) -> Any:
            return view(*args, **kwargs)

        return _marked(through, public_reason=reason)

    return decorate


def mark_public(app: Flask, endpoint: str, reason: str) -> None:
    """Give the reason for a route that a framework registered."""
    setattr(app.view_functions[endpoint], "public_reason", reason)  # noqa: B010  functions have no such field


def current_actor() -> Actor:
    """Who asks.

    :raises SignInNeeded: nobody came through a door, as on public pages
    """
    actor: Actor | None = g.get("actor")
    if actor is None:
        raise SignInNeeded(t("Nobody is signed in here."), t("Sign in and try again."))
    return actor


def client_ip() -> str:
    """Where the request comes from; behind trusted proxies what they say."""
    return request.remote_addr or ""


def signed_in_actor() -> Actor | None:
    """The person of the browser session, in a transaction of its own; None when there is none or it has ended."""
    key = session.get(SESSION_KEY)
    if not key:
        return None
    with transaction():
        return identity.by_session(identity.hash_of(key))


def to_sign_in() -> Response:
    """To the sign-in page, and from there back to this one."""
    wanted = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else None
    return redirect(url_for("sign_in.show", next=safe_path(wanted)))


def safe_path(path: str | None) -> str | None:
    """A path of this site that can be gone to after signing in; None for anything that could lead elsewhere."""
    if not path or not path.startswith("/") or not path.isprintable() or "\\" in path:
        return None
    try:
        parts = urlsplit(path)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc or path.startswith("//") else path


def _actor_of_token() -> Actor | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        return None
    with transaction():
        return identity.by_token(identity.hash_of(token.strip()))


def _let_in(actor: Actor, permission: Permission) -> None:
    g.actor = actor
    set_language(actor.language)
    require_at_all(actor, permission)
    if request.method not in READING and not keeps_what_is_typed():
        refuse_changes()
    enter(actor.scope)
    set_origin(actor, client_ip())


def keeps_what_is_typed() -> bool:
    """Whether the page asked for refuses by itself, with everything that was typed."""
    return getattr(current_app.view_functions.get(request.endpoint or ""), "keeps_typed", False) is True


def keeps_typed(view: View) -> View:
    """Mark a page that shows a form back when nothing can be changed for the moment."""
    setattr(view, "keeps_typed", True)  # noqa: B010  functions have no such field
    return view


def _marked(through: Callable[..., Any], **marks: Any) -> Any:
    for name, value in marks.items():
        setattr(through, name, value)
    return cast(Any, through)
