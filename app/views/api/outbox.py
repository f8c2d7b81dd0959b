"""Messages to the ERP: what waits, what needs a person, sending it again, and handing it over."""

from __future__ import annotations

from typing import Any

from flask import request

from app.errors import BadRequest, Conflict
from app.extensions import transaction
from app.security.permissions import Permission
from app.services import dead_letters
from app.services.delivery import listing
from app.views.api import blueprint, shapes
from app.views.api.body import json_body
from app.views.api.catalog import page_size
from app.views.api.deciding import checked_id
from app.views.api.describing import describe
from app.views.door import api_door, current_actor
from app.words import t


@blueprint.get("/outbox")
@describe("Messages to the ERP, newest first", answer="OutboxList", query=("state", "limit", "cursor"))
@api_door(Permission.OUTBOX_READ)
def outbox() -> dict[str, Any]:
    limit, state = page_size(), request.args.get("state", "")
    if state and state not in listing.STATES:
        raise BadRequest(
            t("There is no such state of a message."), t("Use one of: {known}.", known=", ".join(listing.STATES))
        )
    with transaction():
        rows = listing.messages(state=state, before_id=shapes.from_cursor(request.args.get("cursor")), limit=limit + 1)
    more = rows[limit - 1].id if len(rows) > limit else None
    return {"items": [_shape(row) for row in rows[:limit]], "next": shapes.cursor(more)}


@blueprint.post("/outbox/<message_id>/retry")
@describe("Send a message again that needs a person; it is looked up in the ERP first", answer="OutboxMessage",
          statuses=(200, 404, 409))  # fmt: skip
@api_door(Permission.OUTBOX_RETRY)
def send_again(message_id: str) -> dict[str, Any]:
    number = checked_id(message_id)
    with transaction():
        dead_letters.retry(current_actor(), number)
        return _shape(listing.message(number))


@blueprint.post("/outbox/<message_id>/hand-over")
@describe("Close a message whose order somebody has entered in the ERP; it is checked there by its number",
          body="HandOver", answer="OutboxMessage", statuses=(200, 400, 404, 409, 422, 503))  # fmt: skip
@api_door(Permission.OUTBOX_RETRY)
def hand_over(message_id: str) -> dict[str, Any]:
    """Where the document differs: 409 with `differences` and `agreed`; with that `agreed` it is taken as it is."""
    number = checked_id(message_id)
    with transaction():
        listing.message(number)
    body = json_body()
    over = dead_letters.hand_over(
        current_actor(),
        number,
        body.needed_text("erp_number", longest=50),
        agreed=body.text("agreed", longest=64),
        seen=body.version(),
    )
    if not over.done:
        raise Conflict(
            t("{erp_number} differs from the order; nothing was done.", erp_number=over.comparison.record.number),
            t("Look at the differences, and send `agreed` along to take it as it is."),
            differences=[each.words for each in over.comparison.differences],
            agreed=over.comparison.mark,
        )
    with transaction():
        return _shape(listing.message(number))


def _shape(row: listing.Message) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "order": row.number,
        "key": row.order_key,
        "connection": row.connection,
        "state": row.state,
        "attempts": row.attempts,
        "created_at": shapes.moment(row.created_at),
        "due_at": shapes.moment(row.due_at) if row.state == "waiting" else None,
        "finished_at": shapes.moment(row.finished_at),
        "reason_code": row.reason_code or None,
        "reason": row.reason or None,
        "owner": row.owner or None,
        "erp_number": row.erp_number or None,
    }
