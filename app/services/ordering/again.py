"""Ordering again: the lines of an earlier order as a new draft would have them, and what is no longer sold.

Takes items, quantities and units; prices, days and the PO number belong to the new order. Writes nothing: `drafts.create`.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.clock import today
from app.models.transactional import Order
from app.services.catalogue.items import ItemFacts, find_typed
from app.services.customers import facts_of
from app.services.ordering.drafts import stored_lines
from app.services.ordering.typed import TypedLine, TypedOrder


@dataclass(frozen=True, slots=True)
class Again:
    """`typed` is ready for a new draft; `gone` names what could not be taken over, as it was typed."""

    typed: TypedOrder
    gone: tuple[str, ...]
    copied_from: str


def typed_from(order: Order) -> Again:
    """The order as it can be ordered today, within the scope of its customer."""
    customer = facts_of(order.customer_id)
    lines = stored_lines(order)
    items = find_typed(customer, [line.item for line in lines])
    kept = [line for line in lines if _is_sold(items.get(line.item))]
    gone = [line.item for line in lines if not _is_sold(items.get(line.item))]
    codes = [address.code for address in customer.ship_tos]
    typed = TypedOrder(
        lines=tuple(_as_new(line) for line in kept),
        ship_to=order.ship_to_code if order.ship_to_code in codes else "",
    )
    return Again(typed, tuple(dict.fromkeys(gone)), order.number)


def _is_sold(item: ItemFacts | None) -> bool:
    """What is no longer made is sold as long as some of it is left."""
    if item is None or item.blocked:
        return False
    return not item.is_discontinued(today()) or item.available > 0


def _as_new(line: TypedLine) -> TypedLine:
    return TypedLine(line.item, line.quantity, line.unit, cost_center=line.cost_center, comment=line.comment)
