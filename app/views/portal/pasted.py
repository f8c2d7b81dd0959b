"""A pasted list on its way into a draft: what could be taken, and what a person has to look at, with nearest numbers.

Reading itself is `app.services.intake`; nothing is dropped in silence here either.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.extensions import transaction
from app.services.customers import facts_of
from app.services.intake.outcome import Problem
from app.services.intake.text import read_text
from app.services.ordering.typed import TypedLine
from app.words import t


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A button: `value` says which line of the rest gets which number instead."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class NotRead:
    """A line of the list as it was typed, and what to do."""

    text: str
    message: str
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was read, and what was not. `problem` is said when nothing of it could be read at all."""

    lines: tuple[TypedLine, ...] = ()
    not_read: tuple[NotRead, ...] = ()
    problem: str = ""

    @property
    def rest(self) -> str:
        """The lines that were not read, for the field they came from."""
        return "\n".join(each.text for each in self.not_read)


def read_pasted(customer_id: int, text: str) -> Pasted:
    """Read a list within the scope of the customer, in a short transaction of its own."""
    if not text.strip():
        return Pasted()
    with transaction():
        intake = read_text(facts_of(customer_id), text)
    if intake.file_problem:
        return Pasted(problem=intake.file_message)
    lines = [
        TypedLine(each.item, each.quantity, each.unit, requested_date=each.requested_date, comment=each.note)
        for each in intake.lines
    ]
    return Pasted(tuple(lines), tuple(_not_read(place, each) for place, each in enumerate(intake.problems)))


def _not_read(place: int, problem: Problem) -> NotRead:
    buttons = [
        Suggestion(f"{place}|{problem.value}|{number}", t("Take {item}", item=number)) for number in problem.suggestions
    ]
    return NotRead(problem.written, problem.message, tuple(buttons) if problem.value in problem.written else ())


def with_suggestion(text: str, pressed: str) -> str:
    """The list with a suggested number in the place of the one nobody knows; anything odd changes nothing."""
    place, _, instead = pressed.partition("|")
    old, _, new = instead.rpartition("|")
    lines = text.splitlines()
    if not (place.isascii() and place.isdigit() and len(place) < 6 and int(place) < len(lines) and old and new):
        return text
    lines[int(place)] = lines[int(place)].replace(old, new, 1)
    return "\n".join(lines)
