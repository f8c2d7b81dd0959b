"""Messages to the ERP: what waits, what needs a person, and sending it again."""

from __future__ import annotations

from typing import Any

from flask import request

from app.errors import BadRequest
from app.extensions import transaction
from app.security.permissions import Permission
from app.services.delivery import listing, retry
from app.views.api import blueprint, shapes
from app.views.api.catalog import page_size
from app.views.api.deciding import checked_id
from app.views.api.describing import describe
from app.views.door import api_door
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
        retry(number)
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
    }
