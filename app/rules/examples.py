"""The examples of a rule: read with it, run when it is loaded. A rule that contradicts its examples is not used."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.rules.expressions import Scope
from app.rules.findings import Facts, Finding
from app.rules.kinds import NUMBERS, Kind
from app.rules.problems import Place, not_known
from app.rules.rule import Example, Rule
from app.rules.vocabulary import FACTS, LANGUAGES, OUTCOMES, PASS, SUBJECTS

_KEYS = ("given", "expect", "line", "says", "offers")
MOST_EXAMPLES = 30


def read_examples(tree: Any, scope: Scope, place: Place) -> tuple[Example, ...]:
    """The examples written in `tree`: at least one that fires and one that does not."""
    if not isinstance(tree, list) or not 2 <= len(tree) <= MOST_EXAMPLES:
        place.say(f"takes a list of 2 to {MOST_EXAMPLES} examples, as {{given: {{line.quantity: 5}}, expect: pass}}")
        return ()
    found = [_read(one, scope, place.at(number)) for number, one in enumerate(tree, 1)]
    examples = tuple(one for one in found if one is not None)
    if len(examples) == len(tree) and len({example.expect == PASS for example in examples}) == 1:
        place.say(f"needs an example where the rule fires and one where it does not ('expect: {PASS}')")
    return examples


def _read(tree: Any, scope: Scope, place: Place) -> Example | None:
    if not isinstance(tree, Mapping) or not isinstance(tree.get("given"), Mapping):
        place.say("an example is written as {given: {line.quantity: 5}, expect: pass}")
        return None
    for key in [key for key in tree if key not in _KEYS]:
        place.say(not_known(key, "key of an example", _KEYS))
    if tree.get("expect") not in (PASS, *OUTCOMES):
        place.at("expect").say(not_known(tree.get("expect"), "outcome", (PASS, *OUTCOMES)))
        return None
    given = {name: _value(name, value, scope, place.at("given", name)) for name, value in tree["given"].items()}
    offers = tree.get("offers")
    return Example(
        given=given,
        expect=tree["expect"],
        line=tree["line"] if isinstance(tree.get("line"), int) else None,
        says=str(tree.get("says", "")),
        offers=tuple(map(str, offers)) if isinstance(offers, list) else None,
    )


def _value(word: Any, value: Any, scope: Scope, place: Place) -> Any:
    name = scope.name(str(word), place)
    if name is None or value is None:
        return None
    if not name.is_fact:
        place.say(f"'{word}' follows from the facts; give those")
        return None
    typed = _typed(name.kind, value)
    if typed is None:
        place.say(
            f"{word} is {name.kind.phrase}; {value!s} is not" + ("; put it in quotes" if name.kind is Kind.TEXT else "")
        )
    elif FACTS[name.name].choices and typed not in FACTS[name.name].choices:
        place.say(not_known(value, f"value of {word}", FACTS[name.name].choices))
    return typed


def _typed(kind: Kind, value: Any) -> Any:
    """The value as services hand it over; None where it is of another kind."""
    number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if kind is Kind.COUNT:
        return value if number and isinstance(value, int) else None
    if kind in NUMBERS:
        return Decimal(value) if number else None
    if kind is Kind.TEXTS:
        return tuple(value) if isinstance(value, list) and all(isinstance(one, str) for one in value) else None
    if kind is Kind.DATE:
        return value if isinstance(value, date) and not isinstance(value, datetime) else None
    return value if isinstance(value, bool if kind is Kind.YES_NO else str) else None


def facts_of(example: Example) -> Facts:
    """The facts of an order with one line that is as the example says."""
    groups: dict[str, dict[str, Any]] = {subject: {} for subject in SUBJECTS}
    for name, value in example.given.items():
        groups[FACTS[name].subject][FACTS[name].key] = value
    groups["line"].setdefault("number", 1)
    line = {"line": groups["line"], "item": groups["item"]}
    return Facts(order=groups["order"], customer=groups["customer"], lines=(line,), today=groups["today"])


def contradictions(rule: Rule, example: Example, findings: list[Finding]) -> list[str]:
    """What the rule answers differently from what the example says, in sentences."""
    answer = findings[0].outcome if findings else PASS
    if answer != example.expect:
        told = f": {findings[0].message[LANGUAGES[0]]}" if findings else ""
        return [f"the example expects '{example.expect}', '{rule.id}' answers '{answer}'{told}"]
    if not findings:
        return []
    return [sentence for sentence in _details(example, findings[0]) if sentence]


def _details(example: Example, finding: Finding) -> list[str]:
    told = f"{finding.message[LANGUAGES[0]]} {finding.fix[LANGUAGES[0]]}"
    offers = tuple(offer.id for offer in finding.offers)
    return [
        f"the example expects line {example.line}, the finding is about line {finding.line}"
        if example.line not in (None, finding.line)
        else "",
        f"the example expects '{example.says}' in the text, which is: {told}" if example.says not in told else "",
        f"the example expects the offers {', '.join(example.offers)}; shown are {', '.join(offers) or 'none'}"
        if example.offers not in (None, offers)
        else "",
    ]
