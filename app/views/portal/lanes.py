"""The three lanes of an order as rows of dots with a line of text, and the line that says who has the ball.

The text carries the meaning; the dots only repeat it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.lanes import HOLDERS
from app.domain.order_states import Ball, Payment, Process, Validation
from app.security.actor import Actor
from app.services.ordering.reading import OrderSheet
from app.services.silence import waiting_before
from app.views.formats import day, moment
from app.views.portal.rows import hold_words
from app.words import t, tn

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
    return [
        Lane(t("Order"), _order_dots(at.process), _order_text(sheet, words["order"]), moment(order.moved_at)),
        Lane(t("Our check"), _CHECK_DOTS[at.validation], words["check"], ""),
        Lane(t("Payment"), _payment_dots(sheet), words["payment"], ""),
    ]


def _order_text(sheet: OrderSheet, words: str) -> str:
    order = sheet.order
    if order.hold_reason:
        since, why = moment(order.hold_since), hold_words(order.hold_reason)
        return t("On hold since {time}: {why} {state}", time=since, why=why, state=words)
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
        at = moment(order.ball_since)
        cancelled = order.process == Process.CANCELLED
        done = t("cancelled, {time}", time=at) if cancelled else t("delivered and paid, {time}", time=at)
        return BallLine(t("Closed"), "", done, "")
    if ball is Ball.ERP and sheet.silent_since is not None:
        return _silent(sheet, actor, sheet.silent_since)
    who, doing = _who(sheet, actor, ball)
    return BallLine(who, moment(order.ball_since), doing, sheet.next_step)


def _silent(sheet: OrderSheet, actor: Actor, since: datetime) -> BallLine:
    """The ERP does not answer: nothing is lost, and nobody has to do anything."""
    if actor.is_staff:
        before = waiting_before(sheet.order.id)
        waits = tn("waiting for the ERP, {n} before it", "waiting for the ERP, {n} before it", before)
        return BallLine(t("We"), moment(since), waits, t("Do not enter it by hand: it would be double."))
    return BallLine(t("We"), moment(since), t("our order system does not answer"), sheet.next_step)


def _who(sheet: OrderSheet, actor: Actor, ball: Ball) -> tuple[str, str]:
    """Who has it, and what they are doing."""
    at, staff = sheet.situation, actor.is_staff
    open_lines = at.lines - at.shipped_lines
    return {
        Ball.BUYER: (_holder(sheet, actor), _buyer_does(sheet)),
        Ball.APPROVER: (t("The customer's approvers") if staff else t("Your approvers"), t("approval")),
        Ball.VALIDATOR: (
            t("We"),
            t("our desk settles what differs")
            if at.hold in HOLDERS
            else tn("our desk looks at {n} point", "our desk looks at {n} points", at.points)
            if at.points
            else t("our rules check it"),
        ),
        Ball.ACCOUNT_MANAGER: (
            t("The customer's account manager") if staff else t("Your account manager"),
            t("your question"),
        ),
        Ball.ERP: (
            t("Our order system"),
            t("settling your cancellation") if at.cancel_requested else t("entering the order"),
        ),
        Ball.WAREHOUSE: (t("Our warehouse"), tn("{n} line to pick", "{n} lines to pick", open_lines)),
        Ball.CARRIER: (t("Carrier"), _on_the_road(sheet)),
        Ball.PAYER: (
            t("The customer's accounts") if staff else t("Your accounts"),
            t("advance payment") if at.prepayment else t("payment of the invoice"),
        ),
    }[ball]


def _holder(sheet: OrderSheet, actor: Actor) -> str:
    if actor.person_id == sheet.order.placed_by:
        return t("You have it")
    return t("{name} has it", name=sheet.order.placed_by_name)


def _on_the_road(sheet: OrderSheet) -> str:
    last = sheet.shipments[-1] if sheet.shipments else None
    if last is None:
        return t("on the road")
    if not last.tracking_number:
        return t("on the road since {day}", day=day(last.shipped_on))
    return t("on the road since {day}, parcel {number}", day=day(last.shipped_on), number=last.tracking_number)


def _buyer_does(sheet: OrderSheet) -> str:
    waiting = sum(1 for row in sheet.proposals if row.state == "open")
    if sheet.situation.hold in HOLDERS:
        return tn("{n} line with a proposal", "{n} lines with a proposal", waiting)
    if sheet.situation.validation is Validation.REJECTED:
        return t("back for changing")
    return t("a question to answer") if sheet.situation.asked else t("a draft, not sent")
