"""The form of a draft as it comes back from the browser: kept as typed, read where it can be, joined with what is stored.

A page of the form holds only some lines; the others stay as they are. Everything typed survives a reading that fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from typing import TypeVar

from app.services.ordering.preparing import MOST_LINES
from app.services.ordering.typed import TypedLine, TypedOrder
from app.views.portal import fields
from app.views.portal.fields import Unread
from app.views.portal.pasted import Pasted, with_suggestion
from app.words import t, thousands

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class FormLine:
    """One line as typed. `known_as` is the item the page showed there, to tell whether the line is still the same."""

    position: int
    known_as: str
    item: str
    quantity: str
    unit: str
    remove: bool


@dataclass(frozen=True, slots=True)
class DraftForm:
    """The whole form as typed."""

    version: int
    reference: str = ""
    ship_to: str = ""
    wished: str = ""
    comment: str = ""
    lines: Mapping[int, FormLine] = field(default_factory=dict)
    pasted: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the form says. `problems` names fields that could not be read (`quantity-3`), with a sentence each."""

    typed: TypedOrder
    pasted: Pasted
    problems: Mapping[str, str]


def form_of(values: Mapping[str, str]) -> DraftForm:
    """The fields of the browser."""
    positions = sorted(_position(name) for name in values if name.startswith("quantity-"))
    return DraftForm(
        version=fields.version(values.get("version", "")),
        reference=fields.clean(values.get("reference", "")),
        ship_to=fields.clean(values.get("ship_to", "")),
        wished=fields.clean(values.get("wished", "")),
        comment=fields.clean(values.get("comment", "")),
        lines={position: _line_of(values, position) for position in positions if position},
        pasted=with_suggestion(fields.clean(values.get("pasted", "")), fields.clean(values.get("instead", ""))),
    )


def _position(name: str) -> int:
    number = name.removeprefix("quantity-")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0


def _line_of(values: Mapping[str, str], position: int) -> FormLine:
    known_as = fields.clean(values.get(f"known-{position}", ""))
    return FormLine(
        position=position,
        known_as=known_as,
        item=fields.clean(values.get(f"item-{position}", "")) or known_as,
        quantity=fields.clean(values.get(f"quantity-{position}", "")),
        unit=fields.clean(values.get(f"unit-{position}", "")),
        remove=f"remove-{position}" in values,
    )


@dataclass(slots=True)
class _Attempts:
    """Collects what could not be read, by field."""

    problems: dict[str, str] = field(default_factory=dict)

    def __call__(self, name: str, reading: Callable[[], Value], otherwise: Value) -> Value:
        try:
            return reading()
        except Unread as problem:
            self.problems[name] = str(problem)
            return otherwise


def read(form: DraftForm, stored: TypedOrder, pasted: Pasted) -> Reading:
    """The order the form means, on top of what is stored.

    :param pasted: the field for new lines, already read
    """
    attempt = _Attempts()
    lines = (*_read_lines(form, stored.lines, attempt), *pasted.lines)
    typed = replace(
        stored,
        lines=lines,
        reference=attempt("reference", lambda: _reference(form), stored.reference),
        requested_date=attempt("wished", lambda: fields.day(form.wished), stored.requested_date),
        comment=attempt("comment", lambda: _comment(form), stored.comment),
        ship_to=attempt("ship_to", lambda: _ship_to(form), stored.ship_to),
    )
    if pasted.problem:
        attempt.problems["pasted"] = pasted.problem
    if len(lines) > MOST_LINES:
        attempt.problems["pasted"] = t(
            "With these it would be {n} lines; {most} can go in one order. Please split it.",
            n=thousands(len(lines)),
            most=thousands(MOST_LINES),
        )
    return Reading(typed, pasted, attempt.problems)


def _read_lines(form: DraftForm, stored: Sequence[TypedLine], attempt: _Attempts) -> Iterator[TypedLine]:
    """Stored lines with what was typed over them, without those to be taken out."""
    for position, line in enumerate(stored, start=1):
        typed = form.lines.get(position)
        if typed is None:
            yield line
        elif not typed.remove:
            yield attempt(f"quantity-{position}", partial(_merged, line, typed), line)


def _reference(form: DraftForm) -> str:
    return fields.short(form.reference, longest=fields.LONGEST_REFERENCE, name=t("The PO number"))


def _comment(form: DraftForm) -> str:
    return fields.short(form.comment, longest=fields.LONGEST_COMMENT, name=t("The comment"))


def _ship_to(form: DraftForm) -> str:
    return fields.short(form.ship_to, longest=fields.LONGEST_REFERENCE, name=t("The address"))


def _merged(line: TypedLine, form: FormLine) -> TypedLine:
    return replace(
        line,
        item=fields.short(form.item, longest=fields.LONGEST_ITEM, name=t("The item number")) or line.item,
        quantity=fields.quantity(form.quantity),
        unit=fields.unit_code(form.unit) or line.unit,
    )


def laid_over(form: DraftForm, stored: Sequence[TypedLine]) -> DraftForm:
    """A form made from an older version, laid over what is stored now: nothing typed is lost.

    Lines that are still the same item keep what was typed; what has no place any more goes into the field for new lines.
    """
    kept, homeless = {}, []
    for position, line in form.lines.items():
        current = stored[position - 1] if position <= len(stored) else None
        if current is not None and current.item == line.known_as:
            kept[position] = line
        elif not line.remove and not _stands_in(line, stored):
            homeless.append(f"{line.item} {line.quantity} {line.unit}")
    return replace(form, lines=kept, pasted="\n".join([*homeless, *form.pasted.splitlines()]))


def _stands_in(line: FormLine, stored: Sequence[TypedLine]) -> bool:
    return any(
        each.item == line.item and each.unit == line.unit and _same_number(each.quantity, line.quantity)
        for each in stored
    )


def _same_number(quantity: Decimal, typed: str) -> bool:
    try:
        return fields.quantity(typed) == quantity
    except Unread:
        return False
