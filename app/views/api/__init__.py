"""The REST API, `/api/v1`: bearer tokens, JSON, problem documents. Thin: read the body, ask a service, shape the answer."""

from flask import Blueprint

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

from app.views.api import (  # noqa: E402  routes register
    approvals,  # noqa: F401
    audit,  # noqa: F401
    catalog,  # noqa: F401
    events,  # noqa: F401
    intake,  # noqa: F401
    invoices,  # noqa: F401
    me,  # noqa: F401
    offers,  # noqa: F401
    openapi,  # noqa: F401
    orders,  # noqa: F401
    outbox,  # noqa: F401
    prices,  # noqa: F401
    proposals,  # noqa: F401
    review,  # noqa: F401
    shipments,  # noqa: F401
)
