"""The queue: what waits at the desk, oldest first, with why it is here in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import render_template

from app.extensions import transaction
from app.security.actor import Actor
from app.security.permissions import Permission
from app.services import review
from app.services.review import QueueRow
from app.views.desk import blueprint
from app.views.door import current_actor, door
from app.views.portal.findings import in_language

PAGE = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """One order of the queue; `why` are the points in desk words, `claim` is empty while nobody has it."""

    number: str
    customer: str
    reference: str
    net: Decimal
    currency: str
    lines: int
    since: datetime
    why: Sequence[str]
    claim: str
    until: datetime | None
    mine: bool


@blueprint.get("/desk")
@door(Permission.REVIEW_READ)
def show_queue() -> str:
    actor = current_actor()
    with transaction():
        rows = review.queue(limit=PAGE + 1)
    return render_template("desk/queue.html", rows=[_waiting(row, actor) for row in rows[:PAGE]], more=len(rows) > PAGE)


def _waiting(row: QueueRow, actor: Actor) -> Waiting:
    return Waiting(
        number=row.number,
        customer=row.customer_name,
        reference=row.reference,
        net=row.net,
        currency=row.currency,
        lines=row.lines,
        since=row.waiting_since,
        why=[_words(point, actor) for point in row.points],
        claim=row.claimed_by,
        until=row.claimed_until,
        mine=row.claimed_by == actor.name,
    )


def _words(point: Mapping[str, Any], actor: Actor) -> str:
    return in_language(point["desk"] or point["message"], actor)
