"""Reads a JSON body field by field, so that whatever is wrong with it can be said with its place.

What passes here can be stored: texts without NUL and of bounded length, quantities that fit their column.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn, TypeVar

from flask import request

from app.errors import BadRequest
from app.words import t

Value = TypeVar("Value")

LARGEST_STORED = Decimal("9999999999999")  # numeric(19,6) holds thirteen digits before the point
DECIMALS_STORED = 6


@dataclass(frozen=True, slots=True)
class Body:
    """A JSON object and where it stands in the request: `lines[3]`."""

    values: dict[str, Any]
    path: str = ""

    def _where(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def text(self, name: str, *, longest: int, default: str = "") -> str:
        """A text, trimmed; missing and null give the default."""
        value = self.values.get(name)
        if value is None:
            return default
        where = self._where(name)
        if not isinstance(value, str):
            _refuse(t("{field} has to be a text.", field=where))
        if "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            _refuse(t("{field} holds a character that cannot be kept.", field=where))
        if len(value) > longest:
            _refuse(
                t("{field} has {n} characters; at most {most} can be kept.", field=where, n=len(value), most=longest)
            )
        return value.strip()

    def needed_text(self, name: str, *, longest: int) -> str:
        """A text that has to be there."""
        value = self.text(name, longest=longest)
        if not value:
            _refuse(t("{field} is missing.", field=self._where(name)))
        return value

    def day(self, name: str) -> date | None:
        """A date as 2026-12-04; missing, null and empty give None."""
        value = self.text(name, longest=40)
        if not value:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            _refuse(t("{field} is {value}; a date looks like 2026-12-04.", field=self._where(name), value=repr(value)))

    def quantity(self, name: str) -> Decimal:
        """A number, as text or as JSON number."""
        value = self.values.get(name)
        where = self._where(name)
        if value is None or isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            _refuse(t("{field} is missing or no number.", field=where))
        try:
            number = Decimal(value.strip() if isinstance(value, str) else value)
        except InvalidOperation:
            _refuse(t("{field} is {value}; a quantity looks like 12 or 2.5.", field=where, value=repr(str(value)[:40])))
        if not number.is_finite() or abs(number) > LARGEST_STORED or number.normalize().adjusted() < -DECIMALS_STORED:
            _refuse(t("{field} is a number that cannot be kept; a quantity looks like 12 or 2.5.", field=where))
        exponent = number.normalize().as_tuple().exponent
        if isinstance(exponent, int) and -exponent > DECIMALS_STORED:
            _refuse(t("{field} has more than {most} decimals.", field=where, most=DECIMALS_STORED))
        return number

    def yes_no(self, name: str, *, default: bool) -> bool:
        """true or false."""
        value = self.values.get(name, default)
        if not isinstance(value, bool):
            _refuse(t("{field} has to be true or false.", field=self._where(name)))
        return value

    def version(self) -> int | None:
        """The version a decision was made on, if it is said."""
        value = self.values.get("version")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            _refuse(t("version has to be a whole number."))
        return value

    def mapping(self, name: str) -> dict[str, Any] | None:
        """An object of plain texts, or None."""
        value = self.values.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            _refuse(t("{field} has to be an object.", field=self._where(name)))
        part = Body(value, self._where(name))
        return {key: part.text(key, longest=200) for key in list(value)[:20] if isinstance(key, str)}

    def rows(self, name: str, read: Callable[[Body], Value]) -> tuple[Value, ...]:
        """A list of objects, each read by `read`."""
        value = self.values.get(name)
        if not isinstance(value, list):
            _refuse(t("{field} has to be a list.", field=self._where(name)))
        return tuple(read(_object(row, f"{self._where(name)}[{at}]")) for at, row in enumerate(value))


def json_body(*, optional: bool = False) -> Body:
    """The body of this request.

    :param optional: an empty body counts as an empty object
    :raises BadRequest: it is not a JSON object
    """
    raw = request.get_data(cache=False)
    if optional and not raw.strip():
        return Body({})
    try:
        value = json.loads(raw, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        _refuse(t("The body is not JSON."))
    return _object(value, "")


def _object(value: Any, path: str) -> Body:
    if not isinstance(value, dict):
        _refuse(t("{field} has to be an object.", field=path) if path else t("The body has to be an object."))
    return Body(value, path)


def _no_constant(word: str) -> NoReturn:
    raise ValueError(word)


def _refuse(message: str) -> NoReturn:
    raise BadRequest(message, t("Correct it and send it again; nothing was stored."))
