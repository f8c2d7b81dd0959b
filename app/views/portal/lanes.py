"""The three lanes of an order as rows of dots with a line of text, and the line that says who has the ball.

The text carries the meaning; the dots only repeat it.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.order_states import Ball, Payment, Process, Validation
from app.security.actor import Actor
from app.services.ordering.reading import OrderSheet
from app.views.portal.rows import hold_words
from app.views.portal.words import day, moment, several

_STEPS = (
    Process.DRAFT,
    Process.RECEIVED,
    Process.IN_VALIDATION,
    Process.CONFIRMED,
    Process.IN_DISPATCH,
    Process.DELIVERED,
)
_CHECK_DOTS = {
    Validation.NOT_CHECKED: ("open", "open"),
    Validation.PENDING: ("done", "open"),
    Validation.APPROVED: ("done", "done"),
    Validation.REJECTED: ("done", "stop"),
}
_PAYMENT_DOTS = {
    Payment.NONE: ("open", "open"),
    Payment.PROFORMA: ("done", "open"),
    Payment.PARTIALLY_PAID: ("done", "half"),
    Payment.PAID: ("done", "done"),
}


@dataclass(frozen=True, slots=True)
class Lane:
    """`dots` are done, now, half, open or stop; `when` is the time of the last move, empty when it is not known."""

    name: str
    dots: tuple[str, ...]
    text: str
    when: str


@dataclass(frozen=True, slots=True)
class BallLine:
    """Who, since when, doing what; and what comes next."""

    who: str
    since: str
    doing: str
    following: str


def lanes(sheet: OrderSheet) -> list[Lane]:
    """Order, our check, payment."""
    order, at, words = sheet.order, sheet.situation, sheet.lanes
    hold = f"On hold since {moment(order.hold_since)}: {hold_words(order.hold_reason)} " if order.hold_reason else ""
    return [
        Lane("Order", _order_dots(at.process), hold + _order_text(sheet, words["order"]), moment(order.moved_at)),
        Lane("Our check", _CHECK_DOTS[at.validation], words["check"], ""),
        Lane("Payment", _payment_dots(sheet), words["payment"], ""),
    ]


def _order_text(sheet: OrderSheet, words: str) -> str:
    order = sheet.order
    if order.process == Process.CANCELLED and order.cancel_reason:
        return f"{words}: {order.cancel_reason}"
    return words


def _order_dots(process: Process) -> tuple[str, ...]:
    if process is Process.CANCELLED:
        return ("stop",) * len(_STEPS)
    reached = _STEPS.index(Process.DRAFT if process is Process.AWAITING_APPROVAL else process)
    last = len(_STEPS) - 1
    here = "done" if reached == last else "now"
    return tuple("done" if step < reached else here if step == reached else "open" for step in range(len(_STEPS)))


def _payment_dots(sheet: OrderSheet) -> tuple[str, ...]:
    if sheet.situation.payment is Payment.NONE and sheet.situation.invoiced:
        return "done", "open"
    return _PAYMENT_DOTS[sheet.situation.payment]


def ball_line(sheet: OrderSheet, actor: Actor) -> BallLine:
    """Never "pending": a name or a part of us, and what they are doing."""
    order = sheet.order
    ball = Ball(order.ball_with)
    if ball is Ball.NOBODY:
        closed = "cancelled" if order.process == Process.CANCELLED else "delivered and paid"
        return BallLine("Closed", "", f"{closed}, {moment(order.ball_since)}", "")
    who, doing = _who(sheet, actor, ball)
    return BallLine(who, moment(order.ball_since), doing, sheet.next_step)


def _who(sheet: OrderSheet, actor: Actor, ball: Ball) -> tuple[str, str]:
    order, at = sheet.order, sheet.situation
    mine = actor.person_id == order.placed_by
    theirs = "The customer's" if actor.is_staff else "Your"
    open_lines = at.lines - at.shipped_lines
    last = sheet.shipments[-1] if sheet.shipments else None
    parcel = f"on the road since {day(last.shipped_on)}" if last else "on the road"
    at_the_erp = "settling your cancellation" if at.cancel_requested else "entering the order"
    return {
        Ball.BUYER: ("You have it" if mine else f"{order.placed_by_name} has it", _buyer_does(at.validation)),
        Ball.APPROVER: (f"{theirs} approvers", "approval"),
        Ball.VALIDATOR: (
            "We",
            f"our desk looks at {several(at.points, 'point')}" if at.points else "our rules check it",
        ),
        Ball.ACCOUNT_MANAGER: (f"{theirs} account manager", "your question"),
        Ball.ERP: ("Our order system", at_the_erp),
        Ball.WAREHOUSE: ("Our warehouse", f"{several(open_lines, 'line')} to pick"),
        Ball.CARRIER: (
            "Carrier",
            f"{parcel}, parcel {last.tracking_number}" if last and last.tracking_number else parcel,
        ),
        Ball.PAYER: (f"{theirs} accounts", "advance payment" if at.prepayment else "payment of the invoice"),
    }[ball]


def _buyer_does(validation: Validation) -> str:
    return "back for changing" if validation is Validation.REJECTED else "a draft, not sent"
