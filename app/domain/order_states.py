"""The three axes of an order and every move between their states, as tables.

`app.services.lifecycle.move` is the only writer; it asks this module and nothing else. The picture in the documentation
and the test of all pairs are made from the same tables. Conditions bind people and what the portal sends; a fact that
comes from the ERP is never refused, it may skip states.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.words import n_, t


class Process(StrEnum):
    DRAFT = "draft"
    AWAITING_APPROVAL = "awaiting_approval"
    RECEIVED = "received"
    IN_VALIDATION = "in_validation"
    CONFIRMED = "confirmed"
    IN_DISPATCH = "in_dispatch"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class Validation(StrEnum):
    NOT_CHECKED = "not_checked"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class Payment(StrEnum):
    """Derived from the ERP's invoices and payments, never typed in."""

    NONE = "none"
    PROFORMA = "proforma"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"


class Ball(StrEnum):
    """Who has to act next."""

    BUYER = "buyer"
    APPROVER = "approver"
    VALIDATOR = "validator"
    ACCOUNT_MANAGER = "account_manager"
    ERP = "erp"
    WAREHOUSE = "warehouse"
    CARRIER = "carrier"
    PAYER = "payer"
    NOBODY = "nobody"


P, V = Process, Validation

# The steps people and the portal take. A pair that is not here is refused, with both states named.
MOVES: Mapping[tuple[Process, Process], str] = {
    (P.DRAFT, P.AWAITING_APPROVAL): "ask_approval",
    (P.DRAFT, P.RECEIVED): "receive",
    (P.AWAITING_APPROVAL, P.RECEIVED): "receive",
    (P.AWAITING_APPROVAL, P.DRAFT): "give_back",
    (P.RECEIVED, P.IN_VALIDATION): "start_validation",
    (P.IN_VALIDATION, P.DRAFT): "change_again",
    (P.RECEIVED, P.CONFIRMED): "confirm",
    (P.IN_VALIDATION, P.CONFIRMED): "confirm",
    (P.DRAFT, P.CANCELLED): "cancel",
    (P.AWAITING_APPROVAL, P.CANCELLED): "cancel",
    (P.RECEIVED, P.CANCELLED): "cancel",
    (P.IN_VALIDATION, P.CANCELLED): "cancel",
    (P.CONFIRMED, P.CANCELLED): "cancel",
    (P.CONFIRMED, P.IN_DISPATCH): "dispatch",
    (P.IN_DISPATCH, P.DELIVERED): "deliver",
}

CHECKS: Mapping[tuple[Validation, Validation], str] = {
    (V.NOT_CHECKED, V.PENDING): "start_check",
    (V.PENDING, V.APPROVED): "approve",
    (V.PENDING, V.REJECTED): "reject",
    (V.APPROVED, V.PENDING): "check_again",
    (V.NOT_CHECKED, V.NOT_CHECKED): "stay",
    (V.REJECTED, V.NOT_CHECKED): "start_over",
}

# Which answers of the check can stand beside which process state, when the ERP has not run ahead.
TOGETHER: Mapping[Process, frozenset[Validation]] = {
    P.DRAFT: frozenset({V.NOT_CHECKED}),
    P.AWAITING_APPROVAL: frozenset({V.NOT_CHECKED}),
    P.RECEIVED: frozenset({V.PENDING, V.APPROVED}),
    P.IN_VALIDATION: frozenset({V.PENDING, V.APPROVED, V.REJECTED}),
    P.CONFIRMED: frozenset({V.PENDING, V.APPROVED}),
    P.IN_DISPATCH: frozenset({V.PENDING, V.APPROVED}),
    P.DELIVERED: frozenset({V.PENDING, V.APPROVED}),
    P.CANCELLED: frozenset(V),
}

# States the ERP may report, and from where they are news. Nothing runs backwards.
ERP_FACTS: Mapping[Process, frozenset[Process]] = {
    P.CONFIRMED: frozenset({P.RECEIVED, P.IN_VALIDATION}),
    P.IN_DISPATCH: frozenset({P.RECEIVED, P.IN_VALIDATION, P.CONFIRMED}),
    P.DELIVERED: frozenset({P.RECEIVED, P.IN_VALIDATION, P.CONFIRMED, P.IN_DISPATCH}),
    P.CANCELLED: frozenset({P.RECEIVED, P.IN_VALIDATION, P.CONFIRMED, P.IN_DISPATCH}),
}

# With an ERP: the states in which its invoices and payments can exist.
WITH_PAYMENT = frozenset({P.RECEIVED, P.IN_VALIDATION, P.CONFIRMED, P.IN_DISPATCH, P.DELIVERED, P.CANCELLED})

# While the process is in one of these, the buyer may cancel without asking the ERP (nothing has been handed over).
CANCEL_AT_ONCE = frozenset({P.DRAFT, P.AWAITING_APPROVAL, P.RECEIVED, P.IN_VALIDATION})
CLOSED = frozenset({P.DELIVERED, P.CANCELLED})

WORDS: Mapping[Process, str] = {
    P.DRAFT: n_("a draft, not sent"),
    P.AWAITING_APPROVAL: n_("waiting for approval in your company"),
    P.RECEIVED: n_("received by us"),
    P.IN_VALIDATION: n_("being checked"),
    P.CONFIRMED: n_("confirmed"),
    P.IN_DISPATCH: n_("on its way"),
    P.DELIVERED: n_("delivered"),
    P.CANCELLED: n_("cancelled"),
}
CHECK_WORDS: Mapping[Validation, str] = {
    V.NOT_CHECKED: n_("not started"),
    V.PENDING: n_("running"),
    V.APPROVED: n_("passed"),
    V.REJECTED: n_("not accepted"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an order is on the two axes that are moved; payment is derived beside them."""

    process: Process
    validation: Validation

    @property
    def stands(self) -> bool:
        """Whether the two can be together without the ERP having run ahead."""
        return self.validation in TOGETHER[self.process]


def may_move(before: Standing, after: Standing, *, prepayment: bool, payment: Payment) -> str | None:
    """Why a step of a person or the portal is not open; None when it is.

    :param prepayment: the customer pays before we ship
    """
    if before.process is not after.process and (before.process, after.process) not in MOVES:
        return t(
            "an order that is {before} cannot become one that is {after}",
            before=t(WORDS[before.process]),
            after=t(WORDS[after.process]),
        )
    if before.validation is not after.validation and (before.validation, after.validation) not in CHECKS:
        return t(
            "a check that is {before} cannot become one that is {after}",
            before=t(CHECK_WORDS[before.validation]),
            after=t(CHECK_WORDS[after.validation]),
        )
    if after.process is P.CANCELLED and before.validation is not after.validation:
        return t("a cancelled order keeps the answer of its check")
    if not after.stands:
        return t(
            "an order that is {state} cannot have a check that is {check}",
            state=t(WORDS[after.process]),
            check=t(CHECK_WORDS[after.validation]),
        )
    if after.process is P.CONFIRMED and before.process is not P.CONFIRMED and after.validation is not V.APPROVED:
        return t("the order still waits for our check")
    return _needs(after, prepayment=prepayment, payment=payment)


def _needs(after: Standing, *, prepayment: bool, payment: Payment) -> str | None:
    """What one axis asks of another."""
    if after.process in (P.IN_DISPATCH, P.DELIVERED) and prepayment and payment is not Payment.PAID:
        return t("the advance payment has not arrived")
    return None


def is_news(before: Process, fact: Process) -> bool:
    """Whether a state the ERP reports moves the order on."""
    return before in ERP_FACTS.get(fact, frozenset())


def ran_ahead(before: Standing, fact: Process, *, prepayment: bool, payment: Payment) -> bool:
    """Whether the ERP did something whose condition was not met here; such an order goes on hold for a person."""
    if fact is Process.CANCELLED:
        return False
    checked = Standing(fact, Validation.APPROVED)
    unpaid = _needs(checked, prepayment=prepayment, payment=payment) is not None
    return before.validation is not Validation.APPROVED or unpaid


def payment_state(gross: Decimal, remaining: Decimal, *, prepaid_request: bool) -> Payment:
    """The payment axis, from the sums of the invoices that belong to the order.

    :param gross: invoiced so far, with tax; zero when there is no invoice
    :param remaining: what is still open of it
    :param prepaid_request: an advance payment was asked for and no invoice exists yet
    """
    if gross <= 0:
        return Payment.PROFORMA if prepaid_request else Payment.NONE
    if remaining <= 0:
        return Payment.PAID
    if remaining < gross:
        return Payment.PARTIALLY_PAID
    return Payment.PROFORMA if prepaid_request else Payment.NONE
