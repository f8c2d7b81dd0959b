"""A rule file that cannot be used says where, why, and which word is nearest; everything at once."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.check import check
from app.rules.engine import RuleSet, RuleSetError
from tests.rules.conftest import FILE, RULE, SHIPPED


def problems_of(*changes: tuple[str, str], text: str = RULE, file: str = FILE) -> list[str]:
    for old, new in changes:
        assert old in text, f"{old} is not in the rule"
        text = text.replace(old, new)
    with pytest.raises(RuleSetError) as refusal:
        RuleSet.from_texts({file: text})
    return [str(problem) for problem in refusal.value.problems]


def test_the_reader_is_walked_down_to_the_word() -> None:
    [problem] = problems_of(("multiple_of", "multiple-of"))

    assert problem == (
        "in file logistics/whole-pallets.yml\n"
        "in rule 'whole-pallets'\n"
        "in unless.line.quantity\n"
        "  -> 'multiple-of' is not a known test; use one of: multiple_of, gt, gte, lt, lte, equals, in, empty, given"
    )


@pytest.mark.parametrize(
    ("old", "new", "place", "sentence"),
    [
        ("item.pallet_size: {gt", "item.palet_size: {gt", "in when.item.palet_size", "nearest are: item.pallet_size"),
        ("{gt: 1}", "{gt: larger_of(1, 2)}", "in when", "inside { } a calculation with a comma stands in quotes"),
        ("{gt: 1}", "{gt: many}", "in when.item.pallet_size.gt", "'many' is not a known fact"),
        ("{gt: 1}", "{gt: today.date}", "in when.item.pallet_size.gt", "is a quantity; today.date is a date"),
        ("{gt: 1}", "{gt: line.net}", "in when.item.pallet_size.gt", "is a quantity; line.net is an amount of money"),
        ("{gt: 1}", "{before: today.date}", "in when.item.pallet_size", "'before' does not fit item.pallet_size"),
        ("{gt: 1}", "{gt: 1 +}", "in when.item.pallet_size.gt", "stops in the middle"),
        ("{gt: 1}", "{gt: item.box_size * item.box_size}", "in when", "has no meaning"),
        ("{gt: 1}", "{gt: __import__('os')}", "in when", "cannot be read; use names, numbers"),
        ("{gt: 1}", "{gt: (1).__class__}", "in when", "cannot be read"),
        ("{gt: 1}", "{gt: round_up(1, 2)}", "in when", "'round_up' is not a known function; use one of: round_up_to"),
        ("{gt: 1}", "{given: 1}", "in when.item.pallet_size.given", "takes true or false"),
        ("{gt: 1}", "[]", "in when.item.pallet_size", "'in' takes a list"),
        ("multiple_of: item.pallet_size", "multiple_of: 0", "in unless", "a multiple needs a number above 0"),
        ("when: {item.pallet_size: {gt: 1}}", "when: {}", "in when", "write facts with their tests"),
        ("when: {item.pallet_size: {gt: 1}}", "when: {any: {}}", "in when.any", "'any' takes a list of conditions"),
        ("when: {item.p", "when: {customer.block: al, item.p", "in when.customer.block", "use one of: all, none"),
        ("when: {item.p", "when: {customer.country: NO, item.p", "in when.customer.country", "put it in quotes"),
        (
            "when: {item.p",
            "when: {line.unit: {matches: '(a+)+'}, item.p",
            "in when.line.unit.matches",
            "more than a pattern here may hold",
        ),
        ("when: {item.p", "when: {line.unit: {matches: 'a*b*c*d*'}, item.p", "matches", "may vary in length"),
        ("layer: logistics", "layer: logistic", "in layer", "'logistic' is not a known layer"),
        ("layer: logistics", "layer: finance", "in layer", "the file lies under 'logistics', the rule says 'finance'"),
        ("rule: whole-pallets", "rule: whole-palets", "in rule", "they go by one name"),
        ("outcome: notice", "outcome: warn", "in outcome", "'warn' is not a known outcome"),
        (
            "outcome: notice",
            "outcome: {from: customer.block, otherwise: offer}",
            "in outcome",
            "customer.po_number_used",
        ),
        ("outcome: notice", "outcom: notice", "in rule", "'outcom' is not a known key of a rule; use one of: outcome"),
        ("outcome: notice", "outcom: notice", "in rule", "'outcome' is missing"),
        (', de: "Bestellen Sie ganze Paletten."', "", "in fix", "the text in 'de' is missing"),
        ("Order whole pallets.", "Order {suggestion}.", "in fix.en", "'suggestion' is not a known fact"),
        ("Order whole pallets.", "Order {whole pallets.", "in fix.en", "a bracket stands alone"),
        ("Order whole pallets.", "This input is invalid.", "in fix.en", "'invalid' does not help the reader"),
        ("Order whole pallets.", "x" * 141, "in fix.en", "has about 141 characters"),
        ("Order whole pallets.", "{item.name|a|b}", "in fix.en", "only a number or a list has a word for one"),
        ("line.quantity: 90}", "line.quantity: many}", "in examples.2.given.line.quantity", "many is not"),
        ("expect: pass", "expect: fine", "in examples.1.expect", "'fine' is not a known outcome"),
        ("line.quantity: 90}, expect: notice", "line.quantity: 80}, expect: notice", "in examples.2", "answers 'pass'"),
        (
            "line.quantity: 80}, expect: pass",
            "line.quantity: 90}, expect: pass",
            "in examples.1",
            "answers 'notice': – ",
        ),
        ("expect: pass", "expect: notice", "in examples", "an example where the rule fires and one where it does not"),
        ("expect: notice}", "expect: notice, says: by ship}", "in examples.2", "expects 'by ship' in the text"),
        ("outcome: notice", "outcome: notice\ncodes: [no_stock]", "in codes", "'no_stock' is not a known reason"),
        ("outcome: notice", "outcome: notice\napplies_to: order", "in when.item.pallet_size", "is a fact of one line"),
        ("outcome: notice", "outcome: notice\nlet: {Up: 1}", "in let.Up", "named by small letters"),
        ("outcome: notice", "outcome: notice\nlet: {a: b, b: 1}", "in let.a", "'b' is not a known fact"),
        ("outcome: notice", "outcome: notice\noutcome: block", "in file", "'outcome' is given twice"),
        ("outcome: notice", "outcome: notice\nx: &a [1]\ny: *a", "in file", "aliases (*name) are not used"),
        ("outcome: notice", "outcome: notice\nx: !!python/object/apply:os.getcwd []", "in file", "could not determine"),
        ("outcome: notice", "outcome: notice\nx: " + "[" * 40 + "]" * 40, "in file", "nested too deep"),
        ("outcome: notice", "outcome: [notice", "in file", "line 7, column"),
        ("outcome: notice", "outcome: notice\nlet: {a: .inf}", "in file", "is not a number a rule can count with"),
        ("outcome: notice", "outcome: notice\n#" + "x" * 20_000, "in file", "a rule file may have 20,000"),
    ],
)
def test_each_mistake_has_its_place_and_its_sentence(old: str, new: str, place: str, sentence: str) -> None:
    told = problems_of((old, new))

    assert any(place in problem and sentence in problem for problem in told), "\n".join(told)


OFFER = RULE.replace("outcome: notice", "outcome: offer").replace("expect: notice", "expect: offer")
KEEP = "{id: keep, label: {en: Keep, de: Behalten}, effect: {keep: true}, default: true}"


@pytest.mark.parametrize(
    ("offers", "place", "sentence"),
    [
        ("[]", "in offers", "exactly one choice with 'default: true'; here are 0"),
        (f"[{KEEP}, {KEEP}]", "in offers", "two offers are called 'keep'"),
        (f"[{KEEP.replace('default', 'defalt')}]", "in offers.keep", "'defalt' is not a known key of an offer"),
        (f"[{KEEP.replace('en: Keep', 'en: Keep everything exactly as it is')}]", "in offers.keep.label.en", "28 are"),
        (f"[{KEEP.replace('keep: true}', 'keeps: true}')}]", "in offers.keep.effect", "'keeps' is not a known effect"),
        (f"[{KEEP.replace('keep: true}', 'set: {line.net: 0}}')}]", "effect.set.line.net", "a button may change"),
        (f"[{KEEP.replace('keep: true}', 'set: {line.unit: 5}}')}]", "effect.set.line.unit", "put it in quotes"),
        (f"[{KEEP.replace('keep: true}', 'drop: order}')}]", "effect", "use one of: line"),
    ],
)
def test_a_button_that_cannot_work_is_refused(offers: str, place: str, sentence: str) -> None:
    told = problems_of(text=f"{OFFER}\noffers: {offers}\n")

    assert any(place in problem and sentence in problem for problem in told), "\n".join(told)


def test_a_block_has_no_way_to_keep_things_as_they_are() -> None:
    text = RULE.replace("outcome: notice", "outcome: block").replace("expect: notice", "expect: block")

    assert "a block cannot be kept as it is" in problems_of(text=f"{text}\noffers: [{KEEP}]\n")[0]


def test_debts_are_told_only_beside_words_for_people_who_may_not_see_them() -> None:
    [problem] = problems_of(("Order whole pallets.", "Pay {customer.balance} first."))

    assert "tells customer.balance, which not every buyer may see; add fix_without_amounts" in problem


def test_all_problems_of_all_files_are_told_at_once() -> None:
    with pytest.raises(RuleSetError) as refusal:
        RuleSet.from_texts({FILE: RULE.replace("gt:", "gtt:"), "finance/other.yml": "rule: other", "a.yml": "- 1"})

    assert {problem.file for problem in refusal.value.problems} == {FILE, "finance/other.yml", "a.yml"}
    assert "'examples' is missing" in str(refusal.value)


def test_one_name_stands_in_one_file() -> None:
    with pytest.raises(RuleSetError, match="the rule 'whole-pallets' stands in another file too"):
        RuleSet.from_texts({FILE: RULE, "old/logistics/whole-pallets.yml": RULE})


def test_check_lists_problems_as_text_and_nothing_for_the_shipped_set(tmp_path: Path) -> None:
    (tmp_path / "logistics").mkdir()
    (tmp_path / FILE).write_text(RULE.replace("layer: logistics", "layer: lorry"))

    assert check(SHIPPED) == []
    assert "'lorry' is not a known layer" in check(tmp_path)[0]
    assert "holds no rule file" in check(tmp_path / "nowhere")[0]


_LINES = RULE.strip().splitlines()


@given(st.integers(0, len(_LINES) - 1), st.text(max_size=40), st.integers(0, 60))
def test_a_spoilt_file_is_refused_or_loaded_but_never_breaks_the_loader(line: int, noise: str, at: int) -> None:
    lines = list(_LINES)
    lines[line] = lines[line][:at] + noise + lines[line][at + len(noise) :]
    with suppress(RuleSetError):
        RuleSet.from_texts({FILE: "\n".join(lines)})
