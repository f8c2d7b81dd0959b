"""The review desk over the API: queue, claim, ask, approve, reject."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, jsonify

from app.extensions import transaction
from app.models.transactional import Order
from app.security.permissions import Permission
from app.services import claims, messages, review_queries
from app.services import review as desk
from app.services.lifecycle import locked
from app.services.ordering.reading import sheet_of
from app.views.api import blueprint, shapes
from app.views.api.body import Body, json_body
from app.views.api.deciding import check_version, dossier
from app.views.api.describing import describe
from app.views.api.orders import checked_number
from app.views.door import api_door, current_actor


@blueprint.get("/review")
@describe("What waits at the desk, oldest first, and why", answer="ReviewQueue")
@api_door(Permission.REVIEW_READ)
def review() -> dict[str, Any]:
    actor = current_actor()
    with transaction():
        rows = review_queries.queue()
    items = [
        {
            "number": row.number,
            "customer": {"number": row.customer_number, "name": row.customer_name},
            "reference": row.reference,
            "net": shapes.money(row.net, row.currency),
            "lines": row.lines,
            "waiting_since": shapes.moment(row.waiting_since),
            "claimed_by": row.claimed_by or None,
            "claimed_until": shapes.moment(row.claimed_until),
            "points": [
                {
                    "rule": point["rule"],
                    "layer": point["layer"],
                    "line": point["line"],
                    "message": shapes.in_language(point["message"] or {}, actor),
                    "desk": shapes.in_language(point["desk"] or {}, actor),
                }
                for point in row.points
            ],
        }
        for row in rows
    ]
    return {"items": items, "next": None}


def _decided(number: str, decide: Callable[[Order, Body], object]) -> Response:
    """Lock, look at the version that was seen, decide, answer with the order."""
    actor = current_actor()
    with transaction():
        order = locked(checked_number(number))
        body = json_body(optional=True)
        check_version(order, body)
        decide(order, body)
        return jsonify(shapes.order(sheet_of(order), actor))


@blueprint.post("/review/<number>/claim")
@describe("Take an order for twenty minutes", answer="Order", statuses=(200, 404, 409))
@api_door(Permission.REVIEW_DECIDE)
def claim(number: str) -> Response:
    return _decided(number, lambda order, _: claims.claim(current_actor(), order))


@blueprint.post("/review/<number>/unclaim")
@describe("Give it back to the queue", answer="Order", statuses=(200, 404, 409))
@api_door(Permission.REVIEW_DECIDE)
def unclaim(number: str) -> Response:
    return _decided(number, lambda order, _: claims.unclaim(current_actor(), order))


@blueprint.post("/review/<number>/approve")
@describe("Let it pass; it is judged again with the facts of this moment", body="Note", answer="Order",
          statuses=(200, 404, 409, 422), optional_body=True)  # fmt: skip
@api_door(Permission.REVIEW_DECIDE)
def let_pass(number: str) -> Response:
    return _decided(
        number,
        lambda order, body: desk.approve(current_actor(), order, *dossier(order), note=body.text("note", longest=1000)),
    )


@blueprint.post("/review/<number>/ask")
@describe("Ask the buyer; the order waits for the answer", body="Message", answer="Order",
          statuses=(200, 400, 404, 409))  # fmt: skip
@api_door(Permission.REVIEW_DECIDE)
def ask(number: str) -> Response:
    return _decided(number, lambda order, body: messages.ask(current_actor(), order, _words(body)))


@blueprint.post("/orders/<number>/messages")
@describe("Write to the desk that has the order; an open question is answered by it", body="Message", answer="Order",
          statuses=(200, 400, 404, 409))  # fmt: skip
@api_door(Permission.ORDER_WRITE)
def write(number: str) -> Response:
    return _decided(number, lambda order, body: messages.answer(current_actor(), order, _words(body)))


def _words(body: Body) -> str:
    return body.text("text", longest=messages.LONGEST)


@blueprint.post("/review/<number>/reject")
@describe("Do not accept it, with a reason code", body="Rejection", answer="Order", statuses=(200, 400, 404, 409))
@api_door(Permission.REVIEW_DECIDE)
def refuse(number: str) -> Response:
    return _decided(
        number,
        lambda order, body: desk.reject(
            current_actor(), order, body.text("reason_code", longest=40), body.text("note", longest=1000)
        ),
    )
