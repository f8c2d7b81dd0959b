"""The three short lanes a buyer reads, who has the ball, and what happens next, from the state of an order.

Words of the trade, one whole sentence each. Not for deciding anything.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.order_states import Ball, Payment, Process, Validation


@dataclass(frozen=True, slots=True)
class Situation:
    """What the words depend on. `shipped_lines` of `lines` have left, `erp_number` is empty until the ERP has answered."""

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


def ball_of(at: Situation) -> Ball:
    """Who has to act next."""
    if at.cancel_requested and at.process not in (Process.CANCELLED, Process.DELIVERED):
        return Ball.ERP
    if at.process in (Process.RECEIVED, Process.IN_VALIDATION):
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
    if at.cancel_requested and ball is Ball.ERP:
        return "Our order system answers whether the order can still be cancelled."
    if ball is Ball.BUYER:
        rejected = at.validation is Validation.REJECTED
        return "Change the order and send it again." if rejected else "Finish the draft and send it."
    if ball is Ball.PAYER:
        return "We ship when the advance payment is here." if at.prepayment else "The invoice is paid."
    return {
        Ball.APPROVER: "Somebody in your company approves; that sends the order.",
        Ball.VALIDATOR: "Our desk looks at it and decides.",
        Ball.ERP: "Our order number, usually within a minute.",
        Ball.WAREHOUSE: "The rest leaves our warehouse." if at.shipped_lines else "The goods leave our warehouse.",
        Ball.CARRIER: "The goods arrive.",
    }.get(ball, "Closed; nothing more to do.")


def order_lane(at: Situation) -> str:
    """The lane "Order"."""
    if at.process is Process.IN_VALIDATION and at.validation is Validation.APPROVED:
        return "Accepted; is being entered in our order system"
    if at.process is Process.IN_VALIDATION and at.validation is Validation.REJECTED:
        return "Back with you. Nothing was ordered; your lines are kept for changing"
    return {
        Process.DRAFT: "Draft, not sent",
        Process.AWAITING_APPROVAL: "Waiting for approval in your company",
        Process.RECEIVED: "We have it",
        Process.IN_VALIDATION: "Being checked",
        Process.CONFIRMED: f"Confirmed, our order {at.erp_number}",
        Process.IN_DISPATCH: f"On its way, {at.shipped_lines} of {at.lines} lines",
        Process.DELIVERED: "Delivered",
        Process.CANCELLED: "Cancelled",
    }[at.process]


def check_lane(at: Situation) -> str:
    """The lane "Our check"."""
    if at.validation is Validation.PENDING and at.process is Process.IN_VALIDATION:
        return f"A person looks at {at.points} point{'s' if at.points != 1 else ''}"
    return {
        Validation.NOT_CHECKED: "Starts when the order reaches us",
        Validation.PENDING: "Running",
        Validation.APPROVED: "Passed",
        Validation.REJECTED: "Not accepted. Change it and send it again",
    }[at.validation]


def payment_lane(at: Situation, terms: str) -> str:
    """The lane "Payment".

    :param terms: the customer's payment terms in words, "30 days net"
    """
    if at.payment is Payment.NONE:
        return "Invoiced, not paid yet" if at.invoiced else f"Invoice with delivery, {terms}"
    return {
        Payment.PROFORMA: "To be paid in advance; we ship when it is here",
        Payment.PARTIALLY_PAID: "Partly paid",
        Payment.PAID: "Paid",
    }[at.payment]
