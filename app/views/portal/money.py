"""What is in a sum beside the lines: surcharges by name, with their reason."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.models.transactional import Order
from app.security.actor import Actor
from app.views.portal.findings import in_language


@dataclass(frozen=True, slots=True)
class Charge:
    """A surcharge in the reader's words; `line` is None where it is for the whole order."""

    name: str
    why: str
    amount: Decimal
    line: int | None


def charges_of(order: Order, actor: Actor) -> list[Charge]:
    """The surcharges of an order, in its sum already."""
    return [
        Charge(
            name=in_language(each["label"], actor),
            why=in_language(each.get("why") or {}, actor),
            amount=Decimal(each["amount"]),
            line=each.get("line"),
        )
        for each in order.charges or ()
    ]
