"""Keys of the desk can be switched off in this browser, for people whose own tools use them. What they do is in desk.js."""

from __future__ import annotations

from flask import current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from app.security.permissions import Permission
from app.views.desk import blueprint
from app.views.door import door, safe_path

COOKIE = "desk_keys"
A_YEAR = 365 * 24 * 3600  # seconds


@blueprint.post("/desk/keys")
@door(Permission.REVIEW_READ)
def switch_keys() -> Response:
    """On when they are off, and the other way round; then back to where one was."""
    response = redirect(safe_path(request.form.get("next")) or url_for("desk.show_queue"), 303)
    response.set_cookie(
        COOKIE,
        "off" if keys_on() else "on",
        max_age=A_YEAR,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


@blueprint.app_template_global("desk_keys_on")
def keys_on() -> bool:
    """Whether keys act in this browser."""
    return request.cookies.get(COOKIE) != "off"
