"""The queue: what waits at the desk, oldest first, with why it is here in words; alone, or as the list beside an order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import render_template, request

from app.domain.state_words import state_word
from app.extensions import transaction
from app.security.actor import Actor
from app.security.permissions import Permission
from app.services import review_queries
from app.services.review_queries import LAYERS, Asked, QueueRow, Tally
from app.views.desk import blueprint
from app.views.desk.differing import differing
from app.views.door import current_actor, door
from app.views.portal import fields
from app.views.portal.findings import in_language
from app.words import t

PAGE = 50
BESIDE = 20
LONGEST_SEARCH = 60
MINE = "mine"


@dataclass(frozen=True, slots=True)
class Showing:
    """Which part of the queue is on the screen: `show` is empty for all, mine, or a layer; `words` is what was typed."""

    show: str = ""
    words: str = ""

    @property
    def args(self) -> dict[str, Any]:
        """For the addresses of this part."""
        return {name: value for name, value in (("show", self.show), ("q", self.words)) if value}

    def asked(self, actor: Actor) -> Asked:
        return Asked(
            claimed_by=actor.person_id if self.show == MINE else None,
            layer=self.show if self.show in LAYERS else "",
            words=self.words,
        )


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
    layers: Sequence[str]
    claim: str
    until: datetime | None
    mine: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One of the filters above the list."""

    show: str
    words: str
    orders: int


@dataclass(frozen=True, slots=True)
class QueueView:
    """`others` are the people we wait for, with how many orders; `more` is the id to go on after, or None."""

    showing: Showing
    rows: Sequence[Waiting]
    more: int | None
    parts: Sequence[Part]
    others: Sequence[tuple[str, int]]
    tally: Tally


@blueprint.get("/desk")
@door(Permission.REVIEW_READ)
def show_queue() -> str:
    after = fields.version(request.args.get("after", ""))
    with transaction():
        view = queue_view(current_actor(), showing(request.args), after_id=after, size=PAGE)
        ours = [] if after else differing(current_actor())
    return render_template("desk/queue.html", queue=view, first=not after, differing=ours)


def showing(values: Mapping[str, str]) -> Showing:
    """The part an address or a form names; everything when it names none we have."""
    show = values.get("show", "")
    words = fields.clean(values.get("q", ""))[:LONGEST_SEARCH]
    return Showing(show if show in (MINE, *LAYERS) else "", words)


def queue_view(actor: Actor, shown: Showing, *, after_id: int = 0, size: int) -> QueueView:
    """The list with its filters and counts."""
    found = review_queries.queue(shown.asked(actor), after_id=after_id, limit=size + 1)
    tally = review_queries.tally(actor.person_id)
    rows = found[:size]
    return QueueView(
        showing=shown,
        rows=[_waiting(row, actor) for row in rows],
        more=rows[-1].id if len(found) > size else None,
        parts=_parts(tally),
        others=sorted(((state_word(ball), orders) for ball, orders in tally.others.items()), key=lambda each: -each[1]),
        tally=tally,
    )


def _parts(tally: Tally) -> list[Part]:
    layers = [Part(name, state_word(name), tally.layers[name]) for name in LAYERS]
    return [
        Part("", t("all"), tally.waiting),
        Part(MINE, t("mine"), tally.mine),
        *(each for each in layers if each.orders),
    ]


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
        layers=sorted({state_word(point["layer"]) for point in row.points}),
        claim=row.claimed_by,
        until=row.claimed_until,
        mine=row.claimed_by_id is not None and row.claimed_by_id == actor.person_id,
    )


def _words(point: Mapping[str, Any], actor: Actor) -> str:
    return in_language(point["desk"] or point["message"], actor)
