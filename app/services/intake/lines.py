"""Lines without a heading, as typed or pasted from a mail: `12 x HL-U509`, `HL-U509 - 2 Stk`, `2 boxes HL-U509-B`.

First every group of words that could be a number is collected; once it is known which of them are items, what is left of a
line is its quantity and its unit. What is left over beside them makes the line a question, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from app.services.intake.quantities import looks_like_one
from app.services.intake.words import meaning_of, unit_of

_WORD = re.compile(r"[^\s;|\t]+")
_EDGES = ":,()[]\"'“”„•·"
_MARKS = frozenset(("x", "×", "*", "@"))
_MARKED = re.compile(r"[x×*](\d.*)|(\d.*?)[x×*]", re.IGNORECASE)
_DASHES = frozenset("-–—")
_NUMERIC = re.compile(r"[+-]?[\d.,'’]+")
_EAN = 8
_LONGEST_RUN = 4
_MOST_WORDS = 40


@dataclass(frozen=True, slots=True)
class Written:
    """One line and its words; `row` counts from 1, blank lines included."""

    row: int
    text: str
    words: tuple[str, ...]

    def runs(self) -> list[tuple[int, int, str]]:
        """Every group of up to four neighbouring words: first place, place after it, the words."""
        count = len(self.words)
        return [
            (first, last, " ".join(self.words[first:last]))
            for length in range(_LONGEST_RUN, 0, -1)
            for first in range(count - length + 1)
            for last in (first + length,)
        ]


@dataclass(frozen=True, slots=True)
class Parts:
    """A line taken apart. `item` is the word looked up; `question` the code of what made it unclear."""

    item: str
    quantity: str = ""
    unit: str = ""
    question: str = ""
    value: str = ""


def written_lines(text: str) -> list[Written]:
    """The lines that ask for something; greetings, headings and blank lines do not."""
    lines = [Written(row, line.strip(), _words(line)) for row, line in enumerate(text.splitlines(), start=1)]
    return [line for line in lines if any(sign.isdigit() for sign in line.text) and not _is_heading(line)]


def _words(line: str) -> tuple[str, ...]:
    words = [part.strip(_EDGES) for word in _WORD.findall(line) for part in _at_commas(word)][:_MOST_WORDS]
    return tuple(word for word in words if word and word not in _DASHES)


def _at_commas(word: str) -> list[str]:
    """A comma inside a plain number is part of it, unless an EAN stands before it."""
    if _NUMERIC.fullmatch(word) and len(word.partition(",")[0]) < _EAN:
        return [word]
    return word.split(",")


def _is_heading(line: Written) -> bool:
    return bool(line.words) and all(meaning_of(word) for word in line.words)


def take_apart(line: Written, known: Collection[str], name_of: dict[str, str]) -> Parts:
    """The parts of a line.

    :param known: the words that are items
    :param name_of: what the items are called, so that a name beside the number is no riddle
    """
    found = next(((first, last, run) for first, last, run in line.runs() if run in known), None)
    if found is None:
        return Parts(_likely_item(line.words))
    first, last, run = found
    rest = [*line.words[:first], *line.words[last:]]
    return _with_rest(run, [word for word in rest if not _in_name(word, name_of.get(run, ""))])


def _with_rest(item: str, rest: list[str]) -> Parts:
    marked = [word for at, word in enumerate(rest) if _is_marked(rest, at)]
    numbers = marked or [word for word in rest if looks_like_one(_unmarked(word))]
    others = [word for word in rest if word not in numbers and word.casefold() not in _MARKS]
    units = [word for word in others if unit_of(word)]
    strange = [word for word in others if not unit_of(word)]
    if len(numbers) > 1:
        return Parts(item, question="quantity_ambiguous", value=" ".join(numbers))
    if not numbers:
        code = "quantity_not_a_number" if strange else "quantity_missing"
        return Parts(item, question=code, value=" ".join(strange))
    if len(units) > 1 or (strange and not units):
        return Parts(item, question="unit_unknown", value=" ".join(units if len(units) > 1 else strange))
    return Parts(item, _unmarked(numbers[0]), units[0] if units else "")


def _is_marked(rest: list[str], at: int) -> bool:
    """12x, x12, or 12 and x side by side."""
    word = rest[at]
    if _MARKED.fullmatch(word):
        return True
    beside = [rest[near].casefold() for near in (at - 1, at + 1) if 0 <= near < len(rest)]
    return looks_like_one(word) and bool(_MARKS & set(beside))


def _unmarked(word: str) -> str:
    found = _MARKED.fullmatch(word)
    return (found[1] or found[2]).strip() if found else word


def _in_name(word: str, name: str) -> bool:
    return bool(name) and not word.isdigit() and word.casefold() in re.split(r"[\s,/()]+", name.casefold())


def _likely_item(words: tuple[str, ...]) -> str:
    """What a person would take for the number: the first word with a digit that is no plain quantity, else the first."""
    plain = [word for word in words if not looks_like_one(_unmarked(word)) and not unit_of(word) and word not in _MARKS]
    coded = [word for word in plain if any(sign.isdigit() for sign in word)]
    long = [word for word in words if word.isdigit() and len(word) >= 6]
    return next(iter([*coded, *long, *plain]), "")
