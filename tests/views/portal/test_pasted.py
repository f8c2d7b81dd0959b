"""A typed list: what is read, and what is given back with what to do."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.services.ordering.typed import TypedLine
from app.views.portal.pasted import read_list


@pytest.mark.parametrize(
    ("typed", "item", "quantity", "unit"),
    [
        ("TI-M823 20", "TI-M823", "20", ""),
        ("BC-M005 1 BOX", "BC-M005", "1", "BOX"),
        ("BC-M005\t2\tpallets", "BC-M005", "2", "PAL"),
        ("3575-057;2,5;pcs", "3575-057", "2.5", "PCS"),
        ("LJ 0192 L 24", "LJ 0192 L", "24", ""),
        ("A B;7;", "A B", "7", ""),
        ("TI-M823 -3", "TI-M823", "-3", ""),
    ],
)
def test_number_quantity_and_unit_are_told_apart(typed: str, item: str, quantity: str, unit: str) -> None:
    assert read_list(typed).lines == (TypedLine(item, Decimal(quantity), unit),)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("TI-M823", "How many"),
        ("TI-M823 many", "not a quantity"),
        ("TI-M823 1,000", "two ways"),
        ("TI-M823 1.000 PCS", "two ways"),
        ("LJ 0192 L", "which part is the quantity"),
        (";5;PCS", "item number is missing"),
        ("A;5;PCS;tomorrow", "more in this line"),
        ("A NaN", "not a quantity"),
        ("A 99999999999999", "not a quantity"),
        ("X" * 101 + ";1", "Please shorten"),
    ],
)
def test_what_cannot_be_read_is_given_back_with_what_to_do(typed: str, words: str) -> None:
    read = read_list(f"BIKE 1\n\n{typed}")

    assert read.lines == (TypedLine("BIKE", Decimal(1), ""),)
    assert (read.rest, read.not_read[0].row) == (typed, 3)
    assert words in read.not_read[0].message
