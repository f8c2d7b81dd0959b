"""One order in a list: what it is, by which way it came, where it stands in a word, and who has the ball."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from flask import url_for

from app.domain.reasons import REASONS
from app.security.actor import Actor
from app.services.ordering.every_channel import ListedOrder
from app.views.portal.words import Label, channel, erp_label, order_label
from app.words import n_, t

# `ball.with` as the buyer's side reads it, and as we read it.
BALL = {
    "buyer": n_("with you"),
    "approver": n_("with your approvers"),
    "validator": n_("with our desk"),
    "account_manager": n_("with your account manager"),
    "erp": n_("with our order system"),
    "warehouse": n_("with our warehouse"),
    "carrier": n_("with the carrier"),
    "payer": n_("with your accounts"),
}
BALL_FOR_STAFF = {
    **BALL,
    "buyer": n_("with the buyer"),
    "approver": n_("with the customer's approvers"),
    "account_manager": n_("with the account manager"),
    "payer": n_("with the customer's accounts"),
}


@dataclass(frozen=True, slots=True)
class RowView:
    """`hold` is a sentence when the order is on hold; `ball` is empty when nobody has to act.

    `way` says by which other way the order came, and is empty for orders of the portal.
    """

    number: str
    link: str
    reference: str
    customer: str
    way: str
    lines: int
    shipped_lines: int
    net: Decimal
    currency: str
    label: Label
    ball: str
    since: datetime | None
    hold: str
    is_draft: bool
    at: datetime


def views(rows: Iterable[ListedOrder], actor: Actor) -> list[RowView]:
    """The rows in words, for this reader."""
    return [_view(row, actor) for row in rows]


def _view(row: ListedOrder, actor: Actor) -> RowView:
    ours = row.channel == "portal"
    words = BALL_FOR_STAFF if actor.is_staff else BALL
    return RowView(
        number=row.number,
        link=_link(row),
        reference=row.reference,
        customer=row.customer_name if actor.is_staff else "",
        way="" if ours else channel(row.channel),
        lines=row.lines,
        shipped_lines=row.shipped_lines,
        net=row.net,
        currency=row.currency,
        label=order_label(row.process, row.validation) if ours else erp_label(row.status),
        ball=t(words[row.ball_with]) if row.ball_with in words else "",
        since=row.ball_since,
        hold=hold_words(row.hold_reason),
        is_draft=row.process == "draft",
        at=row.at,
    )


def _link(row: ListedOrder) -> str:
    if row.channel != "portal":
        return url_for("portal.show_other_order", number=row.number)
    return url_for("portal.show_draft" if row.process == "draft" else "portal.show_order", number=row.number)


def hold_words(reason: str | None) -> str:
    """Why an order is on hold, as the buyer reads it."""
    if reason is None:
        return ""
    return t(REASONS[reason].words) if reason in REASONS else t("A person looks at it.")
