"""`$filter` expressions, turned into SQL over the columns of one page.

Knows what Business Central knows: eq ne gt ge lt le, and, or (one field only), not, startswith, endswith, contains,
tolower, toupper; `in` with schema version 2.1. Lambda filters are dropped without a word, as the product does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.erp.sandbox import refusals, wire
from app.erp.sandbox.entities import EntitySet, Field

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>'(?:[^']|'')*')
  | (?P<moment>\d{4}-\d{2}-\d{2}T[0-9:.]+(?:Z|[+-]\d{2}:\d{2}))
  | (?P<guid>[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})
  | (?P<date>\d{4}-\d{2}-\d{2})
  | (?P<number>-?\d+(?:\.\d+)?)
  | (?P<word>[A-Za-z_][A-Za-z0-9_/]*)
  | (?P<sign>[(),])
)""",
    re.VERBOSE,
)
_COMPARE = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_FUNCTIONS = {
    "startswith": "substr({0}, 1, length({1})) = {1}",
    "endswith": "substr({0}, -length({1})) = {1}",
    "contains": "instr({0}, {1}) > 0",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL text, its values, and the fields it speaks of."""

    sql: str
    values: tuple[Any, ...]
    names: frozenset[str]


def read_filter(page: EntitySet, text: str, *, allow_in: bool = False) -> Condition | None:
    """The condition a `$filter` stands for; None for a filter the product ignores.

    :raises Refusal: syntax, unknown field, value of another kind, `or` over distinct fields
    """
    if re.search(r"/(any|all)\s*\(", text):
        return None
    reader = _Reader(page, _tokens(text), allow_in=allow_in)
    condition = reader.either()
    reader.expect_end()
    return condition


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise refusals.query_syntax()
        found.append((match.lastgroup, match.group(match.lastgroup)))
        at = match.end()
    return found


def moment_value(text: str) -> float:
    """Milliseconds of an ISO moment; with a fraction when it is finer than a millisecond."""
    head, _, tail = re.sub(r"Z$", "+00:00", text).partition(".")
    digits = re.match(r"\d*", tail)
    fraction = digits.group(0) if digits else ""
    zone = tail[len(fraction) :] if fraction else ""
    try:
        at = datetime.fromisoformat(head + zone)
    except ValueError as err:
        raise refusals.bad_request(f"Unable to convert value '{text}' to DateTime.") from err
    whole = (at - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1)
    return whole + float(Decimal(f"0.{fraction or 0}") * 1000)


class _Reader:
    """Recursive descent over the tokens of one filter."""

    def __init__(self, page: EntitySet, tokens: list[tuple[str, str]], *, allow_in: bool) -> None:
        self.page = page
        self.tokens = tokens
        self.at = 0
        self.allow_in = allow_in

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self, kind: str = "", value: str = "") -> str:
        found, text = self.peek()
        if (kind and found != kind) or (value and text != value):
            raise refusals.query_syntax()
        self.at += 1
        return text

    def expect_end(self) -> None:
        if self.peek()[0] != "end":
            raise refusals.query_syntax()

    def either(self) -> Condition:
        parts = self._chain("or", self.both)
        names = frozenset[str]().union(*(part.names for part in parts))
        if len(parts) > 1 and len(names) > 1:
            raise refusals.bad_request("The 'OR' operator is not supported on distinct fields on an OData filter.")
        return _joined(parts, " OR ", names)

    def both(self) -> Condition:
        parts = self._chain("and", self.single)
        return _joined(parts, " AND ", frozenset[str]().union(*(part.names for part in parts)))

    def _chain(self, word: str, inner: Callable[[], Condition]) -> list[Condition]:
        parts = [inner()]
        while self.peek() == ("word", word):
            self.take()
            parts.append(inner())
        return parts

    def single(self) -> Condition:
        kind, text = self.peek()
        if (kind, text) == ("sign", "("):
            self.take()
            inner = self.either()
            self.take("sign", ")")
            return inner
        if (kind, text) == ("word", "not"):
            self.take()
            inner = self.single()
            return Condition(f"NOT ({inner.sql})", inner.values, inner.names)
        return self.call() if text in _FUNCTIONS else self.comparison()

    def call(self) -> Condition:
        shape = _FUNCTIONS[self.take("word")]
        self.take("sign", "(")
        column, field = self.operand()
        self.take("sign", ",")
        value = self.literal(field)
        self.take("sign", ")")
        wanted = self._wanted_truth()
        sql = shape.format(column, "?")
        condition = Condition(sql, (value,) * sql.count("?"), frozenset((field.name,)))
        return condition if wanted else Condition(f"NOT ({sql})", condition.values, condition.names)

    def _wanted_truth(self) -> bool:
        """An optional `eq true` or `eq false` behind a function."""
        if self.peek() != ("word", "eq"):
            return True
        self.take()
        return self.take("word") == "true"

    def comparison(self) -> Condition:
        column, field = self.operand()
        verb = self.take("word")
        if verb == "in" and self.allow_in:
            return self._one_of(column, field)
        if verb not in _COMPARE:
            raise refusals.query_syntax()
        return Condition(f"{column} {_COMPARE[verb]} ?", (self.literal(field),), frozenset((field.name,)))

    def _one_of(self, column: str, field: Field) -> Condition:
        self.take("sign", "(")
        values = [self.literal(field)]
        while self.peek() == ("sign", ","):
            self.take()
            values.append(self.literal(field))
        self.take("sign", ")")
        return Condition(f"{column} IN ({','.join('?' * len(values))})", tuple(values), frozenset((field.name,)))

    def operand(self) -> tuple[str, Field]:
        word = self.take("word")
        if word in ("tolower", "toupper"):
            self.take("sign", "(")
            field = self.field(self.take("word"))
            self.take("sign", ")")
            return f"{word[2:]}({field.name})", Field(field.name, "text")
        field = self.field(word)
        return field.name, field

    def field(self, name: str) -> Field:
        field = self.page.fields.get(name)
        if field is None:
            raise refusals.bad_request(
                f"Could not find a property named '{name}' on type 'Microsoft.NAV.{self.page.name}'."
            )
        return field

    def literal(self, field: Field) -> Any:
        kind, text = self.peek()
        if kind == "end":
            raise refusals.query_syntax()
        self.take()
        value = _value(field, kind, text)
        if value is None:
            raise refusals.bad_request(
                "A binary operator with incompatible types was detected. "
                f"Found operand '{text}' for the property '{field.name}'."
            )
        return value


def _joined(parts: list[Condition], word: str, names: frozenset[str]) -> Condition:
    if len(parts) == 1:
        return parts[0]
    values = tuple(value for part in parts for value in part.values)
    return Condition(f"({word.join(part.sql for part in parts)})", values, names)


def _value(field: Field, kind: str, text: str) -> Any:
    """The stored form of a literal, None when its kind does not fit the field."""
    if kind == "text" and field.kind in ("text", "code"):
        plain = text[1:-1].replace("''", "'")
        return plain.upper() if field.kind == "code" else plain
    if kind in ("guid", "date") and field.kind == kind:
        return text.lower()
    if kind == "number" and field.kind in ("amount", "whole"):
        return wire.micro(text) if field.kind == "amount" else float(text)
    if field.kind == "moment" and kind in ("moment", "date"):
        return moment_value(text if kind == "moment" else f"{text}T00:00:00Z")
    if field.kind == "flag" and text in ("true", "false"):
        return int(text == "true")
    return None
