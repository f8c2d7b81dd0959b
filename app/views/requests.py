"""What happens around every request: its own context, a correlation id, headers, a log line, a measurement.

Not for who asks: see `app.views.door`.
"""

from __future__ import annotations

import contextvars
import ipaddress
import re
import time
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from flask import Flask, abort, g, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from app import metrics
from app.logs import correlation_id, new_correlation_id
from app.security import scopes
from app.views.errors import for_machines
from config import Settings

log = structlog.get_logger()

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
TRUSTED_ID = "portico.request_id"

# Everything comes from us, nothing stands inline: no script or style in a text from the ERP or a buyer can run.
CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # browsers must still name us to ourselves, or forms on https are refused
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
QUIET = ("/health/", "/metrics", "/static/")


def register_requests(app: Flask, settings: Settings) -> None:
    """Hook the above into the application."""
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_forget)
    if settings.public_url.startswith("https://"):
        app.after_request(_only_https)
    app.wsgi_app = own_context(behind_proxies(app.wsgi_app, settings.trusted_proxies))  # type: ignore[assignment]


def own_context(wsgi: Wsgi) -> Wsgi:
    """Each request in a copy of the thread's context: scope, author and correlation id end with it."""

    def run(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return contextvars.copy_context().run(wsgi, environ, start_response)

    return run


def behind_proxies(wsgi: Wsgi, trusted: tuple[str, ...]) -> Wsgi:
    """Believe X-Forwarded-* and X-Request-ID when a trusted proxy is the one who calls, and from nobody else."""
    networks = [ipaddress.ip_network(each) for each in trusted]

    def is_trusted(address: str) -> bool:
        try:
            found = ipaddress.ip_address(address.strip())
        except ValueError:
            return False
        return any(found in network for network in networks)

    def run(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not networks or not is_trusted(environ.get("REMOTE_ADDR", "")):
            return wsgi(environ, start_response)
        environ[TRUSTED_ID] = environ.get("HTTP_X_REQUEST_ID", "")
        named = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
        hops = 1 + next((place for place, each in enumerate(reversed(named)) if not is_trusted(each)), len(named) - 1)
        return ProxyFix(wsgi, x_for=hops)(environ, start_response)

    return run


def _begin() -> None:
    scopes.leave()  # whatever this thread did before
    g.started = time.perf_counter()
    given = request.environ.get(TRUSTED_ID, "")
    if REQUEST_ID.fullmatch(given):
        correlation_id.set(given)
    else:
        new_correlation_id()
    if "\0" in request.path or b"%00" in request.query_string:  # PostgreSQL knows no text with it
        abort(404)
    if isinstance(request.routing_exception, RequestRedirect) and for_machines():  # doubled slashes and the like
        abort(404)


def _end(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")
    response.headers["X-Correlation-ID"] = correlation_id.get()
    _note(response.status_code)
    return response


def _note(status: int) -> None:
    seconds = time.perf_counter() - g.get("started", time.perf_counter())
    route = request.url_rule.rule if request.url_rule is not None else "none"
    metrics.http_request(seconds, method=request.method, route=route, status=status)
    if request.path.startswith(QUIET) and status < 400:
        return
    actor = g.get("actor")
    log.info(
        "request",
        method=request.method,
        route=route,
        status=status,
        milliseconds=round(seconds * 1000, 1),
        person=actor.person_id if actor is not None else None,
    )


def _only_https(response: Response) -> Response:
    response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


def _forget(_problem: BaseException | None) -> None:
    scopes.leave()
