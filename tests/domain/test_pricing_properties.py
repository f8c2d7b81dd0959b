"""What holds for every price, whatever the lists say."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.domain.pricing import Ask, Price, PriceLine, PriceSource, resolve
from tests.domain.tools import quick

DAY = date(2026, 11, 24)
UNITS = {"PCS": Decimal(1), "BOX": Decimal(12), "PAL": Decimal(240)}
AMOUNTS = st.decimals("0.01", "5000", places=3)
DAYS = st.none() | st.integers(-2, 2).map(lambda days: DAY + timedelta(days))
SOURCES = st.sampled_from(
    [
        (PriceSource.ALL, ""),
        (PriceSource.GROUP, "DEALER"),
        (PriceSource.GROUP, "RETAIL"),
        (PriceSource.CUSTOMER, "AW1"),
        (PriceSource.CUSTOMER, "AW2"),
    ]
)


@st.composite
def price_lines(draw: st.DrawFn) -> PriceLine:
    source, code = draw(SOURCES)
    is_price = draw(st.booleans())
    return PriceLine(
        list_code=draw(st.sampled_from("ABC")),
        list_name="",
        source=source,
        source_code=code,
        item=draw(st.sampled_from(["BIKE", "BIKE", "HELMET"])),
        unit=draw(st.sampled_from(["", "PCS", "BOX", "PAL"])),
        minimum_quantity=Decimal(draw(st.sampled_from([0, 1, 5, 12, 30, 240]))),
        currency=draw(st.sampled_from(["", "USD", "EUR"])),
        unit_price=draw(AMOUNTS) if is_price else None,
        discount_percent=None if is_price else draw(st.decimals("0", "90", places=2)),
        valid_from=draw(DAYS),
        valid_to=draw(DAYS),
    )


@st.composite
def asks(draw: st.DrawFn) -> Ask:
    unit = draw(st.sampled_from(sorted(UNITS)))
    quantity = draw(st.decimals("0.001", "300", places=3))
    return Ask("BIKE", quantity, unit, UNITS[unit], "PCS", draw(st.none() | AMOUNTS))


LINES = st.lists(price_lines(), max_size=8)


def price_of(ask: Ask, lines: list[PriceLine]) -> Price:
    return resolve([ask], lines, customer="AW1", price_group="DEALER", currency="USD", on=DAY)[0]


def counts(line: PriceLine, ask: Ask) -> bool:
    """The rule of the brief, word by word."""
    for_us = line.source is PriceSource.ALL or (line.source, line.source_code) in {
        (PriceSource.GROUP, "DEALER"),
        (PriceSource.CUSTOMER, "AW1"),
    }
    valid = (line.valid_from or DAY) <= DAY <= (line.valid_to or DAY)
    in_pieces = line.unit in ("", "PCS")
    fits_unit = in_pieces or line.unit == ask.unit
    reached = ask.quantity * ask.factor if in_pieces else ask.quantity
    return (
        for_us and valid and fits_unit and line.item == ask.item
        and line.currency in ("", "USD") and line.minimum_quantity <= reached
    )  # fmt: skip


def naive(ask: Ask, lines: list[PriceLine]) -> tuple[Decimal | None, Decimal]:
    """(unit price, discount) by trying every line."""
    prices, percents = [], [Decimal(0)]
    for line in lines:
        if not counts(line, ask):
            continue
        if line.unit_price is not None:
            prices.append(line.unit_price * (ask.factor if line.unit in ("", "PCS") else 1))
        else:
            percents.append(line.discount_percent or Decimal(0))
    if not prices and ask.list_price:
        prices.append(ask.list_price * ask.factor)
    return (min(prices), max(percents)) if prices else (None, Decimal(0))


@quick
@given(asks(), LINES)
def test_the_resolver_finds_what_trying_every_line_finds(ask: Ask, lines: list[PriceLine]) -> None:
    found = price_of(ask, lines)

    assert (found.unit_price, found.discount_percent) == naive(ask, lines)


@quick
@given(asks(), LINES)
def test_a_total_is_quantity_times_price_less_discount_rounded_once(ask: Ask, lines: list[PriceLine]) -> None:
    found = price_of(ask, lines)
    if found.unit_price is None:
        assert found.total is None
        return
    exact = ask.quantity * found.unit_price * (100 - found.discount_percent) / 100

    assert found.total == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


@quick
@given(asks(), LINES)
def test_the_order_of_the_lists_does_not_matter(ask: Ask, lines: list[PriceLine]) -> None:
    shuffled = sorted(lines, key=lambda line: (str(line.unit_price), line.unit, line.list_code))
    first, second = price_of(ask, lines), price_of(ask, shuffled)

    assert (first.unit_price, first.discount_percent, first.total) == (
        second.unit_price, second.discount_percent, second.total,
    )  # fmt: skip
    assert [(tier.quantity, tier.net_unit_price) for tier in first.tiers] == [
        (tier.quantity, tier.net_unit_price) for tier in second.tiers
    ]


@quick
@given(asks(), LINES, AMOUNTS)
def test_once_a_price_line_counts_more_never_costs_more_each(ask: Ask, lines: list[PriceLine], base: Decimal) -> None:
    everyday = PriceLine("A", "", PriceSource.ALL, "", "BIKE", "", Decimal(0), "", base, None, None, None)
    tiers = price_of(ask, [everyday, *lines]).tiers

    assert tiers[0].quantity == 1
    assert all(a.quantity < b.quantity and a.net_unit_price > b.net_unit_price for a, b in pairwise(tiers))


@quick
@given(asks(), LINES)
def test_asking_for_the_quantity_of_a_tier_gives_its_price(ask: Ask, lines: list[PriceLine]) -> None:
    for tier in price_of(ask, lines).tiers:
        there = Ask(ask.item, tier.quantity, ask.unit, ask.factor, ask.base_unit, ask.list_price)
        assert price_of(there, lines).net_unit_price == tier.net_unit_price


@quick
@given(asks(), LINES)
def test_the_last_step_of_the_explanation_is_the_price(ask: Ask, lines: list[PriceLine]) -> None:
    found = price_of(ask, lines)

    assert (found.steps[-1].unit_price if found.steps else None) == found.net_unit_price or not found.discount_percent
    assert bool(found.steps) is not found.on_request
