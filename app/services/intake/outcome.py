"""What comes out of reading a buyer's list, in the words of the contract: lines, problems, notices.

A line is either usable or a problem, never lost and never guessed. Not for orders: nothing is created.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """A line that may go into an order. `row` counts records of the list from 1; `base_quantity` is in pieces."""

    row: int
    item: str
    name: str
    quantity: Decimal
    unit: str
    base_quantity: Decimal
    requested_date: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A line a person has to look at. `code` as in the contract, `value` is what stood there."""

    row: int
    code: str
    value: str
    message: str
    suggestions: tuple[str, ...] = ()
    written: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know that stops no line; `rows` are those it is about."""

    code: str
    rows: tuple[int, ...]
    message: str


@dataclass(frozen=True, slots=True)
class Intake:
    """The outcome of one list. `file_problem` set: nothing of it could be read."""

    lines: tuple[Line, ...] = ()
    problems: tuple[Problem, ...] = ()
    notices: tuple[Notice, ...] = ()
    file_problem: str = ""
    file_message: str = ""

    @property
    def result(self) -> str:
        if self.file_problem:
            return "rejected"
        return "accepted_with_problems" if self.problems else "accepted"

    @property
    def of(self) -> int:
        """How many lines asked for something."""
        return len(self.lines) + len(self.problems)
