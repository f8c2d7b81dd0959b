"""The REST API, `/api/v1`: bearer tokens, JSON, problem documents. Thin: read the body, ask a service, shape the answer."""

from flask import Blueprint

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

from app.views.api import approvals, catalog, me, openapi, orders, prices, review  # noqa: E402, F401  routes register
