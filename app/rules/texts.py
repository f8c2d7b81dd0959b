"""Texts of a rule: sentences with {places} and [optional parts], checked when loaded, filled in per finding.

`{line.quantity}` shows a value as `formats.py` does; `{line.quantity in line.unit}` shows it with its unit in words, as
"2 boxes"; `{plural of item.multiple_unit}` shows those words alone; `{all of item.units}` lists texts with "and";
`{item.box_size|piece|pieces}` shows the word that fits the number, or how many texts a list has; a part in square brackets
is left out when a value in it is not known. Not for layout or HTML: the result is plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.rules.expressions import Name, Scope
from app.rules.formats import UNKNOWN, in_unit, listed, shown, units_word
from app.rules.kinds import NUMBERS, Kind
from app.rules.problems import Place
from app.rules.vocabulary import LANGUAGES

MESSAGE, FIX, DESK, BUTTON = 200, 140, 240, 28  # characters in English
# A value is counted with the length it usually has.
_LENGTHS = {Kind.COUNT: 3, Kind.NUMBER: 3, Kind.QUANTITY: 5, Kind.AMOUNT: 8, Kind.DATE: 10}
_PLACE_LENGTH = 12
_PLURAL = "plural of "
_LISTED = "all of "
_LONGER = {"en": 100, "de": 140}  # per cent of the English length
_PLACE = re.compile(r"\{([^{}|]*)(?:\|([^{}|]*)\|([^{}|]*))?\}")
_PART = re.compile(r"\[([^\[\]]*)\]")
_UNWELCOME = {
    "en": re.compile(r"\b(errors?|invalid|failed|validation|contact your administrator)\b", re.IGNORECASE),
    "de": re.compile(r"\b(fehler\w*|ungültig\w*|fehlgeschlagen|validierung|ihren administrator)\b", re.IGNORECASE),
}


@dataclass(frozen=True)
class Slot:
    """A place for a value, for the word that fits a number, for a quantity with its unit or for the unit alone.

    :param unit: name of the fact with the code of the unit
    """

    name: str
    kind: Kind
    words: tuple[str, str] | None = None
    unit: str = ""
    plural: bool = False
    listed: bool = False

    def names(self) -> tuple[str, ...]:
        return (self.name, self.unit) if self.unit else (self.name,)


@dataclass(frozen=True)
class Part:
    pieces: tuple[str | Slot, ...]
    optional: bool


@dataclass(frozen=True)
class Text:
    """One sentence or more in one language."""

    language: str
    parts: tuple[Part, ...]

    def names(self) -> Iterator[str]:
        for part in self.parts:
            yield from _names(part)

    def needed(self) -> Iterator[str]:
        """Names outside optional parts."""
        for part in self.parts:
            if not part.optional:
                yield from _names(part)

    def fill(self, values: Mapping[str, Any], *, currency: str, today: date | None) -> str:
        return "".join(
            self._piece(piece, values, currency, today)
            for part in self.parts
            if not (part.optional and _lacks(part, values))
            for piece in part.pieces
        )

    def _piece(self, piece: str | Slot, values: Mapping[str, Any], currency: str, today: date | None) -> str:
        if isinstance(piece, str):
            return piece
        value = values.get(piece.name)
        if piece.words:
            many = len(value) if isinstance(value, tuple | list) else value
            return piece.words[0] if many == 1 else piece.words[1]
        if piece.listed:
            return listed(value or (), self.language) or UNKNOWN
        if piece.plural:
            return units_word(value, self.language)
        if piece.unit:
            return in_unit(value, piece.kind, values.get(piece.unit), self.language)
        return shown(value, piece.kind, self.language, currency=currency, today=today)


Texts = Mapping[str, Text]


def _names(part: Part) -> Iterator[str]:
    return (name for piece in part.pieces if isinstance(piece, Slot) for name in piece.names())


def _lacks(part: Part, values: Mapping[str, Any]) -> bool:
    return any(values.get(name) in (None, "", (), []) for name in _names(part))


def read_texts(tree: Any, longest: int, scope: Scope, place: Place) -> Texts:
    """The text in every language; what is missing, too long or unwelcome is said to `place`."""
    if not isinstance(tree, Mapping):
        place.say("needs a text in every language, as {" + ", ".join(f"{one}: '…'" for one in LANGUAGES) + "}")
        return {}
    for language in [one for one in tree if one not in LANGUAGES]:
        place.say(f"'{language}' is not a language we write; the languages are {', '.join(LANGUAGES)}")
    texts = {}
    for language in LANGUAGES:
        if not isinstance(tree.get(language), str) or not tree[language].strip():
            place.say(f"the text in '{language}' is missing")
            continue
        texts[language] = _read(tree[language].strip(), language, scope, place.at(language))
        _check(tree[language].strip(), texts[language], longest, place.at(language))
    return texts


def _length(text: Text) -> int:
    return sum(_length_of(piece) for part in text.parts for piece in part.pieces)


def _length_of(piece: str | Slot) -> int:
    if isinstance(piece, str):
        return len(piece)
    if piece.words:
        return max(map(len, piece.words))
    return _LENGTHS.get(piece.kind, _PLACE_LENGTH) + (7 if piece.unit else 0)


def _check(written: str, text: Text, longest: int, place: Place) -> None:
    language, length = text.language, _length(text)
    allowed = longest * _LONGER[language] // 100
    if length > allowed:
        place.say(f"has about {length} characters with its values; {allowed} are allowed")
    unwelcome = _UNWELCOME[language].search(written)
    if unwelcome:
        place.say(f"'{unwelcome[0]}' does not help the reader; say what happened, why, and what to do")


def _read(written: str, language: str, scope: Scope, place: Place) -> Text:
    parts: list[Part] = []
    position = 0
    for optional in _PART.finditer(written):
        parts.append(Part(_pieces(written[position : optional.start()], scope, place), optional=False))
        parts.append(Part(_pieces(optional[1], scope, place), optional=True))
        position = optional.end()
    parts.append(Part(_pieces(written[position:], scope, place), optional=False))
    return Text(language, tuple(part for part in parts if part.pieces))


def _pieces(written: str, scope: Scope, place: Place) -> tuple[str | Slot, ...]:
    pieces: list[str | Slot] = []
    position = 0
    for found in _PLACE.finditer(written):
        pieces.append(_plain(written[position : found.start()], place))
        slot = _slot(found, scope, place)
        if slot is not None:
            pieces.append(slot)
        position = found.end()
    pieces.append(_plain(written[position:], place))
    return tuple(piece for piece in pieces if piece)


def _slot(found: re.Match[str], scope: Scope, place: Place) -> Slot | None:
    written = found[1].strip()
    value, _, unit = written.partition(" in ")
    name = scope.name(value.removeprefix(_PLURAL).removeprefix(_LISTED).strip(), place)
    if name is None:
        return None
    if unit:
        return _with_unit(name, scope.name(unit.strip(), place), place)
    if written.startswith(_PLURAL):
        return Slot(name.name, name.kind, plural=True)
    if written.startswith(_LISTED) and name.kind is Kind.TEXTS:
        return Slot(name.name, name.kind, listed=True)
    if found[2] is None:
        return Slot(name.name, name.kind)
    if name.kind not in NUMBERS and name.kind is not Kind.TEXTS:
        place.say(f"{name.name} is {name.kind.phrase}; only a number or a list has a word for one and a word for many")
    return Slot(name.name, name.kind, (found[2], found[3]))


def _with_unit(name: Name, unit: Name | None, place: Place) -> Slot | None:
    if unit is None:
        return None
    if name.kind not in NUMBERS or unit.kind is not Kind.TEXT:
        place.say("is written as {line.quantity in line.unit}: a number, and the fact with the code of its unit")
    return Slot(name.name, name.kind, unit=unit.name)


def _plain(written: str, place: Place) -> str:
    if set(written) & set("{}[]"):
        place.say(
            f"a bracket stands alone in '{written.strip()[:30]}'; places are written {{item.name}}, optional parts [ ]"
        )
    return " ".join(written.split("\n")) if "\n" in written else written
