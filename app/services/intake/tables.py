"""A list with a heading: which sign divides its columns, what each column holds, and its records below.

Letterhead above the heading and sums below the lines are no lines. Lists without a heading are for `lines.py`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.services.intake.words import is_total, meaning_of

DELIMITERS = ("\t", ";", "|", ",")
_DEEPEST_HEADING = 20
_NUMBERS = ("item", "own", "gtin")
_HINT = "sep="


class BrokenQuoting(Exception):
    """A quote that never closes: what follows it would vanish into a note."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record below the heading; `row` counts from 1, blank records and the heading included."""

    row: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` says where a meaning stands; of two columns with one meaning the first counts."""

    columns: Mapping[str, int]
    records: tuple[Record, ...]

    def cell(self, record: Record, meaning: str) -> str:
        """The trimmed content, empty where there is none."""
        at = self.columns.get(meaning)
        return record.cells[at].strip() if at is not None and at < len(record.cells) else ""

    def number_cells(self, record: Record) -> list[str]:
        """Everything that names the item: our number, the own one, the EAN."""
        return [cell for meaning in _NUMBERS if (cell := self.cell(record, meaning))]


def find_table(text: str) -> Table | None:
    """The table in the text; None where no heading is found.

    :raises BrokenQuoting: a quote never closes
    """
    first = text.lstrip("\r\n").split("\n", 1)[0].strip()
    hinted = first[len(_HINT) : len(_HINT) + 1] if first.casefold().startswith(_HINT) else ""
    best: tuple[int, int, Mapping[str, int], str] | None = None
    for delimiter in (hinted,) if hinted else DELIMITERS:
        heading = _heading(_records(text, delimiter, strict=False)[:_DEEPEST_HEADING])
        if heading and (best is None or len(heading[1]) > len(best[2])):
            best = (len(heading[1]), heading[0], heading[1], delimiter)
    if best is None:
        return None
    _, at, columns, delimiter = best
    records = _records(text, delimiter, strict=True)
    return Table(columns, tuple(Record(row, cells) for row, cells in enumerate(records, start=1) if row > at + 1))


def _records(text: str, delimiter: str, *, strict: bool) -> list[tuple[str, ...]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
    try:
        return [tuple(record) for record in reader]
    except csv.Error as problem:
        if strict:
            raise BrokenQuoting(str(problem)) from problem
        return []


def _heading(records: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]] | None:
    """Place and columns of the first record that names an item and a quantity."""
    for at, record in enumerate(records):
        columns: dict[str, int] = {}
        for place, cell in enumerate(record):
            meaning = meaning_of(cell)
            if meaning:
                columns.setdefault(meaning, place)
        if "qty" in columns and any(meaning in columns for meaning in _NUMBERS):
            return at, columns
    return None


def is_no_line(table: Table, record: Record) -> bool:
    """Blank records, sums and closing words ask for nothing."""
    filled = [cell for cell in record.cells if cell.strip()]
    if not filled:
        return True
    numbers, quantity = table.number_cells(record), table.cell(record, "qty")
    if not numbers:
        return not quantity or any(is_total(cell) for cell in filled)
    return is_total(numbers[0]) or (len(filled) == 1 and not any(sign.isdigit() for sign in filled[0]))
