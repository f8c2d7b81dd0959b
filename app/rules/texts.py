"""Texts of a rule: sentences with {places} and [optional parts], checked when loaded, filled in per finding.

`{line.quantity}` shows a value as `formats.py` does; `{item.box_size|piece|pieces}` shows the word that fits the number; a
part in square brackets is left out when a value in it is not known. Not for layout or HTML: the
result is plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.rules.expressions import Name, Scope
from app.rules.formats import shown
from app.rules.kinds import NUMBERS, Kind
from app.rules.problems import Place
from app.rules.vocabulary import LANGUAGES

MESSAGE, FIX, DESK, BUTTON = 200, 140, 240, 28  # characters in English
_PLACE_LENGTH = 12
_LONGER = {"en": 100, "de": 140}  # per cent of the English length
_PLACE = re.compile(r"\{([^{}|]*)(?:\|([^{}|]*)\|([^{}|]*))?\}")
_PART = re.compile(r"\[([^\[\]]*)\]")
_UNWELCOME = {
    "en": re.compile(r"\b(errors?|invalid|failed|validation|contact your administrator)\b", re.IGNORECASE),
    "de": re.compile(r"\b(fehler\w*|ungültig\w*|fehlgeschlagen|validierung|ihren administrator)\b", re.IGNORECASE),
}


@dataclass(frozen=True)
class Slot:
    """A place for a value, or for the word that fits a number."""

    name: str
    kind: Kind
    words: tuple[str, str] | None = None


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
            yield from (piece.name for piece in part.pieces if isinstance(piece, Slot))

    def needed(self) -> Iterator[str]:
        """Names outside optional parts."""
        for part in self.parts:
            if not part.optional:
                yield from (piece.name for piece in part.pieces if isinstance(piece, Slot))

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
            return piece.words[0] if value == 1 else piece.words[1]
        return shown(value, piece.kind, self.language, currency=currency, today=today)


Texts = Mapping[str, Text]


def _lacks(part: Part, values: Mapping[str, Any]) -> bool:
    return any(values.get(piece.name) in (None, "", (), []) for piece in part.pieces if isinstance(piece, Slot))


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
        _check(tree[language].strip(), language, longest, place.at(language))
    return texts


def _check(written: str, language: str, longest: int, place: Place) -> None:
    length = len(_PLACE.sub("x" * _PLACE_LENGTH, written).replace("[", "").replace("]", ""))
    allowed = longest * _LONGER[language] // 100
    if length > allowed:
        place.say(f"has {length} characters, a place counting {_PLACE_LENGTH}; {allowed} are allowed")
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
        name = scope.name(found[1].strip(), place)
        if name is not None:
            pieces.append(_slot(name, found, place))
        position = found.end()
    pieces.append(_plain(written[position:], place))
    return tuple(piece for piece in pieces if piece)


def _slot(name: Name, found: re.Match[str], place: Place) -> Slot:
    if found[2] is None:
        return Slot(name.name, name.kind)
    if name.kind not in NUMBERS:
        place.say(f"{name.name} is {name.kind.phrase}; only a number has a word for one and a word for many")
    return Slot(name.name, name.kind, (found[2], found[3]))


def _plain(written: str, place: Place) -> str:
    if set(written) & set("{}[]"):
        place.say(
            f"a bracket stands alone in '{written.strip()[:30]}'; places are written {{item.name}}, optional parts [ ]"
        )
    return " ".join(written.split("\n")) if "\n" in written else written
