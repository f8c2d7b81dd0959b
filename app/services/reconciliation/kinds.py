"""How portal and ERP can drift apart: what each kind is called, what it means, whether it heals, what people can decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.words import n_


class Kind(StrEnum):
    UNKNOWN_HERE = "unknown_here"
    UNSENT_HERE = "unsent_here"
    WAITS_HERE = "waits_here"
    VANISHED = "vanished"
    TWICE = "twice"
    LOOKALIKE = "lookalike"
    OTHER_CUSTOMER = "other_customer"
    UNKNOWN_CUSTOMER = "unknown_customer"
    UNREADABLE = "unreadable"
    LINES_DIFFER = "lines_differ"
    PRICES_DIFFER = "prices_differ"
    SUMS_DIFFER = "sums_differ"
    STATE_BEHIND = "state_behind"
    ERP_BEHIND = "erp_behind"
    CANCELLED_HERE = "cancelled_here"
    MIRROR_BEHIND = "mirror_behind"
    INVOICE_MISSING = "invoice_missing"
    INVOICE_DIFFERS = "invoice_differs"
    INVOICE_VANISHED = "invoice_vanished"
    CREDIT_DIFFERS = "credit_differs"
    BALANCE_DIFFERS = "balance_differs"


class Decision(StrEnum):
    SEND_AGAIN = "send_again"
    BY_HAND = "by_hand"
    CANCEL = "cancel"
    RECREATE = "recreate"
    ADOPT = "adopt"
    CANCEL_THERE = "cancel_there"
    LEAVE = "leave"


class Heals(StrEnum):
    """`reading`: by the very read that found it; `sending`: delivery looks it up and adopts it; `no`: a person decides."""

    NO = "no"
    READING = "reading"
    SENDING = "sending"


@dataclass(frozen=True, slots=True)
class About:
    """`title` and `meaning` in English, to be said with `t`."""

    title: str
    meaning: str
    heals: Heals = Heals.NO
    decisions: tuple[Decision, ...] = (Decision.LEAVE,)


D = Decision

KINDS: Mapping[Kind, About] = {
    Kind.UNKNOWN_HERE: About(
        n_("In the ERP, unknown here"),
        n_(
            "The ERP has an order under one of our keys that the portal does not know, as after a restore of the portal."
            " Take it over as an order here; it is never sent again."
        ),
        decisions=(D.RECREATE, D.LEAVE),
    ),
    Kind.UNSENT_HERE: About(
        n_("In the ERP, not sent here"),
        n_(
            "The ERP has this order, while the portal believes that it was never sent or never taken."
            " Take the ERP's order as this one; customer and content are compared first."
        ),
        decisions=(D.ADOPT, D.LEAVE),
    ),
    Kind.WAITS_HERE: About(
        n_("In the ERP, still waiting here"),
        n_(
            "The ERP has this order, while its message still waits. The message is looked up there first and then closed."
        ),
        heals=Heals.SENDING,
        decisions=(),
    ),
    Kind.VANISHED: About(
        n_("Gone from the ERP"),
        n_(
            "The portal has this order as confirmed, and the ERP does not have it, as after a restore of the ERP."
            " Nothing is sent again by itself."
        ),
        decisions=(D.SEND_AGAIN, D.BY_HAND, D.CANCEL, D.LEAVE),
    ),
    Kind.TWICE: About(
        n_("Twice in the ERP"),
        n_("The ERP has two documents for this order. Stop the second one in the ERP before it ships."),
    ),
    Kind.LOOKALIKE: About(
        n_("Perhaps entered twice"),
        n_("The ERP has another order of this customer with the same number of theirs and the same lines."),
    ),
    Kind.OTHER_CUSTOMER: About(
        n_("Under another customer"),
        n_(
            "The ERP's document under the key of this order belongs to another customer. It was not taken as this order."
        ),
    ),
    Kind.UNKNOWN_CUSTOMER: About(
        n_("Customer unknown here"),
        n_("A document of the ERP names a customer that the ERP has not sent us. It cannot be shown until it does."),
    ),
    Kind.UNREADABLE: About(
        n_("Not understood"),
        n_("The ERP sent a record that cannot be read. It was left out; everything else went on."),
    ),
    Kind.LINES_DIFFER: About(
        n_("Lines differ"), n_("Items or quantities of this order are others in the ERP than in the portal.")
    ),
    Kind.PRICES_DIFFER: About(
        n_("Prices differ"), n_("The ERP holds lines of this order at other prices than the portal.")
    ),
    Kind.SUMS_DIFFER: About(
        n_("Sums differ"), n_("Lines agree, but the net sums do not: a charge is missing in one of them, or differs.")
    ),
    Kind.STATE_BEHIND: About(
        n_("State behind the ERP"),
        n_("The ERP was further with this order than the portal showed. The order was brought up to date."),
        heals=Heals.READING,
        decisions=(),
    ),
    Kind.ERP_BEHIND: About(
        n_("ERP behind the portal"),
        n_(
            "The portal is further with this order than the ERP, as after a restore of the ERP."
            " What is missing there has to be entered again."
        ),
    ),
    Kind.CANCELLED_HERE: About(
        n_("Cancelled here, alive in the ERP"),
        n_("The portal has this order as cancelled, and the ERP still works on it."),
        decisions=(D.CANCEL_THERE, D.LEAVE),
    ),
    Kind.MIRROR_BEHIND: About(
        n_("Mirror behind the ERP"),
        n_("A change of the ERP had not reached us. It has been read now."),
        heals=Heals.READING,
        decisions=(),
    ),
    Kind.INVOICE_MISSING: About(
        n_("Invoice was missing"),
        n_("An invoice of the ERP had not reached us. It has been read now."),
        heals=Heals.READING,
        decisions=(),
    ),
    Kind.INVOICE_DIFFERS: About(
        n_("Invoice differed"),
        n_("An invoice had other figures here than in the ERP. It has been read again."),
        heals=Heals.READING,
        decisions=(),
    ),
    Kind.INVOICE_VANISHED: About(
        n_("Invoice gone from the ERP"),
        n_("We showed an invoice that the ERP does not have any more. It is not shown to the customer now."),
    ),
    Kind.CREDIT_DIFFERS: About(
        n_("Terms of a customer differed"),
        n_("Credit limit, block or prices of a customer were others here than in the ERP. They have been read again."),
        heals=Heals.READING,
        decisions=(),
    ),
    Kind.BALANCE_DIFFERS: About(
        n_("Balance differed"),
        n_(
            "What a customer owes was another sum here than in the ERP, for longer than it should. It has been read again."
        ),
        heals=Heals.READING,
        decisions=(),
    ),
}

DECISIONS: Mapping[Decision, tuple[str, str]] = {
    D.SEND_AGAIN: (
        n_("Send again"),
        n_("A new message with the same key. The ERP is asked first whether it has the order after all."),
    ),
    D.BY_HAND: (
        n_("It is in the ERP under this number"),
        n_("Somebody entered it there. The number is checked in the ERP: it must belong to this customer."),
    ),
    D.CANCEL: (n_("Cancel here"), n_("The order is cancelled in the portal; nothing is sent to the ERP.")),
    D.RECREATE: (
        n_("Take over as an order"),
        n_("An order with a new number is made here from what the ERP has. Nothing is sent to the ERP."),
    ),
    D.ADOPT: (n_("Take the ERP's order as this one"), n_("Customer and content are compared first. Nothing is sent.")),
    D.CANCEL_THERE: (n_("Cancel in the ERP"), n_("A message asks the ERP to cancel the order there, too.")),
    D.LEAVE: (n_("Leave it"), n_("It stays as it is, with your reason. It is listed again when it changes.")),
}

# what two sides say differently, and what is told of a document, in this order
WHAT: Mapping[str, str] = {
    "number": n_("Number in the ERP"),
    "erp_customer": n_("Customer number"),
    "reference": n_("Customer's number"),
    "ordered_on": n_("Ordered on"),
    "state": n_("State"),
    "net": n_("Net"),
    "gross": n_("Total"),
    "customer": n_("Customer"),
    "currency": n_("Currency"),
    "item": n_("Item"),
    "quantity": n_("Quantity"),
    "price": n_("Price"),
    "line": n_("Line"),
    "tax": n_("Tax"),
    "remaining": n_("Still open"),
    "lines": n_("Lines"),
    "credit_limit": n_("Credit limit"),
    "block": n_("Blocked for"),
    "price_group": n_("Price group"),
    "balance": n_("Balance"),
    "overdue": n_("Overdue"),
    "due_on": n_("Due on"),
    "reason": n_("Reason"),
    "second": n_("The second document"),
    "key": n_("Key for the ERP"),
}

HEAL_BY_READING = frozenset(kind for kind, about in KINDS.items() if about.heals is Heals.READING)
HEAL_BY_SENDING = frozenset(kind for kind, about in KINDS.items() if about.heals is Heals.SENDING)
FOR_PEOPLE = frozenset(kind for kind, about in KINDS.items() if about.heals is Heals.NO)
