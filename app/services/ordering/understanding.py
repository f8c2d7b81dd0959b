"""From typed lines to lines with item, unit and price: what was understood, and what was not stays as typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.domain.money import ZERO
from app.domain.pricing import Ask, Price, Tier
from app.domain.quantities import LARGEST, in_base_units
from app.services.catalogue.items import ItemFacts
from app.services.ordering.typed import TypedLine
from app.services.pricing import Prices, Promise, ask_for, explanation


@dataclass(frozen=True, slots=True)
class UnderstoodLine:
    """`item` is None while nobody knows what was typed. Prices are per `unit`; `net` is rounded to the currency."""

    number: int
    typed_item: str
    item: ItemFacts | None
    quantity: Decimal
    unit: str
    unit_known: bool
    factor: Decimal
    base_quantity: Decimal
    requested_date: date | None
    buyer_line: str
    cost_center: str
    comment: str
    unit_price: Decimal | None = None
    discount_percent: Decimal = ZERO
    net_unit_price: Decimal | None = None
    net: Decimal | None = None
    next_tier: Tier | None = None
    tiers: tuple[Tier, ...] = ()
    explanation: tuple[dict[str, Any], ...] = ()
    promise: Promise = Promise.ON_REQUEST
    price_as_of: datetime | None = None

    @property
    def item_number(self) -> str:
        """Our number, or empty."""
        return self.item.number if self.item else ""

    @property
    def priceable(self) -> bool:
        """Whether a price can be asked for at all."""
        return self.item is not None and self.unit_known and 0 < self.quantity <= LARGEST


def understand(lines: Sequence[TypedLine], items: Mapping[str, ItemFacts]) -> list[UnderstoodLine]:
    """Give every typed line its item and unit. Lines are numbered from 1, nothing is merged or guessed.

    :param items: typed word → item, from `catalogue.items.find_typed`
    """
    return [_understand(number, line, items.get(line.item)) for number, line in enumerate(lines, start=1)]


def _understand(number: int, line: TypedLine, item: ItemFacts | None) -> UnderstoodLine:
    unit = line.unit.strip().upper() or (item.base_unit if item else "PCS")
    factor = item.units.get(unit) if item else None
    known = factor is not None
    counted = abs(line.quantity) <= LARGEST
    return UnderstoodLine(
        number=number,
        typed_item=line.item,
        item=item,
        quantity=line.quantity,
        unit=unit,
        unit_known=known,
        factor=factor or Decimal(1),
        base_quantity=in_base_units(line.quantity, factor or Decimal(1)) if counted else line.quantity,
        requested_date=line.requested_date,
        buyer_line=line.buyer_line,
        cost_center=line.cost_center,
        comment=line.comment,
    )


def asks_of(lines: Sequence[UnderstoodLine]) -> list[Ask]:
    """What to ask the resolver, for the lines that can have a price."""
    return [ask_for(line.item, line.quantity, line.unit) for line in lines if line.priceable and line.item]


def with_prices(lines: Sequence[UnderstoodLine], prices: Prices) -> list[UnderstoodLine]:
    """The lines with their prices.

    :param prices: one price for each of `asks_of(lines)`, in that order
    """
    answers = iter(prices.prices)
    return [_priced(line, next(answers), prices) if line.priceable else line for line in lines]


def _priced(line: UnderstoodLine, price: Price, prices: Prices) -> UnderstoodLine:
    return replace(
        line,
        unit_price=price.unit_price,
        discount_percent=price.discount_percent,
        net_unit_price=price.net_unit_price,
        net=price.total,
        next_tier=price.next_tier,
        tiers=price.tiers,
        explanation=tuple(explanation(price)),
        promise=prices.promise_of(price),
        price_as_of=prices.as_of,
    )
