"""`GET /audit`: the record, by user, customer, period and object."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import request

from app.audit.search import Found, Wanted, search
from app.errors import BadRequest
from app.extensions import transaction
from app.security.permissions import Permission
from app.views.api import blueprint, shapes
from app.views.api.catalog import page_size
from app.views.api.describing import describe
from app.views.door import api_door, current_actor
from app.views.portal.story import visible
from app.words import t

LONGEST = 200


@blueprint.get("/audit")
@describe(
    "The audit record, newest first",
    answer="AuditList",
    query=("user", "customer", "from", "to", "object", "limit", "cursor"),
)
@api_door(Permission.AUDIT_SEARCH)
def audit() -> dict[str, Any]:
    limit = page_size()
    wanted = Wanted(
        user=_text("user"),
        customer=_text("customer"),
        since=_moment("from"),
        until=_moment("to"),
        object=_text("object"),
    )
    with transaction():
        rows = search(wanted, before_id=shapes.from_cursor(request.args.get("cursor")), limit=limit + 1)
    more = rows[limit - 1].id if len(rows) > limit else None
    return {"items": [_shape(row) for row in visible(rows[:limit], current_actor())], "next": shapes.cursor(more)}


def _text(name: str) -> str:
    value = request.args.get(name, "")
    if "\x00" in value or len(value) > LONGEST:
        raise BadRequest(t("{name} cannot be searched for.", name=name))
    return value


def _moment(name: str) -> datetime | None:
    """A day or a moment; without a zone it is UTC."""
    value = _text(name)
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise BadRequest(
            t("{name} is no date.", name=name), t("Write it as 2026-12-04 or 2026-12-04T09:30:00Z.")
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _shape(row: Found) -> dict[str, Any]:
    return {
        "at": shapes.moment(row.at),
        "who": row.who,
        "kind": row.kind,
        "ip": row.ip or None,
        "what": row.what,
        "object": {"kind": row.object_kind, "number": row.object},
        "customer": row.customer,
        "before": row.before,
        "after": row.after,
        "correlation": row.correlation_id,
    }
