"""The labels that say how sure a price is, what is in stock and where an order stands."""

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
from app.words import use_language

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
    ("promise", "label"),
    [
        ("confirmed", "confirmed by our ERP at 14:02"),
        ("mirror", "as of 14:02"),
        ("last_known", "last known price of 14:02; if it differs by more than 2 % we ask you first"),
        ("on_request", "price on request"),
    ],
)
def test_a_price_says_how_sure_it_is(seller: None, promise: str, label: str) -> None:
    assert words.price_label(promise, datetime(2026, 11, 23, 13, 2, tzinfo=UTC)) == label


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


def test_a_price_nobody_knows_the_age_of_says_so(seller: None) -> None:
    labels = [words.price_label(promise, None) for promise in ("mirror", "last_known", "confirmed")]

    assert labels == ["age not known", "last known price", "confirmed by our ERP"]


def test_labels_speak_the_language_of_the_reader(seller: None) -> None:
    with use_language("de"):
        assert words.order_label("in_validation", "rejected").words == "Nicht angenommen"
        assert words.stock_label(replace(ITEM, available=Decimal(1216)), MONDAY) == "1.216 auf Lager"
        assert words.price_label("mirror", datetime(2026, 11, 23, 13, 2, tzinfo=UTC)) == "Stand 14:02"
