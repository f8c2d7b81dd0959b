"""One order in a list: what it is, where it stands in a word, and who has the ball."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from app.domain.reasons import REASONS
from app.security.actor import Actor
from app.services.ordering.reading import OrderRow
from app.views.portal.words import CHANNELS, ERP_STATUS, Label, order_label

# `ball.with` as the buyer's side reads it, and as we read it.
BALL = {
    "buyer": "with you",
    "approver": "with your approvers",
    "validator": "with our desk",
    "account_manager": "with your account manager",
    "erp": "with our order system",
    "warehouse": "with our warehouse",
    "carrier": "with the carrier",
    "payer": "with your accounts",
}
BALL_FOR_STAFF = {
    **BALL,
    "buyer": "with the buyer",
    "approver": "with the customer's approvers",
    "account_manager": "with the account manager",
    "payer": "with the customer's accounts",
}


@dataclass(frozen=True, slots=True)
class RowView:
    """`hold` is a sentence when the order is on hold; `ball` is empty when nobody has to act."""

    number: str
    reference: str
    customer: str
    lines: int
    net: Decimal
    currency: str
    label: Label
    ball: str
    since: datetime
    hold: str
    is_draft: bool
    created: datetime


@dataclass(frozen=True, slots=True)
class ForeignRow:
    """An order that reached the ERP by another way; read only."""

    number: str
    reference: str
    channel: str
    status: str
    net: Decimal
    currency: str
    ordered_on: date


def views(rows: Iterable[OrderRow], actor: Actor) -> list[RowView]:
    """The rows in words, for this reader."""
    return [_view(row, actor) for row in rows]


def _view(row: OrderRow, actor: Actor) -> RowView:
    words = BALL_FOR_STAFF if actor.is_staff else BALL
    return RowView(
        number=row.number,
        reference=row.reference,
        customer=row.customer_name if actor.is_staff else "",
        lines=row.lines,
        net=row.net,
        currency=row.currency,
        label=order_label(row.process, row.validation),
        ball=words.get(row.ball_with, ""),
        since=row.ball_since,
        hold=hold_words(row.hold_reason),
        is_draft=row.process == "draft",
        created=row.created_at,
    )


def hold_words(reason: str | None) -> str:
    """Why an order is on hold, as the buyer reads it."""
    if reason is None:
        return ""
    return REASONS[reason].words if reason in REASONS else "A person looks at it."


def foreign(rows: Iterable[Row[Any]]) -> list[ForeignRow]:
    """Orders of other channels in words."""
    return [
        ForeignRow(
            number=row.number,
            reference=row.reference,
            channel=CHANNELS.get(row.channel.lower(), row.channel),
            status=ERP_STATUS.get(row.status.lower().replace("_", " "), row.status.replace("_", " ")),
            net=row.net,
            currency=row.currency,
            ordered_on=row.ordered_on,
        )
        for row in rows
    ]
