"""The desk's reason codes: each one is a sentence a buyer can act on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import app.services
from app.domain.reasons import OTHER_NEEDS, REASONS, check_reason
from app.errors import BadRequest
from app.rules.vocabulary import REASON_CODES

# Set by the portal itself, never suggested by a rule.
OUR_OWN = {"erp_ahead", "erp_differs", "erp_twice", "erp_vanished", "your_answer"}
FORBIDDEN = re.compile(r"\b(error|invalid|failed|validation|administrator)\b", re.IGNORECASE)


def test_every_code_a_rule_may_name_is_known_to_the_desk_and_the_other_way_round() -> None:
    assert set(REASON_CODES) | OUR_OWN == set(REASONS)
    assert set(REASON_CODES) & OUR_OWN == set()


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_has_words_and_a_next_step(code: str) -> None:
    reason = REASONS[code]

    assert reason.words.endswith(".")
    assert reason.next_step.endswith(".")
    assert not FORBIDDEN.search(reason.words + reason.next_step)
    assert reason.uses
    assert set(reason.uses) <= set("RPHC")


@pytest.mark.parametrize("use", "RPHC")
def test_every_use_has_at_least_one_reason(use: str) -> None:
    assert any(use in reason.uses for reason in REASONS.values())


def test_every_hold_that_the_portal_sets_is_a_reason_for_holding() -> None:
    root = Path(next(iter(app.services.__path__)))
    texts = "".join(path.read_text() for path in root.rglob("*.py"))
    set_by_us = set(re.findall(r'lifecycle\.hold\(\w+, "(\w+)"|(?<![.\w])hold\(order, "(\w+)"', texts))
    codes = {code for pair in set_by_us for code in pair if code}

    assert codes >= {"erp_refused", "erp_ahead", "erp_differs"}
    assert all("H" in REASONS[code].uses for code in codes)


def test_a_reason_for_something_else_is_refused_and_the_right_ones_are_named() -> None:
    with pytest.raises(BadRequest) as refusal:
        check_reason("quantity_split", "R", "")

    assert "quantity_split" in refusal.value.message
    assert "credit_limit" in refusal.value.fix
    assert "quantity_split" not in refusal.value.fix


def test_an_unknown_reason_is_refused() -> None:
    with pytest.raises(BadRequest, match="no_such_code"):
        check_reason("no_such_code", "R", "")


def test_other_needs_a_sentence_of_ones_own() -> None:
    with pytest.raises(BadRequest, match="sentence of your own"):
        check_reason("other", "R", " " * 50 + "x" * (OTHER_NEEDS - 1))

    check_reason("other", "R", "x" * OTHER_NEEDS)
    check_reason("credit_limit", "R", "")
