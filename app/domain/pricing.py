"""What a customer pays for a quantity of an item, and why: the one price resolver.

Batch by nature: it takes many asks and the price lines that may apply to them, and answers each with a price that can
explain itself step by step. Lists, item page, draft, order, API and PDF all show what comes out of here; connectors run
the same function on the ERP's lines of the moment. No database, no clock: the day is given.

The rule is Business Central's "best price" (Price List Line, Amount Type Price / Discount): of the price lines that
are valid on the day, fit the customer and whose minimum quantity is reached, the lowest price counts; of the discount
lines, the highest percentage; the net price is the price less the discount. Without a price line the item's list price
counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from app.domain.money import rounded

HUNDRED = Decimal(100)
_UNIT_PRICE = Decimal("0.000001")  # numeric(19,6)


class PriceSource(StrEnum):
    """Whom a price line is meant for."""

    ALL = "all"
    GROUP = "group"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A line of a price list: a price or a discount from a quantity on, within its validity.

    `minimum_quantity` counts in `unit`, or in base units when `unit` is empty. Exactly one of `unit_price` and
    `discount_percent` is set. `valid_to` is the last day on which it counts.
    """

    list_code: str
    list_name: str
    source: PriceSource
    source_code: str
    item: str
    unit: str
    minimum_quantity: Decimal
    currency: str
    unit_price: Decimal | None
    discount_percent: Decimal | None
    valid_from: date | None
    valid_to: date | None

    def counts_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Ask:
    """A quantity of an item in a unit that holds `factor` base units. `list_price` is per base unit."""

    item: str
    quantity: Decimal
    unit: str
    factor: Decimal
    base_unit: str
    list_price: Decimal | None


class StepKind(StrEnum):
    LIST_PRICE = "list_price"
    PRICE = "price"
    DISCOUNT = "discount"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the explanation: what applied, from which list, since and until when, and the price after it."""

    kind: StepKind
    code: str
    name: str
    minimum_quantity: Decimal
    percent: Decimal | None
    unit_price: Decimal
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Tier:
    """From `quantity` (in the asked unit) on, one costs `net_unit_price`."""

    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal
    net_unit_price: Decimal


@dataclass(frozen=True, slots=True)
class Price:
    """The answer to an Ask. `unit_price` is before, `net_unit_price` after the discount, both per asked unit.

    `total` is rounded to the currency. Without any price (`on_request`), the three are None.
    """

    item: str
    quantity: Decimal
    unit: str
    currency: str
    unit_price: Decimal | None
    discount_percent: Decimal
    net_unit_price: Decimal | None
    total: Decimal | None
    steps: tuple[Step, ...]
    tiers: tuple[Tier, ...]
    next_tier: Tier | None

    @property
    def on_request(self) -> bool:
        return self.unit_price is None


def resolve(
    asks: Sequence[Ask],
    lines: Iterable[PriceLine],
    *,
    customer: str,
    price_group: str,
    currency: str,
    on: date,
) -> list[Price]:
    """Price every ask for a customer on a day.

    :param lines: price lines of the asked items; those of other customers, days or currencies are left aside
    :param customer: customer number, compared with lines meant for one customer
    :returns: one price an ask, in the same order
    """
    fitting = _by_item(lines, customer=customer, price_group=price_group, currency=currency, on=on)
    return [_price(ask, fitting.get(ask.item, ()), currency) for ask in asks]


def line_total(quantity: Decimal, unit_price: Decimal, discount_percent: Decimal, currency: str) -> Decimal:
    """The amount of a line: rounded once, at the end."""
    return rounded(quantity * unit_price * (HUNDRED - discount_percent) / HUNDRED, currency)


def net_of(unit_price: Decimal, discount_percent: Decimal) -> Decimal:
    """Unit price after discount, to the six decimals a unit price keeps."""
    exact = unit_price * (HUNDRED - discount_percent) / HUNDRED
    return exact.quantize(_UNIT_PRICE, rounding=ROUND_HALF_UP).normalize()


def _by_item(
    lines: Iterable[PriceLine], *, customer: str, price_group: str, currency: str, on: date
) -> Mapping[str, list[PriceLine]]:
    wanted = {PriceSource.ALL: "", PriceSource.GROUP: price_group, PriceSource.CUSTOMER: customer}
    found: dict[str, list[PriceLine]] = {}
    for line in lines:
        meant_for_us = line.source is PriceSource.ALL or line.source_code == wanted[line.source]
        if meant_for_us and line.counts_on(on) and line.currency in ("", currency):
            found.setdefault(line.item, []).append(line)
    return found


def _price(ask: Ask, lines: Sequence[PriceLine], currency: str) -> Price:
    usable = [(line, step) for line in lines if (step := _threshold(line, ask)) is not None]
    unit_price, discount, steps = _at(ask, usable, ask.quantity)
    tiers = _tiers(ask, usable)
    following = next((tier for tier in tiers if tier.quantity > ask.quantity), None)
    if unit_price is None:
        return Price(ask.item, ask.quantity, ask.unit, currency, None, discount, None, None, steps, (), None)
    return Price(
        item=ask.item,
        quantity=ask.quantity,
        unit=ask.unit,
        currency=currency,
        unit_price=unit_price,
        discount_percent=discount,
        net_unit_price=net_of(unit_price, discount),
        total=line_total(ask.quantity, unit_price, discount, currency),
        steps=steps,
        tiers=tiers,
        next_tier=following,
    )


def _threshold(line: PriceLine, ask: Ask) -> Decimal | None:
    """From which quantity in the asked unit the line counts; None when its unit is not the asked one."""
    if line.unit in ("", ask.base_unit):
        return line.minimum_quantity / ask.factor
    return line.minimum_quantity if line.unit == ask.unit else None


def _at(
    ask: Ask, usable: Sequence[tuple[PriceLine, Decimal]], quantity: Decimal
) -> tuple[Decimal | None, Decimal, tuple[Step, ...]]:
    reached = [(line, step) for line, step in usable if step <= quantity]
    unit_price, price_step = _best_price(ask, reached)
    if unit_price is None or price_step is None:
        return None, Decimal(0), ()
    best = max(
        ((line, step) for line, step in reached if line.discount_percent is not None),
        key=lambda pair: (pair[0].discount_percent, -pair[1]),
        default=None,
    )
    if best is None or not best[0].discount_percent:
        return unit_price, Decimal(0), (price_step,)
    line, step = best
    percent = line.discount_percent or Decimal(0)
    after = net_of(unit_price, percent)
    discount_step = Step(
        StepKind.DISCOUNT, line.list_code, line.list_name, step, percent, after, line.valid_from, line.valid_to
    )
    return unit_price, percent, (price_step, discount_step)


def _best_price(ask: Ask, reached: Sequence[tuple[PriceLine, Decimal]]) -> tuple[Decimal | None, Step | None]:
    best: tuple[Decimal, Step] | None = None
    for line, step in reached:
        if line.unit_price is None:
            continue
        price = line.unit_price if line.unit == ask.unit else line.unit_price * ask.factor
        if best is None or price < best[0]:
            best = (
                price,
                Step(StepKind.PRICE, line.list_code, line.list_name, step, None, price, line.valid_from, line.valid_to),
            )
    if best is not None:
        return best
    if ask.list_price is None or ask.list_price <= 0:
        return None, None
    price = ask.list_price * ask.factor
    return price, Step(StepKind.LIST_PRICE, "", "", Decimal(0), None, price, None, None)


def _tiers(ask: Ask, usable: Sequence[tuple[PriceLine, Decimal]]) -> tuple[Tier, ...]:
    """Every quantity at which the price changes, from 1 (or less) upwards."""
    tiers: list[Tier] = []
    for quantity in sorted({Decimal(1), *(step for _, step in usable if step > 1)}):
        unit_price, discount, _ = _at(ask, usable, quantity)
        if unit_price is None:
            continue
        net = net_of(unit_price, discount)
        if not tiers or tiers[-1].net_unit_price != net:
            tiers.append(Tier(quantity, unit_price, discount, net))
    return tuple(tiers)
