"""For load balancers and Prometheus: alive, ready, and the metrics."""

from __future__ import annotations

import hmac
import ipaddress
from dataclasses import asdict

from flask import Blueprint, current_app, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST
from werkzeug.wrappers import Response

from app.errors import NotAllowed
from app.metrics import exposition
from app.monitoring.gauges import States
from app.monitoring.health import readiness
from app.security.scopes import Scope, entered
from app.views.door import public
from app.words import t

blueprint = Blueprint("health", __name__)


@blueprint.get("/health/live")
@public("says only that the process runs")
def live() -> Response:
    return jsonify(status="live")


@blueprint.get("/health/ready")
@public("load balancers carry no token; names parts, tells nothing of customers")
def ready() -> tuple[Response, int]:
    found = readiness()
    return jsonify(status="ready" if found.ready else "not_ready", **asdict(found)), 200 if found.ready else 503


@blueprint.get("/metrics")
@public("guarded by address and METRICS_TOKEN instead of a person")
def metrics() -> Response:
    _check_scraper()
    with entered(Scope.staff()):
        text = exposition(States())
    return Response(text, content_type=CONTENT_TYPE_LATEST)


def _check_scraper() -> None:
    """From this machine only, and with the token where one is set.

    :raises NotAllowed: somebody else asks
    """
    token: str = current_app.config["METRICS_TOKEN"]
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    proven = hmac.compare_digest(given.encode(), token.encode()) if token else "X-Forwarded-For" not in request.headers
    if not _is_loopback(request.remote_addr) or not proven:
        raise NotAllowed(
            t("The metrics are read from this machine, with the token of the setting METRICS_TOKEN."),
            t("Send `Authorization: Bearer <METRICS_TOKEN>` from 127.0.0.1."),
        )


def _is_loopback(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False
