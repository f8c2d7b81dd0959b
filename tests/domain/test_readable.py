"""Money, quantities and days as readers of each language write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from app.domain import readable
from app.words import use_language

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 12, 1, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "english", "german"),
    [
        (lambda: readable.amount(Decimal("7312.445"), "USD"), "USD 7,312.45", "7.312,45 USD"),
        (lambda: readable.amount(Decimal("-1234567"), "JPY"), "JPY -1,234,567", "-1.234.567 JPY"),
        (lambda: readable.amount(Decimal("12.5")), "12.50", "12,50"),
        (lambda: readable.price(Decimal("28.494300")), "28.4943", "28,4943"),
        (lambda: readable.price(Decimal("2753.99"), "USD"), "USD 2,753.99", "2.753,99 USD"),
        (lambda: readable.price(None), "on request", "auf Anfrage"),
        (lambda: readable.count(Decimal("1104.000")), "1,104", "1.104"),
        (lambda: readable.count(Decimal("2.50")), "2.5", "2,5"),
        (lambda: readable.number(Decimal("1104.50")), "1104.5", "1104.5"),
        (lambda: readable.percent(Decimal("12.50")), "12.5 %", "12,5 %"),
        (lambda: readable.quantity(Decimal(1), "BOX"), "1 box", "1 Karton"),
        (lambda: readable.quantity(Decimal(1200), "PAL"), "1,200 pallets", "1.200 Paletten"),
        (lambda: readable.quantity(Decimal(3), "ROLL"), "3 ROLL", "3 ROLL"),
        (lambda: readable.unit_choice("BOX", Decimal(24), "PCS"), "box of 24", "Karton zu 24"),
        (lambda: readable.day(date(2026, 12, 1), NOON.date()), "Tue 1 Dec", "Di., 1. Dez."),
        (lambda: readable.day(date(2027, 3, 4), NOON.date()), "Thu 4 Mar 2027", "Do., 4. März 2027"),
        (lambda: readable.age(timedelta(minutes=12, seconds=30)), "12 min", "12 Min."),
        (lambda: readable.age(timedelta(days=2)), "2 days", "2 Tage"),
        (lambda: readable.amount(None, "USD"), "–", "–"),
    ],
)
def test_values_are_written_as_the_language_does(said, english: str, german: str) -> None:  # type: ignore[no-untyped-def]
    assert said() == english
    with use_language("de"):
        assert said() == german


def test_a_moment_speaks_in_the_sellers_zone_and_names_the_day_when_it_is_not_today() -> None:
    just_now, yesterday = NOON - timedelta(hours=1), NOON - timedelta(hours=12)
    assert readable.moment(just_now, BERLIN, NOON) == "11:00"
    assert readable.moment(yesterday, BERLIN, NOON) == "00:00"  # still today in Berlin
    assert readable.moment(yesterday - timedelta(hours=1), BERLIN, NOON) == "Mon 30 Nov 23:00"
    assert readable.exact_moment(just_now, BERLIN, NOON) == "Tue 1 Dec 11:00:00"
