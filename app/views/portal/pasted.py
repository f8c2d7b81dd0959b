"""Reads a typed or pasted list, one line an item: number, quantity, unit, separated by blanks, tabs or semicolons.

A line that cannot be read is given back with what to do about it; nothing is dropped in silence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.services.ordering.typed import TypedLine
from app.views.portal import fields
from app.views.portal.fields import Unread

_SEPARATORS = re.compile(r"[\t;]")


@dataclass(frozen=True, slots=True)
class NotRead:
    """A line of the list as it was typed, where it stood, and what to do."""

    row: int
    text: str
    message: str


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was read, and what was not."""

    lines: tuple[TypedLine, ...]
    not_read: tuple[NotRead, ...]

    @property
    def rest(self) -> str:
        """The lines that were not read, for the field they came from."""
        return "\n".join(each.text for each in self.not_read)


def read_list(typed: str) -> Pasted:
    """Every line that is not empty, in order."""
    lines, not_read = [], []
    for row, text in enumerate(typed.splitlines(), start=1):
        if not text.strip():
            continue
        try:
            lines.append(_line(text))
        except Unread as problem:
            not_read.append(NotRead(row, text.strip(), str(problem)))
    return Pasted(tuple(lines), tuple(not_read))


def _line(text: str) -> TypedLine:
    item, quantity, unit = _by_separator(text) if _SEPARATORS.search(text) else _by_blanks(text)
    if not item:
        raise Unread("The item number is missing. Please write: item, quantity, unit.")
    return TypedLine(
        item=fields.short(item, longest=fields.LONGEST_ITEM, name="The item number"),
        quantity=fields.quantity(quantity),
        unit=fields.unit_code(unit),
    )


def _by_separator(text: str) -> tuple[str, str, str]:
    """Tabs or semicolons keep blanks inside a number together."""
    parts = [part.strip() for part in _SEPARATORS.split(text)]
    while len(parts) > 3 and not parts[-1]:
        parts.pop()
    if len(parts) > 3:
        raise Unread("There is more in this line than item, quantity and unit. Please leave only these three.")
    item, quantity, unit = [*parts, "", ""][:3]
    return item, quantity, unit


def _by_blanks(text: str) -> tuple[str, str, str]:
    """The quantity is the last word, or the last but one when a unit follows; what stands before it is the number."""
    words = text.split()
    if len(words) > 1 and fields.is_quantity(words[-1]):
        return " ".join(words[:-1]), words[-1], ""
    if len(words) > 2 and fields.is_quantity(words[-2]):
        return " ".join(words[:-2]), words[-2], words[-1]
    if len(words) == 2:
        return words[0], words[1], ""
    if len(words) > 2:
        raise Unread("We do not see which part is the quantity. Please write: item, quantity, unit.")
    return words[0], "", ""
