"""`when` and `unless`: facts with their tests, joined by all, any and not, read into a checked tree.

Every test names a fact of the vocabulary and fits its kind. A fact that is not known meets no test but `empty`; `not`
turns that round. Not for deciding: `compiler.py` makes functions of the tree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.rules import kinds
from app.rules.expressions import FACT_NAME, Expression, Literal, Name, Scope, names_in, parse
from app.rules.kinds import Kind
from app.rules.patterns import pattern_problem
from app.rules.problems import Place, not_known
from app.rules.vocabulary import FACTS, TESTS


@dataclass(frozen=True)
class Test:
    """One test of one fact. `right` is what it is held against; for `in` a list of literals or a fact that is a list."""

    __test__ = False  # not a test of ours, whatever the name says to pytest

    name: str
    left: Name
    right: Expression | tuple[Literal, ...]


@dataclass(frozen=True)
class Every:
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Either:
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    part: Condition


Condition = Test | Every | Either | Not


def names_of(condition: Condition) -> Iterator[str]:
    """Facts and named values the condition looks at."""
    if isinstance(condition, Test):
        yield condition.left.name
        for right in condition.right if isinstance(condition.right, tuple) else (condition.right,):
            yield from names_in(right)
    elif isinstance(condition, Not):
        yield from names_of(condition.part)
    else:
        for part in condition.parts:
            yield from names_of(part)


def read_condition(tree: Any, scope: Scope, place: Place) -> Condition:
    """The condition written in `tree`; what cannot be used is left out and said to `place`."""
    if not isinstance(tree, Mapping) or not tree:
        place.say("write facts with their tests, as {line.quantity: {gt: 0}}")
        return Every(())
    return _all([_read_part(key, value, scope, place.at(key)) for key, value in tree.items()])


def _all(parts: list[Condition]) -> Condition:
    return parts[0] if len(parts) == 1 else Every(tuple(parts))


def _read_part(key: Any, value: Any, scope: Scope, place: Place) -> Condition:
    if key in ("all", "any"):
        return _read_list(key, value, scope, place)
    if key == "not":
        return Not(read_condition(value, scope, place))
    name = scope.name(str(key), place)
    return Every(()) if name is None else _read_tests(name, value, scope, place)


def _read_list(key: str, value: Any, scope: Scope, place: Place) -> Condition:
    if not isinstance(value, list) or not value:
        place.say(f"'{key}' takes a list of conditions")
        return Every(())
    parts = tuple(read_condition(one, scope, place.at(number)) for number, one in enumerate(value, 1))
    return Every(parts) if key == "all" else Either(parts)


def _read_tests(name: Name, value: Any, scope: Scope, place: Place) -> Condition:
    if isinstance(value, list):
        return _read_test(name, "in", value, scope, place)
    if not isinstance(value, Mapping):
        return _read_test(name, "equals", value, scope, place)
    if not value:
        place.say("names no test")
    return _all([_read_named(name, test, right, scope, place) for test, right in value.items()])


def _read_named(name: Name, test: Any, right: Any, scope: Scope, place: Place) -> Condition:
    if test == "not":
        return Not(_read_tests(name, right, scope, place.at("not")))
    fitting = [word for word, operation in TESTS.items() if name.kind in operation.kinds]
    if test not in TESTS:
        place.say(not_known(test, "test", fitting))
        return Every(())
    if test not in fitting:
        place.say(f"'{test}' does not fit {name.name}, which is {name.kind.phrase}; use one of: {', '.join(fitting)}")
        return Every(())
    return _read_test(name, test, right, scope, place.at(test))


def _read_test(name: Name, test: str, right: Any, scope: Scope, place: Place) -> Condition:
    if name.kind not in TESTS[test].kinds:
        place.say(f"{name.name} is {name.kind.phrase} and cannot be compared like this")
        return Every(())
    operand = _RIGHT[TESTS[test].right](name, right, scope, place)
    return Every(()) if operand is None else Test(test, name, operand)


def _same(name: Name, right: Any, scope: Scope, place: Place) -> Expression | None:
    return read_operand(right, name, scope, place)


def _number(name: Name, right: Any, scope: Scope, place: Place) -> Expression | None:
    operand = read_operand(right, name, scope, place)
    if place.keys[-1] == "multiple_of" and isinstance(operand, Literal) and not Decimal(str(operand.value)) > 0:
        place.say("a multiple needs a number above 0")
        return None
    return operand


def _list(name: Name, right: Any, scope: Scope, place: Place) -> Expression | tuple[Literal, ...] | None:
    if isinstance(right, str):
        other = scope.name(right, place)
        if other and other.kind is not Kind.TEXTS:
            place.say(f"{right} is {other.kind.phrase}, not a list")
            return None
        return other
    if not isinstance(right, list) or not right:
        place.say("'in' takes a list, as [none, ship]")
        return None
    literals = [read_operand(one, name, scope, place.at(number)) for number, one in enumerate(right, 1)]
    if any(one is not None and not isinstance(one, Literal) for one in literals):
        place.say("a list holds fixed values only")
    return tuple(one for one in literals if isinstance(one, Literal)) or None


def _flag(_name: Name, right: Any, _scope: Scope, place: Place) -> Expression | None:
    if isinstance(right, bool):
        return Literal(right, Kind.YES_NO)
    place.say("takes true or false")
    return None


def _pattern(_name: Name, right: Any, _scope: Scope, place: Place) -> Expression | None:
    if not isinstance(right, str) or not right:
        place.say("takes a pattern in quotes, as '[A-Z]{2}[0-9]+'")
        return None
    problem = pattern_problem(right)
    if problem:
        place.say(problem)
        return None
    return Literal(right, Kind.TEXT)


_RIGHT = {
    "same": _same,
    "number": _number,
    "date": _same,
    "text": _same,
    "list": _list,
    "flag": _flag,
    "pattern": _pattern,
}


def read_operand(value: Any, left: Name, scope: Scope, place: Place) -> Expression | None:
    """What stands on the right of a test of `left`: a literal, a fact or a calculation of a kind that fits."""
    operand = _operand(value, left, scope, place)
    if operand is None or kinds.comparable(left.kind, operand.kind):
        return operand
    hint = "; put it in quotes" if left.kind is Kind.TEXT else ""
    place.say(f"{left.name} is {left.kind.phrase}; {value!s} is {operand.kind.phrase}{hint}")
    return None


def _operand(value: Any, left: Name, scope: Scope, place: Place) -> Expression | None:
    if not isinstance(value, str):
        return literal(value, place)
    if left.kind is Kind.TEXT:
        return _text_operand(value, left, scope, place)
    return parse(value, scope, place)


def _text_operand(value: str, left: Name, scope: Scope, place: Place) -> Expression | None:
    if FACT_NAME.fullmatch(value):
        return scope.name(value, place)
    choices = FACTS[left.name].choices if left.is_fact else ()
    if choices and value not in choices:
        place.say(not_known(value, f"value of {left.name}", choices))
        return None
    return Literal(value, Kind.TEXT)


def literal(value: Any, place: Place) -> Literal | None:
    """A value as YAML gives it, with its kind."""
    if isinstance(value, bool):
        return Literal(value, Kind.YES_NO)
    if isinstance(value, int | Decimal):
        return Literal(Decimal(value), Kind.NUMBER)
    if isinstance(value, str):
        return Literal(value, Kind.TEXT)
    if isinstance(value, date) and not isinstance(value, datetime):
        return Literal(value, Kind.DATE)
    place.say(f"{value!r} is not a text, a number, a day, true or false")
    return None
