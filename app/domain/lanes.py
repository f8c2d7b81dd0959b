"""The three short lanes a buyer reads, who has the ball, and what happens next, from the state of an order.

Words of the trade in the reader's language, one whole sentence each. Not for deciding anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.order_states import CLOSED, Ball, Payment, Process, Validation
from app.words import t, tn


@dataclass(frozen=True, slots=True)
class Situation:
    """What the words depend on. `shipped_lines` of `lines` have left, `erp_number` is empty until the ERP has answered.

    `asked`: our desk has asked the buyer something and waits for the answer. `hold` is the reason of a hold.
    `silent`: the ERP does not answer for the moment.
    """

    process: Process
    validation: Validation
    payment: Payment
    prepayment: bool = False
    erp_number: str = ""
    cancel_requested: bool = False
    lines: int = 0
    shipped_lines: int = 0
    points: int = 0
    invoiced: bool = False
    asked: bool = False
    hold: str = ""
    silent: bool = False


# Whoever has to end a hold, wherever the order stands; other holds leave the ball where it is.
HOLDERS: Mapping[str, Ball] = {"your_answer": Ball.BUYER, "erp_differs": Ball.VALIDATOR}


def ball_of(at: Situation) -> Ball:
    """Who has to act next."""
    if at.cancel_requested and at.process not in (Process.CANCELLED, Process.DELIVERED):
        return Ball.ERP
    if at.hold in HOLDERS and at.process not in CLOSED:
        return HOLDERS[at.hold]
    if at.process in (Process.RECEIVED, Process.IN_VALIDATION):
        if at.asked and at.validation is Validation.PENDING:
            return Ball.BUYER
        return {
            Validation.APPROVED: Ball.ERP,
            Validation.REJECTED: Ball.BUYER,
        }.get(at.validation, Ball.VALIDATOR)
    if at.process is Process.CONFIRMED and at.prepayment and at.payment is not Payment.PAID:
        return Ball.PAYER
    if at.process is Process.DELIVERED:
        return Ball.NOBODY if at.payment is Payment.PAID else Ball.PAYER
    return {
        Process.DRAFT: Ball.BUYER,
        Process.AWAITING_APPROVAL: Ball.APPROVER,
        Process.CONFIRMED: Ball.WAREHOUSE,
        Process.IN_DISPATCH: Ball.CARRIER if at.shipped_lines >= at.lines else Ball.WAREHOUSE,
        Process.CANCELLED: Ball.NOBODY,
    }[at.process]


def next_step(at: Situation) -> str:
    """What happens next, for whoever reads it."""
    ball = ball_of(at)
    if at.silent and ball is Ball.ERP:
        return t("Your order is safe and keeps its place; nothing for you to do.")
    if at.cancel_requested and ball is Ball.ERP:
        return t("Our order system answers whether the order can still be cancelled.")
    if at.hold and ball is Ball.ERP:
        return t("We settle that and go on; there is nothing to do until then.")
    if ball is Ball.BUYER:
        if at.hold in HOLDERS:
            return t("Accept or decline what differs; then the order goes on.")
        if at.asked and at.validation is Validation.PENDING:
            return t("Answer our question; then our desk goes on.")
        rejected = at.validation is Validation.REJECTED
        return t("Change the order and send it again.") if rejected else t("Finish the draft and send it.")
    if ball is Ball.PAYER:
        return t("We ship when the advance payment is here.") if at.prepayment else t("The invoice is paid.")
    return {
        Ball.APPROVER: t("Somebody in your company approves; that sends the order."),
        Ball.VALIDATOR: t("Our desk looks at it and decides."),
        Ball.ERP: t("Our order number, usually within a minute."),
        Ball.WAREHOUSE: t("The rest leaves our warehouse.")
        if at.shipped_lines
        else t("The goods leave our warehouse."),
        Ball.CARRIER: t("The goods arrive."),
    }.get(ball, t("Closed; nothing more to do."))


def order_lane(at: Situation) -> str:
    """The lane "Order"."""
    if at.process is Process.IN_VALIDATION and at.validation is Validation.APPROVED:
        if at.silent:
            return t("Accepted. It is safe and goes in by itself")
        return t("Accepted; is being entered in our order system")
    if at.process is Process.IN_VALIDATION and at.validation is Validation.REJECTED:
        return t("Back with you. Nothing was ordered; your lines are kept for changing")
    return {
        Process.DRAFT: t("Draft, not sent"),
        Process.AWAITING_APPROVAL: t("Waiting for approval in your company"),
        Process.RECEIVED: t("We have it"),
        Process.IN_VALIDATION: t("Being checked"),
        Process.CONFIRMED: t("Confirmed, our order {number}", number=at.erp_number),
        Process.IN_DISPATCH: tn(
            "On its way, {shipped} of {n} line",
            "On its way, {shipped} of {n} lines",
            at.lines,
            shipped=at.shipped_lines,
        ),
        Process.DELIVERED: t("Delivered"),
        Process.CANCELLED: t("Cancelled"),
    }[at.process]


def check_lane(at: Situation) -> str:
    """The lane "Our check"."""
    if at.validation is Validation.PENDING and at.process is Process.IN_VALIDATION:
        if at.asked:
            return t("Waiting for your answer")
        return tn("A person looks at {n} point", "A person looks at {n} points", at.points)
    return {
        Validation.NOT_CHECKED: t("Starts when the order reaches us"),
        Validation.PENDING: t("Running"),
        Validation.APPROVED: t("Passed"),
        Validation.REJECTED: t("Not accepted. Change it and send it again"),
    }[at.validation]


def payment_lane(at: Situation, terms: str) -> str:
    """The lane "Payment".

    :param terms: the customer's payment terms in words, "30 days net"
    """
    if at.payment is Payment.NONE:
        return t("Invoiced, not paid yet") if at.invoiced else t("Invoice with delivery, {terms}", terms=terms)
    return {
        Payment.PROFORMA: t("To be paid in advance; we ship when it is here"),
        Payment.PARTIALLY_PAID: t("Partly paid"),
        Payment.PAID: t("Paid"),
    }[at.payment]
