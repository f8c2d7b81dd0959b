"""Quantities in pieces, boxes and pallets."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.quantities import in_base_units, is_whole, plain, round_down_to, round_up_to
from tests.domain.tools import quick

QUANTITIES = st.decimals("0", "99999", places=3)
STEPS = st.decimals("0.001", "500", places=3)


def test_three_boxes_of_twelve_are_thirty_six_pieces() -> None:
    assert in_base_units(Decimal(3), Decimal(12)) == 36


@pytest.mark.parametrize(("quantity", "whole"), [("5", True), ("5.000000", True), ("0", True), ("5.5", False)])
def test_whole_pieces_are_told_from_parts(quantity: str, whole: bool) -> None:
    assert is_whole(Decimal(quantity)) is whole


@pytest.mark.parametrize(("wanted", "down", "up"), [("90", "80", "120"), ("80", "80", "80"), ("1", "0", "40")])
def test_ninety_pieces_on_pallets_of_forty(wanted: str, down: str, up: str) -> None:
    assert round_down_to(Decimal(wanted), Decimal(40)) == Decimal(down)
    assert round_up_to(Decimal(wanted), Decimal(40)) == Decimal(up)


@quick
@given(QUANTITIES, STEPS)
def test_rounding_to_packs_stays_within_one_pack_and_on_its_side(quantity: Decimal, step: Decimal) -> None:
    down, up = round_down_to(quantity, step), round_up_to(quantity, step)

    assert down <= quantity <= up
    assert up - down in (0, step)
    assert down % step == 0
    assert up % step == 0


@pytest.mark.parametrize(
    ("quantity", "words"), [("5.000000", "5"), ("2.50", "2.5"), ("1.2E+3", "1200"), ("0.000001", "0.000001")]
)
def test_a_quantity_is_shown_without_exponent_and_trailing_zeros(quantity: str, words: str) -> None:
    assert plain(Decimal(quantity)) == words
