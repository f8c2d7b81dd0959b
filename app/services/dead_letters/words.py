"""Why a message needs a person, and what that person can do: whole sentences for each reason code.

The words of the ERP itself are not in them: they stand beside, quoted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.services.dead_letters.letters import Letter
from app.words import n_, t


@dataclass(frozen=True, slots=True)
class Said:
    """In the reader's language: what is the matter, and what to do."""

    what: str
    todo: str


BY_HAND = "by_hand"

_OF_ORDERS: Mapping[str, tuple[str, str]] = {
    "erp_refused": (
        n_("The ERP does not take the order as it is."),
        n_(
            "Read what it says. What can be put right there, such as a block or a missing item, needs only another try."
            " A wrong site or date can be corrected here. Everything else goes back to the buyer."
        ),
    ),
    "tries_spent": (
        n_("The order did not get into the ERP, however often it was tried."),
        n_(
            "See with whoever runs the ERP that it answers as it should; the exchange below shows what came back. Then"
            " send it again: it is looked up there first."
        ),
    ),
    "other_document": (
        n_("The ERP holds a document under the key of this order, and it is another order."),
        n_(
            "Compare the two. If it is this order after all, hand it over under that document's number. If not, have the"
            " key taken out of it there, then send the order again."
        ),
    ),
    BY_HAND: (
        n_("It was taken out of the queue, to be entered in the ERP by a person."),
        n_(
            "Enter it there once, with the key of the order in the field for the external document number, then hand it"
            " over with the number the ERP gave it. If nobody entered it, send it again."
        ),
    ),
}
_OF_CANCELLATIONS: Mapping[str, tuple[str, str]] = {
    "cancel_by_hand": (
        n_("The order was entered in the ERP by hand, so it is cancelled there by hand, too."),
        n_("Cancel it there, then let this stand: the order here follows with the next reading of the ERP."),
    ),
}
_ANY_CANCELLATION: tuple[str, str] = (
    n_("The ERP has not cancelled the order."),
    n_("Read what it says and tell the buyer. If it can be cancelled there now, send it again; if not, let it stand."),
)
_ANY_ORDER: tuple[str, str] = (
    n_("The order does not get into the ERP by itself."),
    n_("Read what was tried, then send it again, correct it, hand it over or give it back to the buyer."),
)


def why(letter: Letter) -> Said:
    """The sentences for one message."""
    if letter.cancels:
        return Said(*map(t, _OF_CANCELLATIONS.get(letter.reason_code, _ANY_CANCELLATION)))
    return Said(*map(t, _OF_ORDERS.get(letter.reason_code, _ANY_ORDER)))
