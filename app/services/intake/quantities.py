"""Quantities as people write them: 1.250,00 and 1,250.00 and 1'250, with a unit behind them, and what is none.

Which sign divides decimals is told by the list itself (`decimal_sign`); 1.250 in a list that does not tell is not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

_BLANKS = re.compile(r"[\s'’ʼ]+")
# The number, and behind it at most one word: 10 Stk, 5x, 12pcs.
_WRITTEN = re.compile(r"(?P<number>[+-]?\d[\d.,\s'’ʼ]*)(?P<word>[^\W\d_][^\d\s]*)?")
_MARK = frozenset(("x", "×", "*"))
_LONGEST = 15


@dataclass(frozen=True, slots=True)
class Read:
    """A quantity that was understood, or the code of what is wrong with it. `word` is what stood behind the number."""

    value: Decimal | None
    word: str = ""
    problem: str = ""


def decimal_sign(written: Iterable[str]) -> str:
    """The sign that divides decimals in these numbers; empty where they do not tell, or contradict each other."""
    told = {sign for each in written if (sign := _sign_of(_number_in(each)))}
    return told.pop() if len(told) == 1 else ""


def read_quantity(written: str, sign: str) -> Read:
    """What a cell or a word says.

    :param sign: "." or ",", or empty where the list does not tell
    """
    text = written.strip()
    if not text:
        return Read(None, problem="quantity_missing")
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return Read(None, problem="quantity_not_a_number")
    word = found["word"] or ""
    return _valued(_plain(found["number"], sign), "" if word.casefold() in _MARK else word)


def looks_like_one(written: str) -> bool:
    """Whether this is written as a quantity, with or without a word behind it."""
    return _WRITTEN.fullmatch(written.strip()) is not None


def _valued(number: str | None, word: str) -> Read:
    if number is None:
        return Read(None, word, "quantity_ambiguous")
    if len(number) > _LONGEST or not re.fullmatch(r"[+-]?\d+(\.\d+)?", number):
        return Read(None, word, "quantity_not_a_number")
    value = Decimal(number)
    return Read(value, word) if value > 0 else Read(None, word, "quantity_not_positive")


def _number_in(written: str) -> str:
    found = re.search(r"\d[\d.,\s'’ʼ]*", written)
    return found[0].strip() if found else ""


def _sign_of(number: str) -> str:
    """What one number tells: two kinds of signs, a group repeated, decimals that are not three, a leading zero."""
    grouped = bool(_BLANKS.search(number))
    signs = [sign for sign in number if sign in ".,"]
    if not signs:
        return ""
    last = signs[-1]
    if len(set(signs)) == 2:
        return last
    if len(signs) > 1:
        return "," if last == "." else "."
    whole, _, rest = number.partition(last)
    return last if grouped or len(rest) != 3 or whole in ("", "0") or len(whole) > 3 else ""


def _plain(written: str, sign: str) -> str | None:
    """The number with a point for decimals; None where the sign is needed and not known."""
    number = _BLANKS.sub("", written.strip())
    own = _sign_of(number.lstrip("+-")) or sign
    if not set(number) & {".", ","}:
        return number
    if not own:
        return None
    other = "," if own == "." else "."
    whole, point, rest = number.partition(own)
    if other in rest or not _grouped(whole.lstrip("+-"), other):
        return "?"
    return whole.replace(other, "") + (f".{rest}" if point and rest else "")


def _grouped(whole: str, sign: str) -> bool:
    """Thousands stand in groups of three."""
    first, *groups = whole.split(sign)
    return not groups or (1 <= len(first) <= 3 and all(len(group) == 3 for group in groups))
