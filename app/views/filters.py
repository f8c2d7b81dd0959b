"""What can be searched for on administrators' screens: FAB filters with a field of their own each.

A value nobody can have typed by hand finds nothing; it never makes a page fail.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from flask import current_app
from flask_appbuilder.models.filters import BaseFilter
from sqlalchemy import ColumnElement, Date, false, or_, select

from app.domain.state_words import state_word
from app.models.configuration import Person
from app.models.reference import Customer
from app.models.transactional import AuditPersonal
from app.words import n_

LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class Search:
    """A field above a list.

    :param name: of the field in the address
    :param column: what it looks at
    :param kind: of the input: text, date or choice
    :param words: what a choice is called in the reader's language
    """

    name: str
    label: str
    column: str
    filter: type[BaseFilter]
    kind: str = "text"
    choices: Sequence[str] = ()
    words: Callable[[str], str] = state_word

    def takes(self, value: str) -> bool:
        """Whether the value can be looked for at all."""
        return value.isprintable() and len(value) <= LONGEST_VALUE


class _Filter(BaseFilter):
    """Adds one condition to FAB's query.

    :cvar hint: how much of it has to be typed, in the empty field
    """

    hint: ClassVar[str] = ""

    def apply(self, query: Any, value: str) -> Any:
        return query.filter(self.condition(getattr(self.model, self.column_name), value))

    def condition(self, column: Any, value: str) -> ColumnElement[bool]:
        raise NotImplementedError


class Contains(_Filter):
    name = "contains"
    hint = n_("or a part of it")

    def condition(self, column: Any, value: str) -> ColumnElement[bool]:
        return contains(column, value)


class Equals(_Filter):
    """The whole text, for codes and states."""

    name = "equals"
    hint = n_("in full")

    def condition(self, column: Any, value: str) -> ColumnElement[bool]:
        found: ColumnElement[bool] = column == value
        return found


class Since(_Filter):
    name = "since"

    def condition(self, column: Any, value: str) -> ColumnElement[bool]:
        start = _start_of(value, column)
        return false() if start is None else column >= start


class Until(_Filter):
    """The whole day counts."""

    name = "until"

    def condition(self, column: Any, value: str) -> ColumnElement[bool]:
        start = _start_of(value, column)
        return false() if start is None else column < start + timedelta(days=1)


class OfCustomer(_Filter):
    """By the customer's number, or a part of its name."""

    name = "of customer"
    hint = n_("number or name")

    def condition(self, column: Any, value: str) -> ColumnElement[bool]:
        found = select(Customer.id).where(or_(Customer.number == value, contains(Customer.name, value)))
        condition: ColumnElement[bool] = column.in_(found)
        return condition


class ByPerson(_Filter):
    """By login or a part of the name, also of people whose access has ended."""

    name = "by person"
    hint = n_("sign-in or name")

    def condition(self, column: Any, value: str) -> ColumnElement[bool]:
        codes = select(AuditPersonal.code).where(AuditPersonal.kind == "name", contains(AuditPersonal.value, value))
        people = select(Person.id).where(or_(Person.login == value, contains(Person.name, value)))
        condition: ColumnElement[bool] = or_(column.in_(codes), self.model.actor_id.in_(people))
        return condition


def contains(column: Any, value: str) -> ColumnElement[bool]:
    """Part of the text; `%` and `_` mean themselves."""
    found: ColumnElement[bool] = column.icontains(value, autoescape=True)
    return found


def _start_of(value: str, column: Any) -> date | None:
    """The date, or its midnight in the seller's time zone where moments are kept; None when the text is no date."""
    try:
        found = date.fromisoformat(value)
        if not 1900 <= found.year <= 2999:
            return None
        if isinstance(column.type, Date):
            return found
        return datetime.combine(found, time(), ZoneInfo(current_app.config["BUSINESS_TIME_ZONE"]))
    except ValueError:
        return None
