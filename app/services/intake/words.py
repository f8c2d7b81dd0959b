"""Words for units and column headings in many languages (data/*.csv, see the note on their licence there)."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

_DATA = Path(__file__).parent / "data"
_TOTALS = frozenset(
    ("sum", "total", "totals", "subtotal", "grandtotal", "summe", "gesamt", "gesamtsumme", "zwischensumme", "skupaj",
     "celkem", "razem", "suma", "összesen", "totale", "totaal", "σύνολο", "spolu", "ukupno")
)  # fmt: skip


def unit_of(word: str) -> str | None:
    """The code of the unit a word means, as `PCS`; None where it means none we know."""
    return _units().get(_plain(word))


def meaning_of(heading: str) -> str | None:
    """What a column with this heading holds: item, gtin, own, name, qty, unit, price, date, note, pos."""
    return _headings().get(_plain(heading))


def is_total(word: str) -> bool:
    """Whether a cell says that its row is a sum of the others."""
    return _plain(word) in _TOTALS


def _plain(word: str) -> str:
    return "".join(word.casefold().replace(".", "").replace(":", "").split())


@lru_cache(maxsize=1)
def _units() -> dict[str, str]:
    return _read("unit_words.csv")


@lru_cache(maxsize=1)
def _headings() -> dict[str, str]:
    return _read("header_words.csv")


def _read(name: str) -> dict[str, str]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        return {_plain(word): meaning for meaning, word in list(csv.reader(file))[1:]}
