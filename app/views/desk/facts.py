"""The facts beside an order at the desk: credit with its arithmetic, earlier orders and decisions, the way to the ERP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from app.domain.reasons import REASONS
from app.domain.state_words import state_word
from app.models.transactional import Order
from app.services import review_queries
from app.services.customers import CustomerFacts, open_orders_net
from app.services.review_queries import Past
from app.views.portal.words import Label, order_label
from app.words import t


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
class Earlier:
    """One of the last orders."""

    number: str
    sent: datetime | None
    net: Decimal
    currency: str
    label: Label


@dataclass(frozen=True, slots=True)
class Decision:
    """How the same point was decided before; `words` are the reason or our note."""

    number: str
    sent: datetime | None
    by: str
    approved: bool
    words: str


@dataclass(frozen=True, slots=True)
class ErpLane:
    """Where the order is on its way into the ERP; `words` in a sentence."""

    words: str
    problem: str
    key: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything of the right column."""

    credit: Credit
    past: Past
    last: Sequence[Earlier]
    decisions: Sequence[Decision]
    erp: ErpLane


def facts_beside(order: Order, customer: CustomerFacts, rules: Sequence[str]) -> Facts:
    """Read for this order.

    :param rules: of the points a person has to decide
    """
    past = review_queries.past_orders(customer.id, without_order=order.id)
    decided = review_queries.decided_before(customer.id, rules, without_order=order.id)
    return Facts(
        credit=_credit(order, customer),
        past=past,
        last=[_earlier(row) for row in past.last],
        decisions=[_decision(row) for row in decided],
        erp=_erp(order),
    )


def _credit(order: Order, customer: CustomerFacts) -> Credit:
    return Credit(
        limit=customer.credit_limit,
        balance=customer.balance,
        overdue=customer.overdue,
        open_orders=open_orders_net(customer.id, without_order=order.id),
        this_order=order.net,
        as_of=customer.balance_as_of,
    )


def _earlier(row: Row[Any]) -> Earlier:
    return Earlier(row.number, row.submitted_at, row.net, row.currency, order_label(row.process, row.validation))


def _decision(row: Row[Any]) -> Decision:
    reason = REASONS.get(row.review_reason)
    return Decision(
        number=row.number,
        sent=row.submitted_at,
        by=row.by,
        approved=row.validation == "approved",
        words=row.note or (t(reason.text) if reason else ""),
    )


def _erp(order: Order) -> ErpLane:
    message = review_queries.last_message(order.id)
    if order.erp_number:
        words = t("Entered as {number}.", number=order.erp_number)
    elif message is None:
        words = t("Not sent yet.")
    else:
        words = t("Outbox: {state}, try {attempt}.", state=state_word(message.state), attempt=message.attempts)
    return ErpLane(words, message.reason if message is not None else "", order.key)
