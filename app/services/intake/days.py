"""Days as people write them, day before month; 03/04/2026 could be either and is not guessed."""

from __future__ import annotations

import re
from datetime import date

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})")
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})")
_TWELVE = 12


def read_day(written: str) -> date | None:
    """The day, or None where it cannot be told."""
    text = written.strip()
    if found := _ISO.fullmatch(text):
        return _day(found[1], found[2], found[3])
    if found := _DOTTED.fullmatch(text):
        return _day(found[3], found[2], found[1])
    if (found := _SLASHED.fullmatch(text)) is None:
        return None
    first, second = int(found[1]), int(found[2])
    if first > _TWELVE or first == second:
        return _day(found[3], found[2], found[1])
    return _day(found[3], found[1], found[2]) if second > _TWELVE else None


def _day(year: str, month: str, day: str) -> date | None:
    full = int(year) + 2000 if len(year) == 2 else int(year)
    try:
        return date(full, int(month), int(day))
    except ValueError:
        return None
