"""What the words of the language mean: tests, arithmetic, unknown facts, texts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import yaml

from app.rules.engine import RuleSet
from app.rules.formats import in_unit, listed
from app.rules.kinds import Kind
from tests.rules.conftest import RULE

_BASE = {
    "rule": "try",
    "layer": "business",
    "applies_to": "line",
    "outcome": "notice",
    "message": {"en": "x", "de": "x"},
    "fix": {"en": "x", "de": "x"},
}


def load(when: str, *, fires: str, silent: str) -> None:
    """Loads a rule with this condition; its two examples are run while loading."""
    examples = f"[{{given: {{{fires}}}, expect: notice}}, {{given: {{{silent}}}, expect: pass}}]"
    text = yaml.safe_dump({**_BASE, "when": yaml.safe_load(when)}) + f"examples: {examples}\n"
    RuleSet.from_texts({"try.yml": text})


@pytest.mark.parametrize(
    ("when", "fires", "silent"),
    [
        ("{line.quantity: {gt: 5}}", "line.quantity: 6", "line.quantity: 5"),
        ("{line.quantity: {gte: 5, lt: 7}}", "line.quantity: 5", "line.quantity: 7"),
        ("{line.quantity: {lte: 5}}", "line.quantity: 5", "line.quantity: 5.01"),
        ("{line.quantity: 5}", "line.quantity: 5.00", "line.quantity: 6"),
        ("{line.unit: [PCS, BOX]}", "line.unit: BOX", "line.unit: PAL"),
        ("{line.number: [1, 2]}", "line.number: 2", "line.number: 3"),
        ("{line.unit: {in: item.units}}", "line.unit: BOX, item.units: [PCS, BOX]", "line.unit: BOX"),
        ("{line.unit: item.base_unit}", "line.unit: A, item.base_unit: A", "line.unit: A, item.base_unit: B"),
        ("{line.unit: {empty: true}}", "line.unit: ''", "line.unit: A"),
        ("{line.net: {empty: true}}", "line.unit: A", "line.net: 0"),
        ("{line.net: {given: false}}", "line.unit: A", "line.net: 0"),
        ("{line.net: {given: true}}", "line.net: 0", "line.unit: A"),
        ("{item.blocked: false}", "item.blocked: false", "line.unit: A"),
        (
            "{line.requested_date: {after: 2026-11-23}}",
            "line.requested_date: 2026-11-24",
            "line.requested_date: 2026-11-23",
        ),
        (
            "{line.requested_date: {before: today.date + 2 * item.lead_time_days}}",
            "line.requested_date: 2026-12-04, today.date: 2026-11-25, item.lead_time_days: 5",
            "line.requested_date: 2026-12-05, today.date: 2026-11-25, item.lead_time_days: 5",
        ),
        ("{line.unit: {matches: '[A-Z]{2,3}|\\d+'}}", "line.unit: PCS", "line.unit: pcs"),
        ("{line.unit: {matches: '^[A-Z]+$'}}", "line.unit: PCS", "line.unit: PCS1"),
        ("{any: [{line.unit: A}, {line.unit: B}]}", "line.unit: B", "line.unit: C"),
        ("{all: [{line.unit: A}, {line.net: 1}]}", "line.unit: A, line.net: 1", "line.unit: A"),
        ("{not: {line.unit: A, line.net: 1}}", "line.unit: A", "line.unit: A, line.net: 1"),
        ("{line.quantity: {not: {lt: 5}}}", "line.unit: A", "line.quantity: 4"),
        ("{line.quantity: {gt: (1 + 2) * 3 - 1}}", "line.quantity: 9", "line.quantity: 8"),
        (
            "{line.quantity: {lt: 'smaller_of(item.box_size, 6)'}}",
            "line.quantity: 5, item.box_size: 9",
            "line.quantity: 5",
        ),
        ("{line.quantity: {lt: 'first_given(item.box_size, 6)'}}", "line.quantity: 5", "line.quantity: 7"),
        (
            "{line.net: {gt: line.quantity * line.unit_price}}",
            "line.net: 7, line.quantity: 2, line.unit_price: 3",
            "line.net: 7",
        ),
    ],
)
def test_a_condition_means_what_it_says(when: str, fires: str, silent: str) -> None:
    load(when, fires=fires, silent=silent)


def _told(message: str, **values: Any) -> str:
    """The English message with these line facts."""
    tree = {**_BASE, "message": {"en": message, "de": "x"}, "when": {"line.item_known": True}}
    text = (
        yaml.safe_dump(tree)
        + "examples: [{given: {line.item_known: true}, expect: notice}, {given: {}, expect: pass}]\n"
    )
    facts = {"lines": [{"line": {"item_known": True, **values}, "item": {}}], "order": {"currency": "USD"}}
    [finding] = RuleSet.from_texts({"try.yml": text}).evaluate({**facts, "today": {"date": date(2026, 11, 23)}})
    return finding.message["en"]


@pytest.mark.parametrize(
    ("message", "values", "told"),
    [
        ("{line.net}", {"net": Decimal("1234.5")}, "1,234.50"),
        ("{line.unit_price}", {"unit_price": Decimal("27.639500")}, "27.6395"),
        ("{line.quantity}", {"quantity": Decimal("1200.500")}, "1200.5"),
        ("{line.discount_percent} %", {"discount_percent": Decimal("5.25")}, "5.3 %"),
        ("{line.requested_date}", {"requested_date": date(2026, 12, 1)}, "Tue 1 Dec"),
        ("{line.requested_date}", {"requested_date": date(2027, 1, 4)}, "Mon 4 Jan 2027"),
        ("{line.item_known}", {}, "yes"),
        ("{line.unit}", {}, "–"),
        ("A[ ({line.unit})]", {}, "A"),
        ("A[ ({line.unit})]", {"unit": "PCS"}, "A (PCS)"),
        ("{line.quantity} {line.quantity|piece|pieces}", {"quantity": Decimal(1)}, "1 piece"),
        ("{line.quantity} {line.quantity|piece|pieces}", {"quantity": Decimal(2)}, "2 pieces"),
    ],
)
def test_values_stand_in_a_sentence_as_people_write_them(message: str, values: dict[str, Any], told: str) -> None:
    assert _told(message, **values) == told


def test_a_number_that_cannot_be_had_meets_no_test() -> None:
    text = RULE.replace("{gt: 1}", "{lt: line.quantity / item.order_multiple}")
    rules = RuleSet.from_texts(
        {"logistics/whole-pallets.yml": text.replace("given: {", "given: {item.order_multiple: 1, ")}
    )
    lines = [_pallets(order_multiple=Decimal(one)) for one in (2, 0)] + [_pallets(order_multiple=None)]

    assert [finding.line for finding in rules.evaluate({"lines": lines})] == [1]


def _pallets(**item: Any) -> dict[str, Any]:
    return {"line": {"quantity": Decimal(90)}, "item": {"pallet_size": Decimal(40), **item}}


def test_a_fixed_amount_named_under_let_is_shown_as_money() -> None:
    text = RULE.replace("outcome: notice", "outcome: notice\nlet: {picking: {amount: 18}}")
    text = text.replace("Order whole pallets.", "Whole pallets save {picking}.")
    [finding] = RuleSet.from_texts({"logistics/whole-pallets.yml": text}).evaluate(
        {"lines": [{"line": {"quantity": Decimal(90)}, "item": {"pallet_size": Decimal(40)}}]}
    )

    assert finding.fix["en"] == "Whole pallets save 18.00."


def test_the_longest_calculation_a_rule_may_hold_still_compiles() -> None:
    nested = "first_given(item.box_size, " * 9 + "1" + ")" * 9
    load("{line.quantity: {gt: '" + nested + "'}}", fires="line.quantity: 2", silent="line.quantity: 1")


def test_a_quantity_is_shown_with_its_unit_in_words_and_a_list_as_one_reads_it() -> None:
    assert in_unit(Decimal("2.5"), Kind.QUANTITY, "PCS", "en") == "2.5 pieces"
    assert in_unit(Decimal(1), Kind.QUANTITY, "BOX", "de") == "1 Karton"
    assert in_unit(Decimal(3), Kind.QUANTITY, "drum", "en") == "3 drum"
    assert listed(("102911", "102954"), "en") == "102911 and 102954"
    assert listed(tuple("1234567"), "de") == "1, 2, 3, 4, 5 und 2 weitere"
