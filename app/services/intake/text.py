"""What a buyer typed or pasted, to lines that may go into an order, and questions about the rest.

Creates nothing. Rules and codes are those of the contract: an item number may differ in case, blanks, dashes and quotes,
a quantity without a unit is in pieces, prices are never taken over, nothing else is ever guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.clock import today
from app.domain.quantities import LARGEST
from app.services.catalogue.assortment import nearest
from app.services.catalogue.items import ItemFacts, find_typed
from app.services.customers import CustomerFacts
from app.services.intake import messages
from app.services.intake.days import read_day
from app.services.intake.lines import Parts, Written, take_apart, written_lines
from app.services.intake.outcome import Intake, Line, Notice, Problem
from app.services.intake.quantities import Read, decimal_sign, read_quantity
from app.services.intake.tables import BrokenQuoting, Record, Table, find_table, is_no_line
from app.services.intake.words import unit_of

LARGEST_TEXT = 2_000_000  # characters
MOST_ROWS = 10_000
_LONGEST_NOTE = 500
_LONGEST_WORD = 100
_SUGGESTIONS, _MOST_SUGGESTED = 3, 20
_DAMAGED = re.compile(r"\d+([.,]\d+)?E[+-]?\d+", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one row asks for, before anything of it is checked; `question` is what is unclear already."""

    row: int
    item: str
    found: ItemFacts | None
    quantity: str
    unit: str
    date: str = ""
    note: str = ""
    question: str = ""
    value: str = ""
    written: str = ""


def read_text(customer: CustomerFacts, text: str) -> Intake:
    """Read a list within the scope of the customer; three reads of the database, whatever its length."""
    text = text.removeprefix("\ufeff")
    file_problem = _file_problem(text)
    if file_problem:
        return _rejected(file_problem)
    try:
        table = find_table(text)
    except BrokenQuoting:
        return _rejected("broken_quoting")
    asked, sign = _of_table(customer, table) if table else _of_lines(customer, text)
    if not asked:
        return _rejected("no_lines")
    return _judged(customer, asked, sign)


def _file_problem(text: str) -> str:
    if not text.strip():
        return "empty"
    if len(text) > LARGEST_TEXT or text.count("\n") > MOST_ROWS:
        return "too_large"
    return "not_a_table" if _CONTROL.search(text) or text.lstrip()[:1] == "<" else ""


def _rejected(code: str) -> Intake:
    return Intake(file_problem=code, file_message=messages.of_file(code))


# --- a table ----------------------------------------------------------------------------------------------------------


def _of_table(customer: CustomerFacts, table: Table) -> tuple[list[_Asked], str]:
    records = [record for record in table.records if not is_no_line(table, record)]
    words = {word[:_LONGEST_WORD] for record in records for word in table.number_cells(record)}
    items = find_typed(customer, words)
    sign = decimal_sign(table.cell(record, meaning) for record in records for meaning in ("qty", "price"))
    return [_of_record(table, record, items) for record in records], sign


def _of_record(table: Table, record: Record, items: Mapping[str, ItemFacts]) -> _Asked:
    words = table.number_cells(record)
    found = [items[word[:_LONGEST_WORD]] for word in words if word[:_LONGEST_WORD] in items]
    same = len({item.number for item in found}) == 1
    return _Asked(
        row=record.row,
        item=words[0] if words else "",
        found=found[0] if same else None,
        quantity=table.cell(record, "qty"),
        unit=table.cell(record, "unit"),
        date=table.cell(record, "date"),
        note=table.cell(record, "note")[:_LONGEST_NOTE],
        written=" ".join(cell.strip() for cell in record.cells if cell.strip())[:_LONGEST_NOTE],
    )


# --- free lines -------------------------------------------------------------------------------------------------------


def _of_lines(customer: CustomerFacts, text: str) -> tuple[list[_Asked], str]:
    lines = written_lines(text)
    words = {run for line in lines for _, _, run in line.runs() if len(run) <= _LONGEST_WORD}
    items = find_typed(customer, words)
    names = {word: item.name for word, item in items.items()}
    parts = [(line, take_apart(line, items.keys(), names)) for line in lines]
    sign = decimal_sign(each.quantity for _, each in parts)
    return [_of_parts(line, each, items) for line, each in parts], sign


def _of_parts(line: Written, parts: Parts, items: Mapping[str, ItemFacts]) -> _Asked:
    return _Asked(
        row=line.row,
        item=parts.item,
        found=items.get(parts.item),
        quantity=parts.quantity,
        unit=parts.unit,
        question=parts.question,
        value=parts.value,
        written=line.text[:_LONGEST_NOTE],
    )


# --- what of it may go into an order ----------------------------------------------------------------------------------


def _judged(customer: CustomerFacts, asked: Sequence[_Asked], sign: str) -> Intake:
    day = today()
    lines: list[Line] = []
    problems: list[Problem] = []
    unreadable: list[Notice] = []
    for each in asked:
        outcome = _line(each, sign, day)
        if isinstance(outcome, Problem):
            problems.append(outcome)
            continue
        lines.append(outcome)
        if each.date and outcome.requested_date is None:
            unreadable.append(Notice("date_unreadable", (each.row,), messages.date_unreadable(each.date)))
    notices = (*unreadable, *_repeated(lines))
    return Intake(tuple(lines), tuple(_with_suggestions(customer, problems)), notices)


def _line(asked: _Asked, sign: str, day: date) -> Line | Problem:
    item = asked.found
    problem = _item_problem(asked, day)
    if problem or item is None:
        return _problem(asked, problem or "unknown_item", asked.item)
    if asked.question:
        return _problem(asked, asked.question, asked.value, item)
    read = read_quantity(asked.quantity, sign)
    if read.value is None:
        return _problem(asked, read.problem, asked.quantity, item)
    word = _unit_word(asked, read)
    unit = unit_of(word) if word else item.base_unit
    if unit is None or (read.word and asked.unit and unit_of(read.word) != unit_of(asked.unit)):
        return _problem(asked, "unit_unknown", word, item)
    if unit not in item.units:
        return _problem(asked, "unit_not_for_item", unit, item)
    base = read.value * item.units[unit]
    if base != base.to_integral_value():
        return _problem(asked, "quantity_not_whole", asked.quantity, item)
    if base > LARGEST:
        return _problem(asked, "quantity_not_a_number", asked.quantity, item)
    return Line(
        asked.row, item.number, item.name, _plain(read.value), unit, _plain(base), read_day(asked.date), asked.note
    )


def _unit_word(asked: _Asked, read: Read) -> str:
    return asked.unit or read.word


def _plain(value: Decimal) -> Decimal:
    return Decimal(f"{value.normalize():f}")


def _item_problem(asked: _Asked, day: date) -> str:
    if not asked.item:
        return "item_missing"
    if asked.found is None:
        return "item_number_damaged" if _DAMAGED.fullmatch(asked.item.strip()) else "unknown_item"
    return "item_not_sellable" if asked.found.blocked or asked.found.is_discontinued(day) else ""


def _problem(asked: _Asked, code: str, value: str, item: ItemFacts | None = None) -> Problem:
    return Problem(asked.row, code, value, messages.of_line(code, value, item), written=asked.written)


def _with_suggestions(customer: CustomerFacts, problems: Iterable[Problem]) -> list[Problem]:
    """Nearest numbers for what is not known; they are shown, never taken."""
    answered, left = [], _MOST_SUGGESTED
    for each in problems:
        near: tuple[str, ...] = ()
        if each.code in ("unknown_item", "item_not_sellable") and left > 0 and each.value:
            near, left = _nearest(customer, each.value), left - 1
        answered.append(Problem(each.row, each.code, each.value, each.message, near, each.written))
    return answered


def _nearest(customer: CustomerFacts, word: str) -> tuple[str, ...]:
    found = nearest(customer, word[:_LONGEST_WORD], limit=_SUGGESTIONS + 1)
    numbers = [item.number for item in found if not item.is_discontinued(today())]
    return tuple(number for number in numbers if number != word)[:_SUGGESTIONS]


def _repeated(lines: Sequence[Line]) -> list[Notice]:
    rows: dict[str, list[int]] = {}
    for line in lines:
        rows.setdefault(line.item, []).append(line.row)
    return [
        Notice("duplicate_item", tuple(where), messages.duplicate(item, where))
        for item, where in rows.items()
        if len(where) > 1
    ]
