"""Reads the CSV extracts, makes ids that are the same on every machine, and moves dates into the present."""

from __future__ import annotations

import csv
import uuid
from datetime import date
from functools import cache
from pathlib import Path

from app.erp.sandbox import wire

DATA = Path(__file__).parent.parent / "data"
SCARCE_ITEMS = {
    "FR-M63S-38": 3, "HB-R956": 5, "PD-R853": 12, "RD-2308": 0, "SE-T924": 8,
    "SH-W890-L": 20, "ST-1401": 2, "TT-T092": 40, "VE-C304-L": 6, "WB-H098": 25,
}  # fmt: skip
_SPACE = uuid.UUID("6f0f3f1e-5a53-4a5d-9d1b-0a0d3c1f2e10")
_OFFERS_END = date(2014, 5, 30)


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """The records of one CSV file, as text."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def record_id(kind: str, *key: object) -> str:
    """The id of a record of the first filling."""
    return str(uuid.uuid5(_SPACE, "|".join([kind, *map(str, key)])))


def years_to_shift(today: date) -> int:
    """The smallest number of whole years that makes the volume discounts (until 2014-05-30) current."""
    years = today.year - _OFFERS_END.year
    return years if _OFFERS_END.replace(year=today.year) >= today else years + 1


def shifted(text: str) -> str:
    """A date of the data moved into the present; empty becomes `0001-01-01`. 29 February becomes the 28th."""
    if not text:
        return wire.NO_DATE
    day = date.fromisoformat(text)
    year = day.year + years_to_shift(wire.today())
    if (day.month, day.day) == (2, 29):
        day = day.replace(day=28)
    return day.replace(year=year).isoformat()
