"""Arithmetic over facts as rules write it: `round_up_to(line.quantity, item.order_multiple)`, read into a checked tree.

The tree is the only thing that code is generated from; text of a rule never is code. Not for conditions: `conditions.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.rules import kinds
from app.rules.kinds import NUMBERS, PLAIN, Kind
from app.rules.problems import Place, not_known
from app.rules.vocabulary import FACTS, FUNCTIONS, LINE_SUBJECTS, SUBJECTS

_TOKEN = re.compile(r"\s*(?:(\d{4}-\d\d-\d\d)|(\d+(?:\.\d+)?)|([A-Za-z_][\w-]*(?:\.[\w-]+)*)|([-+*/(),]))")
_LONGEST = 300
_MOST_TOKENS = 60
FACT_NAME = re.compile(rf"(?:{'|'.join(SUBJECTS)})\.[\w-]+")


@dataclass(frozen=True)
class Literal:
    """A value written into the rule."""

    value: Decimal | str | date | bool
    kind: Kind


@dataclass(frozen=True)
class Name:
    """A fact (dotted) or a value named under `let`."""

    name: str
    kind: Kind

    @property
    def is_fact(self) -> bool:
        return "." in self.name


@dataclass(frozen=True)
class Binary:
    operator: str
    left: Expression
    right: Expression
    kind: Kind


@dataclass(frozen=True)
class Call:
    function: str
    left: Expression
    right: Expression
    kind: Kind


Expression = Literal | Name | Binary | Call


def names_in(expression: Expression) -> Iterator[str]:
    """Facts and named values the expression looks at, in writing order."""
    if isinstance(expression, Name):
        yield expression.name
    elif isinstance(expression, Binary | Call):
        yield from names_in(expression.left)
        yield from names_in(expression.right)


@dataclass(frozen=True)
class Scope:
    """The names a rule may use: facts of the order, of the line where it applies to lines, and its own `let` values."""

    applies_to: str
    lets: Mapping[str, Kind] = field(default_factory=dict)

    def knows(self) -> list[str]:
        facts = [name for name, fact in FACTS.items() if self.applies_to == "line" or fact.subject not in LINE_SUBJECTS]
        return [*facts, *self.lets]

    def name(self, word: str, place: Place) -> Name | None:
        """The name behind the word; None when there is none, and `place` then knows why."""
        if word in self.lets:
            return Name(word, self.lets[word])
        fact = FACTS.get(word)
        if fact is None:
            place.say(not_known(word, "fact", self.knows()))
            return None
        if self.applies_to != "line" and fact.subject in LINE_SUBJECTS:
            place.say(f"'{word}' is a fact of one line; this rule applies to the order")
            return None
        return Name(word, fact.kind)


def parse(text: str, scope: Scope, place: Place) -> Expression | None:
    """The expression written in `text`; None when it cannot be used, and `place` then knows why."""
    before = len(place.problems)
    tokens = _tokens(text, place)
    if tokens is None:
        return None
    parser = _Parser(tokens, scope, place)
    expression = parser.sum()
    if len(place.problems) == before and parser.rest():
        place.say(f"'{parser.rest()}' is not expected here; use names, numbers, + - * / and {', '.join(FUNCTIONS)}")
    return expression if len(place.problems) == before else None


def _tokens(text: str, place: Place) -> list[tuple[str, str]] | None:
    found: list[tuple[str, str]] = []
    position, text = 0, text.strip()
    while position < len(text) <= _LONGEST and len(found) < _MOST_TOKENS:
        token = _TOKEN.match(text, position)
        if token is None:
            words = ", ".join(FUNCTIONS)
            place.say(f"'{text[position:][:20]}' cannot be read; use names, numbers, + - * / and {words}")
            return None
        sort = ("date", "number", "name", "sign")[(token.lastindex or 1) - 1]
        found.append((sort, token[token.lastindex or 0]))
        position = token.end()
    if position < len(text):
        place.say(
            f"a calculation may have {_LONGEST} characters and {_MOST_TOKENS} words; name a part of it under 'let'"
        )
        return None
    return found


class _Parser:
    """Recursive descent over at most 60 tokens: a sum of products of numbers, names, calls and brackets."""

    def __init__(self, tokens: list[tuple[str, str]], scope: Scope, place: Place) -> None:
        self._tokens = tokens
        self._scope = scope
        self._place = place
        self._at = 0

    def rest(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def sum(self) -> Expression | None:
        left = self._product()
        while self.rest() in ("+", "-") and left:
            left = self._binary(left, self._take(), self._product())
        return left

    def _product(self) -> Expression | None:
        left = self._value()
        while self.rest() in ("*", "/") and left:
            left = self._binary(left, self._take(), self._value())
        return left

    def _binary(self, left: Expression, operator: str, right: Expression | None) -> Expression | None:
        if right is None:
            return None
        kind = kinds.result(operator, left.kind, right.kind)
        if kind is None:
            self._place.say(f"{_said(left)} {operator} {_said(right)} has no meaning")
            return None
        return Binary(operator, left, right, kind)

    def _value(self) -> Expression | None:
        if self._at >= len(self._tokens):
            self._place.say("the calculation stops in the middle")
            return None
        sort, word = self._tokens[self._at]
        self._at += 1
        if sort == "number":
            return Literal(Decimal(word), Kind.NUMBER)
        if sort == "date":
            return date_literal(word, self._place)
        if sort == "name":
            return self._call(word) if self.rest() == "(" else self._scope.name(word, self._place)
        return self._bracket(word)

    def _bracket(self, sign: str) -> Expression | None:
        if sign == "-" and self._at < len(self._tokens) and self._tokens[self._at][0] == "number":
            return Literal(-Decimal(self._take()), Kind.NUMBER)
        if sign != "(":
            self._place.say(f"'{sign}' is not expected here")
            return None
        inner = self.sum()
        return inner if self._expect(")") else None

    def _call(self, function: str) -> Expression | None:
        if function not in FUNCTIONS:
            self._place.say(not_known(function, "function", FUNCTIONS))
            return None
        self._take()
        left = self.sum()
        right = self.sum() if left and self._expect(",") else None
        if left is None or right is None or not self._expect(")"):
            return None
        if not _fit(left, right, function):
            self._place.say(f"{function} of {_said(left)} and {_said(right)} has no meaning")
            return None
        return Call(function, left, right, right.kind if left.kind in PLAIN and right.kind in NUMBERS else left.kind)

    def _take(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _expect(self, sign: str) -> bool:
        if self.rest() == sign:
            self._at += 1
            return True
        where = (
            f"before '{self.rest()}'"
            if self.rest()
            else "at the end; inside { } a calculation with a comma stands in quotes"
        )
        self._place.say(f"'{sign}' is missing {where}")
        return False


def _fit(left: Expression, right: Expression, function: str) -> bool:
    numbers = left.kind in NUMBERS and right.kind in NUMBERS
    return kinds.comparable(left.kind, right.kind) and (numbers or function == "first_given")


def _said(expression: Expression) -> str:
    name = expression.name if isinstance(expression, Name) else "the value"
    return f"{name} ({expression.kind})"


def date_literal(word: str, place: Place) -> Literal | None:
    try:
        return Literal(date.fromisoformat(word), Kind.DATE)
    except ValueError:
        place.say(f"{word} is not a day of the calendar")
        return None
