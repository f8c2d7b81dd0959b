"""The one price resolver: Business Central's best price, explained step by step."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.domain.pricing import Ask, Price, PriceLine, PriceSource, StepKind, line_total, net_of, resolve

DAY = date(2026, 11, 24)
D = Decimal


def ask(quantity: str = "1", unit: str = "PCS", *, factor: str = "1", list_price: str | None = "100") -> Ask:
    price = None if list_price is None else Decimal(list_price)
    return Ask("BIKE", Decimal(quantity), unit, Decimal(factor), "PCS", price)


def a_line(**values: Any) -> PriceLine:
    line = PriceLine(
        list_code="LIST",
        list_name="A list",
        source=PriceSource.ALL,
        source_code="",
        item="BIKE",
        unit="",
        minimum_quantity=Decimal(0),
        currency="",
        unit_price=None,
        discount_percent=None,
        valid_from=None,
        valid_to=None,
    )
    return replace(line, **values)


def price(amount: str, *, from_quantity: str = "0", **values: Any) -> PriceLine:
    return a_line(unit_price=Decimal(amount), minimum_quantity=Decimal(from_quantity), **values)


def discount(percent: str, *, from_quantity: str = "0", **values: Any) -> PriceLine:
    return a_line(discount_percent=Decimal(percent), minimum_quantity=Decimal(from_quantity), **values)


def answer(asked: Ask, *lines: PriceLine, group: str = "DEALER", currency: str = "USD", on: date = DAY) -> Price:
    return resolve([asked], lines, customer="AW1", price_group=group, currency=currency, on=on)[0]


def test_without_a_price_line_the_list_price_counts_and_says_so() -> None:
    found = answer(ask("3"))

    assert (found.unit_price, found.total) == (D(100), D(300))
    assert [step.kind for step in found.steps] == [StepKind.LIST_PRICE]


def test_the_lowest_price_among_all_group_and_own_lines_wins() -> None:
    everybody = price("90")
    dealers = price("80", source=PriceSource.GROUP, source_code="DEALER", list_code="DEALER")
    own = price("85", source=PriceSource.CUSTOMER, source_code="AW1", list_code="CONTRACT-1")

    found = answer(ask(), everybody, dealers, own)

    assert found.unit_price == 80
    assert [step.code for step in found.steps] == ["DEALER"]


@pytest.mark.parametrize(
    "foreign",
    [
        price("1", source=PriceSource.CUSTOMER, source_code="AW2"),
        price("1", source=PriceSource.GROUP, source_code="RETAIL"),
        price("1", item="HELMET"),
        price("1", currency="EUR"),
        price("1", valid_to=DAY - timedelta(1)),
        price("1", valid_from=DAY + timedelta(1)),
        price("1", unit="PAL"),
        price("1", from_quantity="2"),
    ],
    ids=["customer", "group", "item", "currency", "over", "not yet", "unit", "quantity"],
)
def test_a_line_meant_for_something_else_does_not_count(foreign: PriceLine) -> None:
    assert answer(ask(), foreign).unit_price == 100


@pytest.mark.parametrize("day", [DAY, DAY + timedelta(5), DAY + timedelta(10)])
def test_a_price_counts_on_its_first_and_on_its_last_day(day: date) -> None:
    limited = price("70", valid_from=DAY, valid_to=DAY + timedelta(10))

    assert answer(ask(), limited, on=day).unit_price == 70


def test_a_price_line_replaces_the_list_price_even_when_it_is_higher() -> None:
    assert answer(ask(list_price="50"), price("60")).unit_price == 60


def test_a_discount_comes_off_the_best_price_and_the_highest_counts() -> None:
    found = answer(ask("2"), price("80"), discount("5"), discount("10", list_code="OFFER-02"), discount("0"))

    assert (found.unit_price, found.discount_percent, found.net_unit_price, found.total) == (
        D(80),
        D(10),
        D(72),
        D(144),
    )
    assert [(step.kind, step.code, step.unit_price) for step in found.steps] == [
        (StepKind.PRICE, "LIST", D(80)),
        (StepKind.DISCOUNT, "OFFER-02", D(72)),
    ]


def test_every_step_tells_its_list_its_validity_and_its_quantity() -> None:
    line = price("80", from_quantity="10", list_code="DEALER", list_name="Dealers", valid_from=DAY, valid_to=DAY)

    step = answer(ask("12"), line).steps[0]

    assert (step.code, step.name, step.minimum_quantity) == ("DEALER", "Dealers", D(10))
    assert (step.valid_from, step.valid_to) == (DAY, DAY)


def test_a_quantity_price_counts_from_its_quantity_on() -> None:
    lines = (price("80"), price("70", from_quantity="10"))

    assert [answer(ask(quantity), *lines).unit_price for quantity in ("9.999999", "10", "11")] == [80, 70, 70]


def test_a_price_per_piece_counts_for_a_box_times_its_pieces() -> None:
    found = answer(ask("1", "BOX", factor="12"), price("5", from_quantity="10"))

    assert (found.unit_price, found.total) == (D(60), D(60))


def test_a_price_in_pieces_is_reached_by_the_pieces_in_the_boxes() -> None:
    line = price("5", from_quantity="24", unit="PCS")

    assert answer(ask("1", "BOX", factor="12"), line).unit_price == 1200
    assert answer(ask("2", "BOX", factor="12"), line).unit_price == 60


def test_a_price_for_a_box_counts_for_boxes_only_and_in_boxes() -> None:
    line = price("50", from_quantity="2", unit="BOX")

    assert answer(ask("2", "BOX", factor="12"), line).unit_price == 50
    assert answer(ask("24", "PCS"), line).unit_price == 100


def test_a_line_total_is_rounded_once_half_away_from_zero() -> None:
    found = answer(ask("3"), price("0.115"))

    assert (found.unit_price, found.total) == (Decimal("0.115"), Decimal("0.35"))
    assert line_total(Decimal(1), Decimal("0.005"), Decimal(0), "USD") == Decimal("0.01")
    assert line_total(Decimal(3), Decimal("0.5"), Decimal(0), "JPY") == 2


def test_a_total_is_computed_from_price_and_discount_not_from_a_rounded_net_price() -> None:
    found = answer(ask("1000"), price("0.333333"), discount("33.333"))

    assert found.net_unit_price == Decimal("0.222223")
    assert found.total == Decimal("222.22")


def test_a_net_price_keeps_six_decimals() -> None:
    assert net_of(Decimal("10"), Decimal("33.33333")) == Decimal("6.666667")


@pytest.mark.parametrize("list_price", [None, "0"])
def test_without_any_price_it_is_on_request(list_price: str | None) -> None:
    found = answer(ask(list_price=list_price), discount("10"))

    assert found.on_request
    assert (found.unit_price, found.net_unit_price, found.total, found.tiers, found.steps) == (None, None, None, (), ())


def test_the_tiers_list_every_quantity_at_which_the_price_changes() -> None:
    found = answer(ask("1"), price("80"), price("70", from_quantity="10"), discount("5", from_quantity="50"))

    assert [(tier.quantity, tier.net_unit_price) for tier in found.tiers] == [
        (D(1), D(80)), (D(10), D(70)), (D(50), D("66.5")),
    ]  # fmt: skip


def test_a_threshold_that_changes_nothing_is_no_tier() -> None:
    found = answer(ask("1"), price("80"), price("85", from_quantity="10"))

    assert [tier.quantity for tier in found.tiers] == [1]


@pytest.mark.parametrize(("quantity", "following"), [("1", 10), ("9", 10), ("10", 50), ("50", None), ("400", None)])
def test_the_next_tier_is_the_first_one_not_reached(quantity: str, following: int | None) -> None:
    lines = (price("80"), price("70", from_quantity="10"), price("60", from_quantity="50"))

    tier = answer(ask(quantity), *lines).next_tier

    assert (tier and tier.quantity) == following


def test_tiers_of_a_box_count_in_boxes() -> None:
    found = answer(ask("1", "BOX", factor="12"), price("5"), price("4", from_quantity="36"))

    assert [(tier.quantity, tier.unit_price) for tier in found.tiers] == [(D(1), D(60)), (D(3), D(48))]


def test_a_price_in_the_customers_currency_counts_and_an_empty_one_is_every_currency() -> None:
    assert answer(ask(), price("70", currency="EUR"), currency="EUR").unit_price == 70
    assert answer(ask(), price("70", currency=""), currency="EUR").currency == "EUR"


def test_many_asks_get_one_answer_each_in_their_order() -> None:
    asks = [ask("1"), replace(ask("2"), item="HELMET"), ask("10")]

    found = resolve(asks, [price("80")], customer="AW1", price_group="", currency="USD", on=DAY)

    assert [(each.item, each.quantity, each.unit_price) for each in found] == [
        ("BIKE", D(1), D(80)), ("HELMET", D(2), D(100)), ("BIKE", D(10), D(80)),
    ]  # fmt: skip
