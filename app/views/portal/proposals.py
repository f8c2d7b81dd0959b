"""What differs from an order, put to its buyer: old beside new for each line, answered with one tap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import flash, redirect, request, url_for
from sqlalchemy import Row
from werkzeug.wrappers import Response

from app.clock import business_zone, today
from app.domain.order_states import CLOSED, Process
from app.extensions import transaction
from app.models.transactional import Order
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import may
from app.services.agreeing import deciding, proposals
from app.services.agreeing.applying import sum_after
from app.services.agreeing.telling import Put, fields, next_step, sentences
from app.services.lifecycle import locked
from app.services.ordering.reading import OrderSheet
from app.views.door import current_actor, door
from app.views.portal import blueprint
from app.views.portal import fields as typed
from app.views.portal.fields import checked_number
from app.words import t, tn


@dataclass(frozen=True, slots=True)
class ProposalView:
    """One proposal: `changes` are (what, old, new). `open` while it waits for an answer."""

    id: int
    line: int | None
    title: str
    words: Sequence[str]
    next_step: str
    changes: Sequence[tuple[str, str, str]]
    state: str
    by: str
    at: datetime | None

    @property
    def open(self) -> bool:
        return self.state == "open"


@dataclass(frozen=True, slots=True)
class Answering:
    """What waits for an answer and what was answered; `may_decide` shows the buttons, `sum_then` the new net sum."""

    waiting: Sequence[ProposalView]
    answered: Sequence[ProposalView]
    before_sending: bool
    may_decide: bool
    sum_then: Decimal | None


def answering(actor: Actor, sheet: OrderSheet) -> Answering:
    """The proposals of an order for this reader."""
    order = sheet.order
    over = Process(order.process) in CLOSED
    views = [proposal_view(row, order.currency) for row in sheet.proposals]
    waiting = [] if over else [row for row in sheet.proposals if row.state == "open"]
    return Answering(
        waiting=[view for view in views if view.open and not over],
        answered=[view for view in views if not view.open],
        before_sending=any(row.origin == "prices" for row in waiting),
        may_decide=may(actor, Permission.PROPOSAL_DECIDE, order),
        sum_then=_sum_then(order, waiting) if waiting else None,
    )


def _sum_then(order: Order, waiting: Sequence[Row[Any]]) -> Decimal:
    more = [sum_after(order, row.line_number, row.before, row.after) - order.net for row in waiting]
    return order.net + sum(more, Decimal(0))


def put_of(row: Row[Any], currency: str) -> Put:
    """A stored proposal as its words need it."""
    return Put(
        code=row.code,
        before=row.before,
        after=row.after,
        item=f"{row.item} {row.item_name}".strip(),
        unit=row.unit,
        currency=currency,
        since=row.proposed_at.astimezone(business_zone()).date(),
        words=row.words,
        today=today(),
    )


def proposal_view(row: Row[Any], currency: str) -> ProposalView:
    """A stored proposal in words."""
    put = put_of(row, currency)
    name = put.item or f"{row.after.get('item', '')} {row.after.get('name', '')}".strip()
    title = t("Line {line}: {item}", line=row.line_number, item=name) if row.line_number is not None else t("Surcharge")
    return ProposalView(
        id=row.id,
        line=row.line_number,
        title=title,
        words=sentences(put),
        next_step=next_step(put),
        changes=fields(put),
        state=row.state,
        by=row.decided_by_name,
        at=row.decided_at,
    )


@blueprint.post("/orders/<number>/proposals/<proposal_id>/accept")
@door(Permission.PROPOSAL_DECIDE)
def accept_proposal(number: str, proposal_id: str) -> Response:
    return _answered(number, proposal_id, deciding.accept)


@blueprint.post("/orders/<number>/proposals/<proposal_id>/decline")
@door(Permission.PROPOSAL_DECIDE)
def decline_proposal(number: str, proposal_id: str) -> Response:
    return _answered(number, proposal_id, deciding.decline)


@blueprint.post("/orders/<number>/proposals/accept")
@door(Permission.PROPOSAL_DECIDE)
def accept_all_proposals(number: str) -> Response:
    seen = {typed.checked_id(each) for each in request.form.getlist("proposal")}
    with transaction():
        order = locked(checked_number(number))
        deciding.accept_all(current_actor(), order, seen)
        said = _after(order)
    flash(said, "good")
    return redirect(url_for("portal.show_order", number=number), 303)


def _answered(number: str, proposal_id: str, answer: Callable[[Actor, Order, int], None]) -> Response:
    with transaction():
        order = locked(checked_number(number))
        answer(current_actor(), order, typed.checked_id(proposal_id))
        said = _after(order)
    flash(said, "good")
    return redirect(url_for("portal.show_order", number=number), 303)


def _after(order: Order) -> str:
    """What the answer led to."""
    left = len(proposals.open_of(order))
    if left:
        return tn("Thank you. {n} line still needs your answer.", "Thank you. {n} lines still need your answer.", left)
    if order.process == Process.CANCELLED:
        return t("Nothing of {number} is ordered; the order is cancelled.", number=order.number)
    if order.hold_reason == proposals.AT_THE_DESK:
        return t("Thank you. Our desk settles it with you; nothing is changed in silence.")
    if order.validation == "pending":
        return t("Thank you. Our desk looks at {number} once more.", number=order.number)
    return t("Thank you. {number} goes on.", number=order.number)
