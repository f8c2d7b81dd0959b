"""The buyer's answer to what differs from an order, with one call a line."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from app.extensions import transaction
from app.models.transactional import Order
from app.security.actor import Actor
from app.security.permissions import Permission
from app.services.agreeing import deciding, proposals
from app.services.lifecycle import locked
from app.services.ordering.reading import sheet_of
from app.views.api import blueprint, shapes
from app.views.api.body import json_body
from app.views.api.deciding import check_version, checked_id
from app.views.api.describing import describe
from app.views.api.orders import answer_with_tag, checked_number
from app.views.door import api_door, current_actor


@blueprint.post("/orders/<number>/proposals/<proposal_id>/accept")
@describe(
    "Accept what is proposed for a line; the order takes it",
    body="Decision",
    answer="Order",
    statuses=(200, 404, 409),
    optional_body=True,
)
@api_door(Permission.PROPOSAL_DECIDE)
def accept_proposal(number: str, proposal_id: str) -> Response:
    return _answered(number, proposal_id, deciding.accept)


@blueprint.post("/orders/<number>/proposals/<proposal_id>/decline")
@describe(
    "Decline what is proposed for a line: what was not sent yet is not ordered, what the ERP holds goes to our desk",
    body="Decision",
    answer="Order",
    statuses=(200, 404, 409),
    optional_body=True,
)
@api_door(Permission.PROPOSAL_DECIDE)
def decline_proposal(number: str, proposal_id: str) -> Response:
    return _answered(number, proposal_id, deciding.decline)


def _answered(number: str, proposal_id: str, answer: Callable[[Actor, Order, int], None]) -> Response:
    actor, wanted = current_actor(), checked_id(proposal_id)
    with transaction():
        order = locked(checked_number(number))
        proposals.found(order, wanted)  # a number that leads nowhere is not found, whatever the body says
        check_version(order, json_body(optional=True))
        answer(actor, order, wanted)
        return answer_with_tag(shapes.order(sheet_of(order), actor))
