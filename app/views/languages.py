"""Which language a reader gets: the person's own once signed in; before that what the browser was told or asks for.

The choice in the foot of every page is kept with the person, for pages and mails alike, and in a cookie for the next
sign-in. Not for the words themselves: see `app.words`.
"""

from __future__ import annotations

from flask import Blueprint, Flask, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from app.extensions import transaction
from app.services.accounts import choose_language
from app.views.door import SESSION_KEY, public, safe_path, signed_in_actor
from app.views.formats import register_formats
from app.words import LANGUAGE_NAMES, LANGUAGES, TEMPLATE_WORDS, language, set_language

COOKIE = "language"
A_YEAR = 365 * 24 * 3600  # seconds

blueprint = Blueprint("languages", __name__)


@blueprint.post("/language")
@public("strangers may choose the language they read, too; changes nothing else")
def choose() -> Response:
    """Read in another language from now on, and go on where one was."""
    wanted = request.form.get("language", "")
    response = redirect(safe_path(request.form.get("next")) or url_for("sign_in.show"), 303)
    if wanted in LANGUAGES:
        actor = signed_in_actor()
        if actor is not None and actor.person_id is not None:
            with transaction():
                choose_language(actor.person_id, wanted)
        keep(response, wanted)
    return response


def keep(response: Response, chosen: str) -> None:
    """Remember the language in this browser."""
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(COOKIE, chosen, max_age=A_YEAR, secure=secure, httponly=True, samesite="Lax")


def register_languages(app: Flask) -> None:
    """Words and values for all templates, the language of each request, and the choice."""
    app.jinja_env.globals.update(TEMPLATE_WORDS, LANGUAGE_NAMES=LANGUAGE_NAMES, this_page=_this_page)
    register_formats(app)
    app.before_request(_begin)
    app.after_request(_name_language)
    app.register_blueprint(blueprint)


def _begin() -> None:
    """Until the door knows who asks."""
    chosen = request.cookies.get(COOKIE, "")
    set_language(chosen if chosen in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or "en")


def _name_language(response: Response) -> Response:
    if not request.path.startswith("/static/"):
        response.headers.setdefault("Content-Language", language())
    actor = g.get("actor")
    if actor is not None and SESSION_KEY in session and request.cookies.get(COOKIE) != language():
        keep(response, language())  # pages without a door, as the one for addresses that do not exist, go by it
    return response


def _this_page() -> str:
    """Where to go on after choosing: this page, or the first one when it is an answer to a form."""
    return request.full_path.rstrip("?") if request.method == "GET" else ""
