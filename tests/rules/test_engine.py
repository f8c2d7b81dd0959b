"""The engine: versions, facts in and out, and an answer whatever the facts are."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.rules.engine import Facts, Finding, RuleSet
from app.rules.kinds import Kind
from app.rules.vocabulary import FACTS, Fact
from tests.rules.conftest import FILE, RULE, SHIPPED, order_with


def test_the_engine_needs_no_framework_and_no_database() -> None:
    code = (
        "import sys, app.rules.engine;"
        "print([name for name in ('flask', 'sqlalchemy', 'redis', 'app.extensions', 'app.clock') if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_a_published_version_is_its_text_and_nothing_else(shipped: RuleSet) -> None:
    again = RuleSet.from_texts(shipped.texts())

    assert again.version == shipped.version
    assert len(again.version) == 64
    assert again.evaluate(order_with(**{"customer.block": "all"})) == shipped.evaluate(
        order_with(**{"customer.block": "all"})
    )


def test_line_ends_do_not_make_a_version_but_a_word_does() -> None:
    version = RuleSet.from_texts({FILE: RULE}).version

    assert RuleSet.from_texts({FILE: RULE.replace("\n", "  \r\n")}).version == version
    assert RuleSet.from_texts({FILE: RULE.replace("Order", "Take")}).version != version


def test_a_rule_of_the_simplest_form_applies_to_lines_and_says_what_it_saw() -> None:
    [finding] = RuleSet.from_texts({FILE: RULE}).evaluate(
        {
            "lines": [
                {"line": {"number": 7, "quantity": Decimal(90)}, "item": {"name": "Cage", "pallet_size": Decimal(40)}}
            ]
        }
    )

    assert (finding.line, finding.message["en"]) == (7, "Cage ships in pallets of 40.")
    assert finding.facts == {
        "item.name": "Cage",
        "item.pallet_size": Decimal(40),
        "line.quantity": Decimal(90),
    }


def test_an_old_decision_can_be_run_again_from_what_was_stored(shipped: RuleSet) -> None:
    facts = order_with(**{"line.base_quantity": Decimal("500.00"), "order.requested_date": date(2026, 11, 1)})
    stored = json.loads(json.dumps(facts.as_data()))

    assert shipped.evaluate(Facts.from_data(stored)) == shipped.evaluate(facts)


def test_a_finding_can_be_stored_with_exact_values(judge: Callable[..., list[Finding]]) -> None:
    [finding] = judge(**{"line.base_quantity": Decimal(500)})
    stored = json.loads(json.dumps(finding.as_data()))

    assert stored["facts"]["line.base_quantity"] == "500"
    assert stored["offers"][0]["effect"] == {"set": {"line.quantity": "480", "line.unit": "PCS"}}


def test_whoever_fills_the_facts_is_told_about_wrong_names_and_kinds() -> None:
    facts = order_with(**{"line.quantiti": 1, "line.net": 12.5, "customer.block": "some"})

    assert facts.problems() == [
        "customer.block is one of none, ship, invoice, all, not 'some'",
        "line.net is an amount of money, not 12.5",
        "line.quantiti is not a known fact",
    ]


def test_words_typed_by_a_person_stay_words() -> None:
    rules = RuleSet.from_texts({FILE: RULE})
    name = "{customer.balance} [x]\n\x00<b>" + "y" * 5000
    item = {"name": name, "pallet_size": Decimal(40)}
    [finding] = rules.evaluate({"lines": [{"line": {"quantity": Decimal(90)}, "item": item}]})

    assert finding.message["en"].startswith("{customer.balance} [x]  <b>yyy")
    assert len(finding.message["en"]) < 100


_DECIMALS = st.decimals(allow_nan=False, allow_infinity=False) | st.decimals(-10, 1000, places=2)
_WORDS = st.text(st.characters(exclude_characters="N"), max_size=12)  # no fact is the word None
_VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: _WORDS,
    Kind.TEXTS: st.lists(_WORDS, max_size=3).map(tuple),
    Kind.YES_NO: st.booleans(),
    Kind.DATE: st.dates(),
    Kind.COUNT: st.integers(),
}


def _value(fact: Fact) -> st.SearchStrategy[Any]:
    some = st.sampled_from(fact.choices) if fact.choices else _VALUES.get(fact.kind, _DECIMALS)
    return st.none() | some


def _group(subject: str) -> st.SearchStrategy[dict[str, Any]]:
    facts = [fact for fact in FACTS.values() if fact.subject == subject]
    return st.fixed_dictionaries({}, optional={fact.key: _value(fact) for fact in facts})


_FACTS = st.builds(
    Facts,
    order=_group("order"),
    customer=_group("customer"),
    lines=st.lists(st.fixed_dictionaries({"line": _group("line"), "item": st.none() | _group("item")}), max_size=2),
    today=_group("today"),
)
_EVERYTHING = RuleSet.load(SHIPPED)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(_FACTS)
def test_any_facts_of_the_right_kinds_are_answered_in_words(facts: Facts) -> None:
    for finding in _EVERYTHING.evaluate(facts):
        for text in (*finding.message.values(), *finding.fix.values(), *finding.desk.values()):
            assert text
            assert "None" not in text
        assert finding.outcome != "offer" or sum(offer.default for offer in finding.offers) == 1
        json.dumps(finding.as_data())
