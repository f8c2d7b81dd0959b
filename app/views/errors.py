"""Every refusal as an answer: problem documents (RFC 9457) for machines, a friendly page for people.

What went wrong in our own code is logged with its correlation id and never shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from flask import Flask, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response

from app.errors import PortalError
from app.extensions import session
from app.logs import correlation_id
from app.words import n_, t

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is told: in a document for machines or on a page for people."""

    status: int
    code: str
    title: str
    message: str
    fix: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


# status → (code, title, what happened, what to do)
WORDS: Mapping[int, tuple[str, str, str, str]] = {
    400: (
        "bad_request",
        n_("The request cannot be read"),
        n_("What was sent is not what this address expects."),
        n_("Check the form of the request and send it again."),
    ),
    403: (
        "not_allowed",
        n_("Your role does not include this"),
        n_("This page is for others."),
        n_("Go back to your own first page."),
    ),
    404: (
        "not_found",
        n_("Not found"),
        n_("There is nothing under this address for you."),
        n_("Check the address, or start from the first page."),
    ),
    405: (
        "method_not_allowed",
        n_("This address does not work that way"),
        n_("The address exists, but not for this kind of request."),
        n_("Use one of the methods named in the header Allow."),
    ),
    413: (
        "too_large",
        n_("That is too much at once"),
        n_("What was sent is larger than 10 MB."),
        n_("Send it in smaller parts."),
    ),
    415: (
        "unsupported_media_type",
        n_("This kind of content is not taken here"),
        n_("The content is not of a kind that can be read here."),
        n_("Send JSON with the header Content-Type: application/json."),
    ),
    429: (
        "too_many_requests",
        n_("Too many requests"),
        n_("There were too many requests."),
        n_("Wait a little and try again."),
    ),
    500: (
        "our_mistake",
        n_("Something went wrong on our side"),
        n_("It is our mistake, not yours, and it has been noted. What you typed before is kept where it was saved."),
        n_("Try again in a minute. If it stays, tell us the reference below."),
    ),
    503: (
        "unavailable",
        n_("We cannot answer right now"),
        n_("The portal is busy or being worked on."),
        n_("Nothing you have sent is lost. Try again in a minute."),
    ),
}


def register(app: Flask) -> None:
    """Answer everything that can be raised."""
    app.register_error_handler(PortalError, _of_portal)
    app.register_error_handler(CSRFError, _of_csrf)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(OperationalError, _of_database)
    app.register_error_handler(PoolTimeout, _of_database)
    app.register_error_handler(DataError, _of_value)
    app.register_error_handler(Exception, _of_bug)


def answer(refusal: Refusal) -> Response:
    """The refusal in the form the asker understands."""
    session.rollback()
    response = _document(refusal) if for_machines() else _page(refusal)
    response.headers.update(refusal.headers)
    return response


def for_machines() -> bool:
    """Whether the address belongs to the API."""
    return request.path == "/api" or request.path.startswith("/api/")


def _document(refusal: Refusal) -> Response:
    body = {
        **refusal.facts,
        "type": f"urn:portico:problem:{refusal.code}",
        "title": refusal.title,
        "status": refusal.status,
        "detail": refusal.message,
        "code": refusal.code,
        "fix": refusal.fix,
        "correlation_id": correlation_id.get(),
    }
    response = make_response(jsonify(body), refusal.status)
    response.mimetype = "application/problem+json"
    return response


def _page(refusal: Refusal) -> Response:
    return make_response(
        render_template("problem.html", refusal=refusal, correlation_id=correlation_id.get()), refusal.status
    )


def _of_portal(problem: PortalError) -> Response:
    headers: dict[str, str] = {}
    if problem.status == 401 and for_machines():
        headers["WWW-Authenticate"] = 'Bearer realm="portico"'
    if "retry_after" in problem.facts:
        headers["Retry-After"] = str(problem.facts["retry_after"])
    return answer(
        Refusal(
            problem.status, problem.code, t(problem.title), problem.message, problem.fix, dict(problem.facts), headers
        )
    )


def _of_http(problem: HTTPException) -> Response:
    if problem.response is not None:
        return make_response(problem.response)
    status = problem.code or 500
    headers = {}
    if isinstance(problem, MethodNotAllowed):
        headers["Allow"] = ", ".join(sorted(problem.valid_methods or ()))
    return answer(_refusal(status, headers=headers))


def _refusal(status: int, headers: Mapping[str, str] | None = None) -> Refusal:
    """The words for a status, in the reader's language."""
    code, title, message, fix = WORDS.get(status, WORDS[400] if status < 500 else WORDS[500])
    return Refusal(status, code, t(title), t(message), t(fix), headers=headers or {})


def _of_csrf(_problem: CSRFError) -> Response:
    return answer(
        Refusal(
            400,
            "form_too_old",
            t("This page was open for too long"),
            t("For your safety a form works only in the session it was opened in, and that one has ended."),
            t("Go back, reload the page and send it again."),
        )
    )


def _of_database(problem: OperationalError | PoolTimeout) -> Response:
    log.error("database_silent", problem=type(problem).__name__, exc_info=problem)
    return answer(_refusal(503, headers={"Retry-After": "30"}))


def _of_value(problem: DataError) -> Response:
    """A value no column can hold, which no check before has caught."""
    log.warning("value_out_of_range", path=request.path, exc_info=problem)
    return answer(_refusal(400))


def _of_bug(problem: Exception) -> Response:
    log.error("unexpected", path=request.path, exc_info=problem)
    return answer(_refusal(500))
