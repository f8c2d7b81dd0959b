"""Items as they stand in a list to be added from: own number, the price of the asked quantity, breaks, stock.

One read of prices for any number of items, from the mirror; live calls are for drafts and sending.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.clock import today
from app.domain.pricing import Price, Tier
from app.services import pricing
from app.services.catalogue.items import ItemFacts
from app.services.customers import CustomerFacts
from app.services.pricing import Prices
from app.views.formats import amount, count, number, price, unit, unit_choice
from app.views.portal.words import price_label, stock_label
from app.words import t


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry of a select field."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Asked:
    """So much of an item in this unit."""

    quantity: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class PriceView:
    """The price of the asked quantity in words: of one, how sure it is, of all together, and where it gets lower."""

    each: str
    label: str
    total: str
    breaks: Sequence[str]


@dataclass(frozen=True, slots=True)
class Hit:
    """One item of the list. `in_draft` says how much of it is there already, in words."""

    number: str
    own_number: str
    gtin: str
    name: str
    price: PriceView
    stock_label: str
    orderable: bool
    substitute: str
    substitute_name: str
    quantity: str
    unit: str
    units: Sequence[Choice]
    in_draft: str


def hits(
    customer: CustomerFacts,
    items: Sequence[ItemFacts],
    *,
    asked: Mapping[str, Asked],
    in_draft: Mapping[str, str],
) -> list[Hit]:
    """The items in their order.

    :param asked: item → quantity to price and to offer for adding; without one, the least that can be ordered
    """
    wanted = [asked.get(item.number) or least(item) for item in items]
    asks = [pricing.ask_for(item, want.quantity, want.unit) for item, want in zip(items, wanted, strict=True)]
    prices = pricing.from_mirror(customer, asks, on=today())
    return [
        _hit(item, want, each, prices, in_draft.get(item.number, ""))
        for item, want, each in zip(items, wanted, prices.prices, strict=True)
    ]


def least(item: ItemFacts) -> Asked:
    """The smallest quantity that can be ordered."""
    return Asked(item.minimum_quantity or item.order_multiple or Decimal(1), item.base_unit)


def _hit(item: ItemFacts, want: Asked, each: Price, prices: Prices, in_draft: str) -> Hit:
    gone = item.is_discontinued(today()) and item.available <= 0
    return Hit(
        number=item.number,
        own_number=item.own_number,
        gtin=item.gtin,
        name=item.name,
        price=price_view(item, each, prices),
        stock_label=stock_label(item, today()),
        orderable=not item.blocked and not gone,
        substitute=item.substitute_number if gone or item.blocked else "",
        substitute_name=item.substitute_name,
        quantity=number(want.quantity),
        unit=want.unit,
        units=[Choice(code, unit_choice(code, factor, item.base_unit)) for code, factor in item.units.items()],
        in_draft=in_draft,
    )


def price_view(item: ItemFacts, each: Price, prices: Prices) -> PriceView:
    """A price in words."""
    label = price_label(prices.promise_of(each), prices.as_of)
    if each.net_unit_price is None:
        return PriceView(t("Price on request"), label, "", ())
    one, asked = price(each.net_unit_price), count(each.quantity)
    if each.unit == item.base_unit:
        words = (
            t("{price} each", price=one)
            if each.quantity == 1
            else t("{price} each at {quantity}", price=one, quantity=asked)
        )
    else:
        words = t("{price} a {unit} at {quantity}", price=one, unit=unit(each.unit, 1), quantity=asked)
    return PriceView(
        words, label, _total(item, each), [_break(tier) for tier in each.tiers if tier.quantity > each.quantity]
    )


def _break(tier: Tier) -> str:
    return t("from {quantity}: {price} each", quantity=count(tier.quantity), price=price(tier.net_unit_price))


def _total(item: ItemFacts, each: Price) -> str:
    """The sum, with pieces beside a larger unit, and full boxes beside pieces."""
    sum_of_all = amount(each.total, each.currency)
    inside = each.quantity * item.units.get(each.unit, Decimal(1))
    if each.unit != item.base_unit:
        return t(
            "= {quantity} {unit} · {sum}", quantity=count(inside), unit=unit(item.base_unit, inside), sum=sum_of_all
        )
    packs = [(code, factor) for code, factor in item.units.items() if factor > 1 and inside % factor == 0]
    if packs and inside > 0:
        code, factor = packs[-1]
        full = inside / factor
        return t("= {quantity} {unit} · {sum}", quantity=count(full), unit=unit(code, full), sum=sum_of_all)
    return t("= {sum}", sum=sum_of_all)
