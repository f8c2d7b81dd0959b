"""Amounts are rounded once per line, half away from zero, to the decimals of their currency."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.money import at_least_decimals, decimals_of, rounded, total
from tests.domain.tools import quick


@pytest.mark.parametrize(
    ("amount", "on_paper"),
    [("0.125", "0.13"), ("-0.125", "-0.13"), ("0.1249999", "0.12"), ("2.675", "2.68"), ("-2.675", "-2.68"), ("7", "7")],
)
def test_half_a_cent_goes_away_from_zero(amount: str, on_paper: str) -> None:
    assert rounded(Decimal(amount), "USD") == Decimal(on_paper)


@pytest.mark.parametrize(("currency", "decimals"), [("USD", 2), ("EUR", 2), ("JPY", 0), ("KWD", 3), ("XXX", 2)])
def test_an_amount_has_the_decimals_of_its_currency(currency: str, decimals: int) -> None:
    assert decimals_of(currency) == decimals
    assert rounded(Decimal("1.23456"), currency) == round(Decimal("1.23456"), decimals)


def test_half_a_yen_is_a_yen() -> None:
    assert (rounded(Decimal("0.5"), "JPY"), rounded(Decimal("-0.5"), "JPY")) == (Decimal(1), Decimal(-1))


@quick
@given(st.lists(st.decimals("-99999", "99999", places=4), max_size=8))
def test_a_total_is_the_sum_of_rounded_lines_never_the_rounding_of_a_sum(amounts: list[Decimal]) -> None:
    lines = [rounded(amount, "EUR") for amount in amounts]

    assert total(lines) == sum(lines)
    assert rounded(total(lines), "EUR") == total(lines)


@quick
@given(st.decimals("-99999", "99999", places=6))
def test_rounding_is_off_by_half_a_cent_at_most_and_the_same_on_both_sides_of_zero(amount: Decimal) -> None:
    assert abs(rounded(amount, "EUR") - amount) <= Decimal("0.005")
    assert rounded(-amount, "EUR") == -rounded(amount, "EUR")


@pytest.mark.parametrize(
    ("value", "shown"),
    [("29.994", "29.994"), ("12.3", "12.30"), ("5", "5.00"), ("1200.000000", "1200.00"), ("1E+3", "1000.00")],
)
def test_a_unit_price_keeps_the_decimals_of_the_erp_and_shows_two_at_least(value: str, shown: str) -> None:
    assert at_least_decimals(Decimal(value), 2) == shown
