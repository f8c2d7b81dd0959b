"""Reading single fields of a Business Central row, strictly: what is not as the contract says makes the row unreadable.

Wire forms (API v2.0): dates `2019-04-02`, empty `0001-01-01`; moments in UTC with 0 to 7 decimals of a second; numbers
as JSON numbers; the empty value of an enumeration is one blank; blanks inside its names may come as `_x0020_`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

T = TypeVar("T")

_EMPTY_DAY = date(1, 1, 1)
_TOO_LARGE = Decimal(10) ** 13  # numeric(19,6) ends here


class Unreadable(ValueError):
    """A row that cannot be used.

    :param reason: which field and what was wrong with it
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Row:
    """One row of a collection, read field by field."""

    def __init__(self, raw: Any) -> None:
        if not isinstance(raw, Mapping):
            raise Unreadable("the row is not an object")
        self.raw: Mapping[str, Any] = raw

    def text(self, name: str) -> str:
        """Text that must be present; may be empty."""
        value = self._present(name)
        if not isinstance(value, str):
            raise Unreadable(f"{name} is not a text")
        if "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise Unreadable(f"{name} holds signs that are no text")
        return value.rstrip()

    def text_or_empty(self, name: str) -> str:
        """Text of a field that older versions of the ERP do not have."""
        return self.text(name) if self.raw.get(name) is not None else ""

    def key(self, name: str) -> str:
        """Text that identifies something: present and not empty."""
        value = self.text(name)
        if not value:
            raise Unreadable(f"{name} is empty")
        return value

    def number(self, name: str) -> Decimal:
        value = self._present(name)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise Unreadable(f"{name} is not a number")
        exact = Decimal(value)
        if not exact.is_finite() or abs(exact) >= _TOO_LARGE:
            raise Unreadable(f"{name} is too large")
        return exact

    def not_negative(self, name: str) -> Decimal:
        value = self.number(name)
        if value < 0:
            raise Unreadable(f"{name} is below zero")
        return value

    def above_zero(self, name: str) -> Decimal:
        value = self.number(name)
        if value <= 0:
            raise Unreadable(f"{name} is not above zero")
        return value

    def whole(self, name: str) -> int:
        value = self.number(name)
        if value != value.to_integral_value() or abs(value) > 2**31 - 1:
            raise Unreadable(f"{name} is not a whole number of usual size")
        return int(value)

    def flag(self, name: str) -> bool:
        value = self._present(name)
        if not isinstance(value, bool):
            raise Unreadable(f"{name} is neither true nor false")
        return value

    def day(self, name: str) -> date | None:
        """A date; None for the ERP's empty date."""
        value = self.text(name)
        try:
            day = date.fromisoformat(value)
        except ValueError as odd:
            raise Unreadable(f"{name} is not a date") from odd
        return None if day == _EMPTY_DAY else day

    def day_needed(self, name: str) -> date:
        day = self.day(name)
        if day is None:
            raise Unreadable(f"{name} is empty")
        return day

    def moment(self, name: str) -> datetime:
        """A moment in UTC; one without a zone is refused."""
        value = self.text(name)
        try:
            moment = datetime.fromisoformat(value)
        except ValueError as odd:
            raise Unreadable(f"{name} is not a moment") from odd
        if moment.tzinfo is None or moment.year in (1, 9999):
            raise Unreadable(f"{name} names no moment")
        return moment.astimezone(UTC)

    def choice(self, name: str, known: Mapping[str, T]) -> T:
        """A value of an enumeration, by its name as in the ERP."""
        value = self._present(name)
        plain = value.replace("_x0020_", " ").strip() if isinstance(value, str) else None
        if plain is None or plain not in known:
            raise Unreadable(f"{name} has the unknown value {str(value)[:40]!r}")
        return known[plain]

    def rows(self, name: str) -> list[Row]:
        value = self._present(name)
        if not isinstance(value, list):
            raise Unreadable(f"{name} is not a list")
        return [Row(each) for each in value]

    def _present(self, name: str) -> Any:
        value = self.raw.get(name)
        if value is None:
            raise Unreadable(f"{name} is missing")
        return value
