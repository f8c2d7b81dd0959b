"""A list in any reasonable form is read line by line: no line lost, none invented, nothing guessed.

The samples are lists as buyers send them, with the outcome each has to reach (samples/README.md).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.embedded.databases import Addresses
from app.extensions import transaction
from app.security.actor import Actor, Role
from app.security.scopes import entered
from app.services.customers import facts_of
from app.services.intake.outcome import Intake
from app.services.intake.text import read_text
from app.words import use_language
from tests.factories.planting import Planter

SAMPLES = Path(__file__).parent / "samples"
NO_LONGER_SOLD = ("BK-M47B-48", "HJ-1213")
Reader = Callable[[str], Intake]


@pytest.fixture(scope="module")
def buyer(database: Addresses) -> Iterator[Actor]:
    """Of a company with the item numbers of BUYER-A, in front of all items of the samples."""
    planter = Planter(database.owner)
    company, other = planter.customer(), planter.customer()
    for row in rows("item_units.csv"):
        units = {"BOX": row["pcs_per_box"], "PAL": row["pcs_per_pallet"]}
        planter.item(
            row["item_number"], gtin=row["gtin"], units={unit: int(size) for unit, size in units.items() if size}
        )
    for number in NO_LONGER_SOLD:
        planter.item(number, discontinued_on=date(2020, 1, 1))
    for row in rows("buyer_item_numbers.csv"):
        owner = company if row["buyer"] == "BUYER-A" else other
        planter.row(
            "customer_item_number", customer_id=owner["id"], own_number=row["buyer_item_number"],
            item_number=row["item_number"],
        )  # fmt: skip
    planter.connection.execute("update item set trigrams = portico_trigrams(number || ' ' || name)")
    yield planter.person("alice", Role.BUYER, customer=company)
    planter.close()


def rows(name: str) -> list[dict[str, str]]:
    with (SAMPLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def read(buyer: Actor) -> Reader:
    def reading(text: str) -> Intake:
        with entered(buyer.scope), transaction():
            return read_text(facts_of(buyer.customer_id or 0), text)

    return reading


def samples() -> list[str]:
    return sorted(path.name for path in SAMPLES.glob("s*") if path.suffix != ".json")


@pytest.mark.parametrize("name", samples())
def test_every_sample_reaches_its_outcome(read: Reader, name: str) -> None:
    expected = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    found = read((SAMPLES / name).read_bytes().decode("utf-8-sig"))

    assert (found.result, found.file_problem or None) == (expected["result"], expected["file_problem"])
    assert [as_expected(each) for each in found.lines] == [usual(each) for each in expected["lines"]]
    assert {(each.row, each.code) for each in found.problems} == {
        (each["row"], each["code"]) for each in expected["problems"]
    }
    assert sorted(each.code for each in found.notices) == sorted(each["code"] for each in expected["notices"])


def as_expected(line: Any) -> tuple[Any, ...]:
    day = line.requested_date and line.requested_date.isoformat()
    return line.row, line.item, str(line.quantity), line.unit, str(line.base_quantity), day, line.note


def usual(line: dict[str, Any]) -> tuple[Any, ...]:
    values = (line["row"], line["item_number"], line["quantity"], line["unit"], line["base_quantity"])
    return (*values, line.get("requested_date"), (line.get("note") or "").strip())


@pytest.mark.parametrize(
    "written",
    [
        "BC-M005 12", "12 BC-M005", "12 x BC-M005", "12x BC-M005", "BC-M005 x12", "BC-M005 x 12", "- BC-M005: 12",
        "BC-M005\t12\tPCS", "BC-M005;12;Stk", "BC-M005|12|pcs.", "BC-M005,12", "12 Stück BC-M005", "BC M005 12pcs",
        "bc–m005 - 12 ks", "1 box BC-M005", "BC-M005 1 Karton", "škatla 1 BC-M005", "2900000008717 12",
        "2900000008717,12", "please send 12 pieces of BC-M005", "BC-M005 12,0", "12.00 BC-M005",
    ],
)  # fmt: skip
def test_twelve_bottle_cages_in_any_form(read: Reader, written: str) -> None:
    found = read(f"{written}\n")

    assert [(line.item, line.base_quantity) for line in found.lines] == [("BC-M005", Decimal(12))]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("BC-M005 1.250", "quantity_ambiguous"),
        ("1 BC-M005 12 Stk", "quantity_ambiguous"),
        ("BC-M005 12 barrels", "unit_unknown"),
        ("BC-M005 12kg", "unit_unknown"),
        ("BC-M005", "quantity_missing"),
        ("BC-M005 -5", "quantity_not_positive"),
        ("BC-M005 2,5", "quantity_not_whole"),
        ("BC-M005 1e3", "quantity_not_a_number"),
        ("BC-M05 12", "unknown_item"),
        ("2,90000E+12 3", "item_number_damaged"),
        ("BK-M38S-38 1 BOX", "unit_not_for_item"),
        ("BK-M47B-48 1", "item_not_sellable"),
        ("BC-M005 999999999999", "quantity_not_a_number"),
    ],
)
def test_what_is_not_clear_is_asked_and_never_taken(read: Reader, written: str, code: str) -> None:
    found = read(written)

    assert [problem.code for problem in found.problems] == [code]
    assert found.lines == ()


def test_greetings_and_headings_are_no_lines_and_rows_count_from_the_top(read: Reader) -> None:
    found = read("Hello,\nplease send\n\nSKU Qty\nBC-M005 12\nregards\n")

    assert [(line.row, line.item) for line in found.lines] == [(5, "BC-M005")]
    assert (found.result, found.of) == ("accepted", 1)


def test_the_decimal_sign_of_one_line_tells_it_for_the_others(read: Reader) -> None:
    assert [line.quantity for line in read("BC-M005 1.250\nHL-U509 3,00").lines] == [1250, 3]


def test_the_nearest_numbers_are_suggested_and_not_taken(read: Reader) -> None:
    (problem,) = read("BK-M68B-43 1").problems

    assert problem.code == "unknown_item"
    assert {"BK-M68B-42"} <= set(problem.suggestions)


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "empty"), (" \n ", "empty"), ("<table><tr>", "not_a_table"), ("\x89PNG\x00", "not_a_table"),
     ("hello\nworld", "no_lines"), ("x" * 2_000_001, "too_large"), ("BC-M005 1\n" * 10_001, "too_large")],
)  # fmt: skip
def test_what_cannot_be_read_says_why(read: Reader, text: str, code: str) -> None:
    found = read(text)

    assert (found.result, found.file_problem) == ("rejected", code)
    assert found.file_message


def test_every_code_has_its_words_in_german(read: Reader) -> None:
    typed = "BC-M005 1.250\nBC-M005 12kg\nBC-M005\nBC-M005 -5\nBC-M005 0,5\nNIX-1 2\nBK-M47B-48 1\nBK-M38S-38 1 BOX"
    english = read(typed).problems
    with use_language("de"):
        german = read(typed).problems

    assert [each.code for each in english] == [each.code for each in german]
    assert not {each.message for each in english} & {each.message for each in german}


def test_two_thousand_lines_are_read_with_the_same_few_questions(read: Reader) -> None:
    found = read("\n".join(["BC-M005 12"] * 2000))

    assert len(found.lines) == 2000
    assert replace(found.lines[0], row=2000) == found.lines[-1]
