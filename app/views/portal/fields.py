"""Reads what people type into fields: texts, quantities, days. What cannot be read is said in a sentence, never guessed.

Not for looking anything up: a number nobody knows is a matter of the rules.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from app.errors import NotFound
from app.words import t

ORDER_NUMBER = re.compile(r"P-[0-9]{1,18}")
# An order number of an ERP: letters, digits and what stands between them.
ERP_NUMBER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_. -]{0,48}[A-Za-z0-9])?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_QUANTITY = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,12})(?:[.,][0-9]{1,6})?")  # 0192 is part of a number, not a quantity
_ONE_OR_THOUSAND = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:[.,][0-9]{3})+")

LONGEST_ITEM = 100
LONGEST_UNIT = 20
LONGEST_REFERENCE = 35
LONGEST_COMMENT = 2000
LONGEST_REASON = 500

# Words for units that people write instead of the ERP's code.
UNIT_WORDS = {
    "PIECE": "PCS",
    "PIECES": "PCS",
    "PC": "PCS",
    "EA": "PCS",
    "EACH": "PCS",
    "BOXES": "BOX",
    "PALLET": "PAL",
    "PALLETS": "PAL",
}


class Unread(ValueError):
    """What was typed cannot be read; the text is a sentence for whoever typed it."""


def checked_number(number: str) -> str:
    """:raises NotFound: it cannot be the number of an order; the same answer as for a foreign one"""
    if not ORDER_NUMBER.fullmatch(number):
        raise NotFound()
    return number


def checked_id(text: str) -> int:
    """:raises NotFound: no row can have this id; the same answer as for a foreign one"""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise NotFound()
    return int(text)


def clean(typed: str) -> str:
    """The text without what no keyboard types and no database keeps; line ends become one kind."""
    return _CONTROL.sub("", typed.replace("\r\n", "\n").replace("\r", "\n")).strip()


def short(typed: str, *, longest: int, name: str) -> str:
    """A text of bounded length.

    :raises Unread: it is longer than what can be kept
    """
    text = clean(typed)
    if len(text) > longest:
        raise Unread(
            t(
                "{name} has {n} characters; {longest} can be kept. Please shorten it.",
                name=name,
                n=len(text),
                longest=longest,
            )
        )
    return text


def quantity(typed: str) -> Decimal:
    """12, 2.5 or 2,5.

    :raises Unread: it is no number, or one that reads two ways
    """
    text = clean(typed).replace(" ", "")
    if not text:
        raise Unread(t("How many? Please type a number."))
    if _ONE_OR_THOUSAND.fullmatch(text):
        plain = re.sub(r"[.,]", "", text)
        raise Unread(
            t(
                "{typed} can be read in two ways. Please type {plain}, or the number without the zeros.",
                typed=text,
                plain=plain,
            )
        )
    if not _QUANTITY.fullmatch(text):
        raise Unread(
            t("“{typed}” is not a quantity we can read. Please type a number like 12 or 2.5.", typed=text[:30])
        )
    return Decimal(text.replace(",", "."))


def is_quantity(typed: str) -> bool:
    """Whether it looks like a number, also one that reads two ways."""
    return bool(_QUANTITY.fullmatch(typed) or _ONE_OR_THOUSAND.fullmatch(typed))


def unit_code(typed: str) -> str:
    """The ERP's code for a unit: box, BOX and boxes are one.

    :raises Unread: it is too long to be one
    """
    word = short(typed, longest=LONGEST_UNIT, name=t("The unit")).upper()
    return UNIT_WORDS.get(word, word)


def day(typed: str) -> date | None:
    """2026-12-04, as the date field of a browser sends it; empty gives None.

    :raises Unread: it is no day
    """
    text = clean(typed)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unread(
            t("“{typed}” is not a day we can read. Please type it like 2026-12-04.", typed=text[:30])
        ) from None


def version(typed: str) -> int:
    """The version a form was made from; 0, which no order has, when it is missing or no number."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
