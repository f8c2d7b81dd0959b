"""Approvals of the own company: what waits, yes and no."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from app.extensions import transaction
from app.failpoints import reach
from app.security.permissions import Permission
from app.services import approvals as deciding
from app.services.ordering.reading import sheet_of
from app.views.api import blueprint, shapes
from app.views.api.body import json_body
from app.views.api.deciding import check_version, checked_id, dossier
from app.views.api.describing import describe
from app.views.door import api_door, current_actor


@blueprint.get("/approvals")
@describe("What waits for approval in the own company, oldest first", answer="ApprovalList")
@api_door(Permission.APPROVAL_READ)
def approvals() -> dict[str, Any]:
    with transaction():
        rows = deciding.waiting_list()
    items = [
        {
            "id": row.id,
            "number": row.number,
            "reference": row.reference,
            "placed_by": row.placed_by_name,
            "why": deciding.why_words(row.why),
            "amount": shapes.money(row.amount, row.currency),
            "asked_at": shapes.moment(row.asked_at),
            "version": row.version,
        }
        for row in rows
    ]
    return {"items": items, "next": None}


@blueprint.post("/approvals/<approval_id>/approve")
@describe(
    "Approve; that sends the order", body="Decision", answer="Order", statuses=(200, 404, 409), optional_body=True
)
@api_door(Permission.APPROVAL_DECIDE)
def approve_waiting(approval_id: str) -> Response:
    actor, number = current_actor(), checked_id(approval_id)
    with transaction():
        _, order = deciding.waiting(number)
        check_version(order, json_body(optional=True))
        order = deciding.approve(actor, number, *dossier(order))
        answer = jsonify(shapes.order(sheet_of(order), actor))
    reach("S6")
    return answer


@blueprint.post("/approvals/<approval_id>/reject")
@describe(
    "Say no, with a reason; the order is a draft again", body="Reason", answer="Order", statuses=(200, 400, 404, 409)
)
@api_door(Permission.APPROVAL_DECIDE)
def reject_waiting(approval_id: str) -> Response:
    actor, number = current_actor(), checked_id(approval_id)
    with transaction():
        _, order = deciding.waiting(number)
        body = json_body()
        check_version(order, body)
        order = deciding.reject(actor, number, body.text("reason", longest=500))
        return jsonify(shapes.order(sheet_of(order), actor))
