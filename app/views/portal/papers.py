"""The papers of an order for its people: the receipt of what was sent, the confirmation of what we accepted."""

from __future__ import annotations

from flask import Response

from app.errors import Conflict
from app.extensions import transaction
from app.security.permissions import Permission
from app.security.policy import require
from app.services.ordering.reading import sheet
from app.services.papers.drawing import confirmation, receipt
from app.views.door import current_actor, door
from app.views.portal import blueprint
from app.views.portal.fields import checked_number
from app.views.portal.invoices import as_pdf
from app.words import language, t


@blueprint.get("/orders/<number>/receipt")
@door(Permission.ORDER_READ)
def order_receipt(number: str) -> Response:
    """What we were sent; there is none for a draft."""
    with transaction():
        order = sheet(checked_number(number)).order
        require(current_actor(), Permission.ORDER_READ, order)
        if order.submitted_at is None:
            raise Conflict(
                t("{number} has not been sent, so there is no receipt yet.", number=number),
                t("Send it; the receipt is there at once."),
            )
        paper = receipt(order.id, language())
    return as_pdf(paper, f"{number}-receipt")


@blueprint.get("/orders/<number>/confirmation")
@door(Permission.ORDER_READ)
def order_confirmation(number: str) -> Response:
    """What we accepted; there is none before our order system has said so."""
    with transaction():
        order = sheet(checked_number(number)).order
        require(current_actor(), Permission.ORDER_READ, order)
        if not order.erp_number:
            raise Conflict(
                t("{number} is not confirmed yet, so there is no confirmation.", number=number),
                t("Look again when the order says so."),
            )
        paper = confirmation(order.id, language())
    return as_pdf(paper, f"{number}-confirmation")
