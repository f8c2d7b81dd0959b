"""Money, quantities, and the labels that say how sure a price is and what is in stock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask

from app import clock
from app.services.catalogue.items import ItemFacts
from app.views.portal import words

MONDAY = date(2026, 11, 23)
ITEM = ItemFacts(
    number="LJ-0192-L", name="Jersey", category="", gtin="", own_number="", base_unit="PCS", units={"PCS": Decimal(1)},
    list_price=Decimal(50), tax_group="", blocked=False, discontinued_on=None, substitute_number="",
    substitute_name="", lead_time_days=None, minimum_quantity=None, order_multiple=None, available=Decimal(0),
)  # fmt: skip


@pytest.fixture
def seller() -> Iterator[None]:
    """The seller's clock stands at Monday, 14:30 in Berlin."""
    app = Flask("words")
    app.config["BUSINESS_TIME_ZONE"] = "Europe/Berlin"
    clock.shift(datetime(2026, 11, 23, 13, 30, tzinfo=UTC) - datetime.now(UTC))
    with app.app_context():
        yield
    clock.shift(timedelta())


@pytest.mark.parametrize(
    ("value", "shown"), [("29.994", "29.994"), ("2753.99", "2,753.99"), ("21", "21.00"), ("28.494300", "28.4943")]
)
def test_a_unit_price_keeps_the_decimals_of_the_erp(value: str, shown: str) -> None:
    assert words.price(Decimal(value)) == shown


def test_sums_have_the_decimals_of_their_currency() -> None:
    assert words.amount(Decimal("7312.4500"), "USD") == "USD 7,312.45"
    assert words.amount(Decimal("1234.4"), "JPY") == "JPY 1,234"
    assert words.amount(None, "USD") == "–"


def test_quantities_are_plain() -> None:
    assert [words.count(Decimal(each)) for each in ("1104.000000", "2.5", "-3")] == ["1,104", "2.5", "-3"]


@pytest.mark.parametrize(
    ("promise", "label"),
    [
        ("confirmed", "confirmed by our ERP at 14:02"),
        ("mirror", "as of 14:02"),
        ("last_known", "last known price of 14:02"),
        ("on_request", "price on request"),
    ],
)
def test_a_price_says_how_sure_it_is(seller: None, promise: str, label: str) -> None:
    assert words.price_label(promise, datetime(2026, 11, 23, 13, 2, tzinfo=UTC)) == label


def test_another_day_is_named(seller: None) -> None:
    assert words.moment(datetime(2026, 11, 20, 8, 0, tzinfo=UTC)) == "Fri 20 Nov 09:00"
    assert words.day(date(2027, 1, 4)) == "Mon 4 Jan 2027"


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"available": Decimal(216)}, "216 in stock"),
        ({}, "no date yet, we will tell you"),
        ({"lead_time_days": 4}, "comes to order, first day Fri 27 Nov"),
        ({"discontinued_on": date(2026, 5, 29)}, "no longer made"),
        (
            {"discontinued_on": date(2026, 5, 29), "available": Decimal(3)},
            "3 in stock; no longer made, these are the last",
        ),
        ({"blocked": True, "available": Decimal(3)}, "not for sale at present"),
    ],
)
def test_stock_is_said_in_words_and_never_as_zero(seller: None, changes: dict[str, object], label: str) -> None:
    assert words.stock_label(replace(ITEM, **changes), MONDAY) == label  # type: ignore[arg-type]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "//evil.example", "data:text/html,x", "http://[", ""])
def test_an_address_from_outside_is_linked_only_if_it_is_one_of_the_web(url: str) -> None:
    assert words.web_link(url) == ""
