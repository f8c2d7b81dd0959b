"""The datamodel of our FAB screens: whoever adds, edits or deletes through it leaves the audit record with the change.

FAB's own interface commits before anything after it could record. Here the row, the record and the commit are one
transaction: no change without its record, and no record of a change that was not kept. Not for deciding who may.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from flask_appbuilder.models.filters import BaseFilterConverter
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import Select, inspect, select

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.extensions import transaction
from app.services.lifecycle import author

AS_READ = "as read"  # where a row carries the values it had when it was read

Values = Mapping[str, Any]


class NoGuessedFilters(BaseFilterConverter):
    """Our lists say themselves what can be searched for; FAB need not guess from the types of columns."""

    def convert(self, col_name: str) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Recorded:
    """How the rows of a table stand in the audit record.

    :ivar kind: of the object the record names
    :ivar number: row → number of that object
    :ivar customer_id: row → whose it is
    :ivar told: values of a row → what the record says; before and after hold what differs of it
    """

    tag: Tag
    kind: str
    number: Callable[[Any], str]
    customer_id: Callable[[Any], int | None]
    told: Callable[[Values], Values] = dict


class AuditedInterface(SQLAInterface):
    """Reads and writes a table with one column as key. Rows that are to change are read by `get` or `hold`."""

    filter_converter_class = NoGuessedFilters

    def __init__(self, obj: Any, recorded: Recorded | None = None) -> None:
        super().__init__(obj)
        self._recorded = recorded

    @property
    def key(self) -> str:
        """The column that addresses name a row by: `id`, also where the table's key has more columns."""
        return "id" if hasattr(self.obj, "id") else str(self.get_pk_name())

    def key_of(self, item: Any) -> int:
        """The value of the key."""
        found: int = getattr(item, self.key)
        return found

    # reading

    def get(self, id: int, filters: Any = None, *_: Any, **__: Any) -> Any:
        """The row, or None."""
        return self._read(self._one(id))

    def hold(self, id: int) -> Any:
        """The row as it is now, held until the transaction ends; None when there is none."""
        return self._read(self._one(id).with_for_update().execution_options(populate_existing=True))

    def version_of(self, item: Any) -> str:
        """Another one as soon as any column differs; of the values as they were read."""
        written = json.dumps(inspect(item).info[AS_READ], default=str, sort_keys=True)
        return hashlib.sha256(written.encode()).hexdigest()[:20]

    def _one(self, id: int) -> Select[Any]:
        return select(self.obj).where(getattr(self.obj, self.key) == id)

    def _read(self, statement: Select[Any]) -> Any:
        item = self.session.scalars(statement).one_or_none()
        if item is not None:
            inspect(item).info[AS_READ] = self._values(item)
        return item

    def _values(self, item: Any) -> dict[str, Any]:
        return {name: getattr(item, name) for name in self.list_columns}

    # what FAB's forms ask about columns

    def is_text(self, col_name: str) -> bool:
        """Our texts are one line; the type of a column says nothing about that."""
        return False

    def is_nullable(self, col_name: str) -> bool:
        """Whether a field may stay empty: also where empty is the usual text, and a box that is not ticked."""
        column = self.list_columns[col_name]
        usual = getattr(column.server_default, "arg", None)
        return bool(column.nullable or usual == "" or self.is_boolean(col_name))

    # writing

    def add(self, item: Any, commit: bool = True) -> None:
        """Keep a new row, with its record."""
        with _whole(commit):
            super().add(item, commit=False)
            self.session.flush()
            self._record(item, None, self._values(item))

    def edit(self, item: Any, commit: bool = True) -> None:
        """Keep the row as it is now; without a difference nothing is recorded."""
        before = inspect(item).info[AS_READ]
        with _whole(commit):
            super().edit(item, commit=False)
            self.session.flush()
            self._record(item, before, self._values(item))

    def delete(self, item: Any, commit: bool = True) -> None:
        """Take the row out; the record keeps what it held."""
        with _whole(commit):
            self._record(item, self._values(item), None)
            super().delete(item, commit=False)
            self.session.flush()

    def delete_all(self, items: Sequence[Any]) -> None:
        """All of them or none, with a record each."""
        with transaction():
            for item in items:
                self.delete(item, commit=False)

    def _record(self, item: Any, before: Values | None, after: Values | None) -> None:
        if self._recorded is None:
            raise LookupError(f"{self.obj.__name__} is written without saying how it is recorded")
        of = self._recorded
        told = [None if values is None else of.told(values) for values in (before, after)]
        was, became = _differing(*told)
        if was or became:
            change = Change(of.tag, of.kind, of.number(item), before=was, after=became)
            record([change], customer_id=of.customer_id(item), author=author())


def _whole(commit: bool) -> AbstractContextManager[Any]:
    """FAB commits, or whoever called with `commit=False` does."""
    return transaction() if commit else nullcontext()


def _differing(before: Values | None, after: Values | None) -> tuple[Values | None, Values | None]:
    if before is None or after is None:
        return before, after
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {name: before.get(name) for name in names}, {name: after.get(name) for name in names}
