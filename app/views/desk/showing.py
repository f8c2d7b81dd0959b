"""One order at the desk: why it is here, layer by layer, beside the facts, the customer and the lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import render_template
from sqlalchemy import Row

from app.clock import now
from app.domain.order_states import Process, Validation
from app.domain.reasons import REASONS
from app.extensions import transaction
from app.models.transactional import Order
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import may, require
from app.services.customers import CustomerFacts, facts_of, open_orders_net
from app.services.ordering.reading import OrderSheet, sheet
from app.views.desk import blueprint
from app.views.door import current_actor, door
from app.views.portal.fields import checked_number
from app.views.portal.findings import in_language
from app.views.portal.order_page import OrderPage, order_page
from app.views.portal.words import OUTCOME_ORDER, OUTCOMES, Label

LAYERS = ("integrity", "business", "finance", "logistics")


@dataclass(frozen=True, slots=True)
class DeskPoint:
    """A finding in desk words; `buyer` is what the buyer reads, `facts` what the rule looked at."""

    rule: str
    line: int | None
    label: Label
    outcome: str
    words: str
    buyer: str
    facts: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Layer:
    """One of the four layers; without points it was passed."""

    name: str
    points: Sequence[DeskPoint]


@dataclass(frozen=True, slots=True)
class Credit:
    """Money in the customer's currency, as of `as_of`; `left` is negative when the order goes over the limit."""

    limit: Decimal | None
    balance: Decimal
    overdue: Decimal
    open_orders: Decimal
    this_order: Decimal
    as_of: datetime | None

    @property
    def sum(self) -> Decimal:
        return self.balance + self.open_orders + self.this_order

    @property
    def left(self) -> Decimal | None:
        return None if self.limit is None else self.limit - self.sum


@dataclass(frozen=True, slots=True)
class ReasonChoice:
    """A reason code with what the buyer reads and can do."""

    code: str
    words: str
    next_step: str


@dataclass(frozen=True, slots=True)
class DeskPage:
    """`claim`: free, mine or taken; decisions are open while the order waits and nobody else has it."""

    order: OrderPage
    customer: CustomerFacts
    credit: Credit
    layers: Sequence[Layer]
    reasons: Sequence[ReasonChoice]
    waiting: bool
    claim: str
    claimed_until: datetime | None
    may_decide: bool
    problem: str = ""
    fix: str = ""
    reason_code: str = ""
    note: str = ""
    inside: str = ""


@blueprint.get("/desk/<number>")
@door(Permission.REVIEW_READ)
def show_at_desk(number: str) -> str:
    actor = current_actor()
    with transaction():
        found = sheet(checked_number(number))
        require(actor, Permission.REVIEW_READ, found.order)
        page = desk_page(actor, found)
    return render_template("desk/order.html", page=page)


def desk_page(actor: Actor, found: OrderSheet, **typed: str) -> DeskPage:
    """The page of one order.

    :param typed: what a decision that was not taken leaves in the form: problem, fix, reason_code, note, inside
    """
    order = found.order
    customer = facts_of(order.customer_id)
    return DeskPage(
        order=order_page(actor, found),
        customer=customer,
        credit=_credit(order, customer),
        layers=_layers(found.findings, actor),
        reasons=[
            ReasonChoice(code, reason.words, reason.next_step) for code, reason in REASONS.items() if "R" in reason.uses
        ],
        waiting=order.process == Process.IN_VALIDATION and order.validation == Validation.PENDING,
        claim=_claim(actor, order),
        claimed_until=order.claimed_until,
        may_decide=may(actor, Permission.REVIEW_DECIDE, order),
        **typed,
    )


def _claim(actor: Actor, order: Order) -> str:
    if order.claimed_until is None or order.claimed_until <= now():
        return "free"
    return "mine" if order.claimed_by == actor.person_id else "taken"


def _credit(order: Order, customer: CustomerFacts) -> Credit:
    return Credit(
        limit=customer.credit_limit,
        balance=customer.balance,
        overdue=customer.overdue,
        open_orders=open_orders_net(customer.id, without_order=order.id),
        this_order=order.net,
        as_of=customer.balance_as_of,
    )


def _layers(findings: Sequence[Row[Any]], actor: Actor) -> list[Layer]:
    read = sorted(
        (_point(each, actor) for each in findings),
        key=lambda point: (OUTCOME_ORDER.index(point.outcome), point.line or 0),
    )
    by_rule = {each.rule: each.layer for each in findings}
    return [Layer(name, [point for point in read if by_rule[point.rule] == name]) for name in LAYERS]


def _point(finding: Row[Any], actor: Actor) -> DeskPoint:
    message = in_language(finding.texts["message"], actor)
    return DeskPoint(
        rule=finding.rule,
        line=finding.line_number,
        label=OUTCOMES[finding.outcome],
        outcome=finding.outcome,
        words=in_language(finding.texts.get("desk") or {}, actor) or message,
        buyer=message,
        facts=[(name, _plain(value)) for name, value in finding.facts.items() if value is not None],
    )


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
