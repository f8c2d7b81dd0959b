"""How values stand in a sentence: money, quantities, days and names, in the reader's language.

1,234.50 and Tue 1 Dec in English, 1.234,50 and Di., 1. Dez. in German, as on the pages. Not for tables or machines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from app.domain.money import at_least_decimals, decimals_of
from app.domain.quantities import plain
from app.domain.readable import day_in
from app.rules.kinds import Kind

UNKNOWN = "–"
LONGEST_VALUE = 60
_HUGE = Decimal("1E+15")
_GERMAN = str.maketrans(",.", ".,")
_AND = {"en": "and", "de": "und"}
_MOST_LISTED = 5
_UNITS = {
    "en": {
        "PCS": ("piece", "pieces"),
        "BOX": ("box", "boxes"),
        "PAL": ("pallet", "pallets"),
        "PACK": ("pack", "packs"),
    },
    "de": {
        "PCS": ("Stück", "Stück"),
        "BOX": ("Karton", "Kartons"),
        "PAL": ("Palette", "Paletten"),
        "PACK": ("Gebinde", "Gebinde"),
    },
}
_YES_NO = {"en": ("no", "yes"), "de": ("nein", "ja")}


def shown(value: Any, kind: Kind, language: str, *, currency: str = "", today: date | None = None) -> str:
    """The value as text; a dash where it is not known."""
    if value is None or value == "":
        return UNKNOWN
    if kind is Kind.DATE:
        return _day(value, language, today)
    if kind is Kind.YES_NO:
        return _YES_NO[language][bool(value)]
    if kind is Kind.TEXT:
        return _text(str(value))
    if kind is Kind.TEXTS:
        return _text(", ".join(value))
    return _number(Decimal(value), kind, language, currency)


def listed(texts: Sequence[str], language: str) -> str:
    """102911, 102934 and 102954; of a long list the first five and how many more."""
    names = [_text(each) for each in texts]
    if len(names) > _MOST_LISTED:
        rest = str(len(names) - _MOST_LISTED)
        names = [*names[:_MOST_LISTED], f"{rest} weitere" if language == "de" else f"{rest} more"]
    return f" {_AND[language]} ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def in_unit(value: Any, kind: Kind, unit: Any, language: str) -> str:
    """A quantity with its unit in words: 2.5 pieces, 1 box; a unit we have no word for is shown as it is."""
    one, many = _unit_words(unit, language)
    return f"{shown(value, kind, language)} {one if value == 1 else many}"


def units_word(unit: Any, language: str) -> str:
    """The word for many of a unit: boxes."""
    return _unit_words(unit, language)[1]


def _unit_words(unit: Any, language: str) -> tuple[str, str]:
    if unit is None or unit == "":
        return UNKNOWN, UNKNOWN
    own = _text(str(unit))
    return _UNITS[language].get(own.upper(), (own, own))


def _number(value: Decimal, kind: Kind, language: str, currency: str) -> str:
    if abs(value) >= _HUGE:
        text = f"{value:.2E}"
    elif kind is Kind.AMOUNT:
        text = f"{value:,.{decimals_of(currency)}f}"
    else:
        text = _OTHERS.get(kind, _plain)(value)
    return text.translate(_GERMAN) if language == "de" else text


def _plain(value: Decimal) -> str:
    return plain(value if value == round(value, 6) else round(value, 6))


def _percent(value: Decimal) -> str:
    return plain(round(value, 1))


def _unit_price(value: Decimal) -> str:
    return at_least_decimals(round(value, 6), 2)


_OTHERS: dict[Kind, Callable[[Decimal], str]] = {Kind.PERCENT: _percent, Kind.UNIT_PRICE: _unit_price}


def _text(value: str) -> str:
    clean = "".join(sign if sign.isprintable() else " " for sign in value[: LONGEST_VALUE + 1])
    return clean if len(clean) <= LONGEST_VALUE else clean[: LONGEST_VALUE - 1] + "…"


def _day(value: date, language: str, today: date | None) -> str:
    """With the year when it is another one than today's."""
    return day_in(language, value, with_year=today is not None and value.year != today.year)
