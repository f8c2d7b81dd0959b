"""Streams of records put together from a parent row and its children, which the ERP keeps in separate entity sets.

A record comes again when its parent changed or any of its children. Each entity set has its own mark. A child that was
deleted moves nothing; the nightly full read finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from app.erp.business_central.cursor import Cursor
from app.erp.business_central.fields import Row
from app.erp.business_central.odata import Query
from app.erp.business_central.paging import Walk, changed, mark_of
from app.erp.business_central.quarantine import Quarantine
from app.erp.port import Page

T = TypeVar("T")
Children = Mapping[str, Sequence[Row]]  # entity set to the rows that belong to one parent
_FETCHED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Family(Generic[T]):
    """A parent entity set with its key field, and its children with the field that names the parent.

    :param whole: a first run reads the children in full beforehand (few and small); otherwise page by page
    """

    parent: str
    key: str
    children: Mapping[str, str]
    read: Callable[[Row, Children], T | None]
    whole: bool


class Joined(Generic[T]):
    """Reads one family."""

    def __init__(self, walk: Walk, family: Family[T], quarantine: Quarantine) -> None:
        self._walk, self._family, self._quarantine = walk, family, quarantine

    def pages(self, cursor: Cursor) -> Iterator[Page[T]]:
        """Everything when the cursor has no mark for the parent, else what changed. The last page may be empty."""
        if cursor.mark(self._family.parent) is None:
            yield from self._everything(cursor)
        else:
            yield from self._changes(cursor)

    def by_keys(self, keys: Iterable[str]) -> Iterator[T]:
        """The records with these keys, as they are now."""
        parents = list(self._of(self._family.parent, self._family.key, keys))
        yield from self._records(parents, self._children_of(parents))

    def _everything(self, cursor: Cursor) -> Iterator[Page[T]]:
        family = self._family
        loaded: dict[str, _Grouped] = {}
        for entity, field in family.children.items():
            if family.whole:
                loaded[entity] = self._all(entity, field)
            if cursor.mark(entity) is None:  # else the run was taken up again, and its first marks hold
                mark = loaded[entity].mark if family.whole else mark_of(self._walk, entity)
                cursor = _with_mark(cursor, entity, mark)
        for step in changed(self._walk, family.parent, cursor):
            children = loaded if family.whole else self._children_of(step.rows)
            after = cursor.paused(step.next, step.high) if step.next else cursor.marked(**{family.parent: step.mark})
            yield Page(tuple(self._records(step.rows, children)), after.written())

    def _changes(self, cursor: Cursor) -> Iterator[Page[T]]:
        family = self._family
        touched: dict[str, None] = {}
        marks: dict[str, datetime | None] = {}
        for entity, field in family.children.items():
            for step in changed(self._walk, entity, Cursor(marks=cursor.marks)):
                touched.update(dict.fromkeys(_keys(step.rows, field)))
                marks[entity] = step.mark
        for step in changed(self._walk, family.parent, cursor):
            for key in _keys(step.rows, family.key):
                touched.pop(key, None)
            after = cursor.paused(step.next, step.high) if step.next else cursor.marked(**{family.parent: step.mark})
            yield Page(tuple(self._records(step.rows, self._children_of(step.rows))), after.written())
        remaining = list(touched)
        for start in range(0, len(remaining), _FETCHED_AT_ONCE):
            yield Page(tuple(self.by_keys(remaining[start : start + _FETCHED_AT_ONCE])), after.written())
        yield Page((), after.marked(**marks).written())

    def _records(self, parents: Iterable[Any], children: Mapping[str, _Grouped]) -> Iterator[T]:
        family = self._family

        def read(row: Row) -> T | None:
            key = row.key(family.key)
            return family.read(
                row, {entity: [*map(Row, group.rows.get(key, ()))] for entity, group in children.items()}
            )

        yield from self._quarantine.kept(family.parent, parents, read)

    def _children_of(self, parents: Iterable[Any]) -> dict[str, _Grouped]:
        keys = list(_keys(parents, self._family.key))
        return {
            entity: _grouped(self._of(entity, field, keys), field) for entity, field in self._family.children.items()
        }

    def _of(self, entity: str, field: str, keys: Iterable[str]) -> Iterator[Any]:
        yield from self._walk.odata.any_of(Query(entity=entity), field, keys, operation=f"read_{entity}")

    def _all(self, entity: str, field: str) -> _Grouped:
        everything = _Grouped({}, None)
        for step in changed(self._walk, entity, Cursor()):
            _grouped(step.rows, field, into=everything.rows)
            everything = _Grouped(everything.rows, step.mark)
        return everything


@dataclass(frozen=True, slots=True)
class _Grouped:
    """Raw child rows by the key of their parent, and the mark after reading them."""

    rows: dict[str, list[Any]]
    mark: datetime | None = None


def _grouped(rows: Iterable[Any], field: str, into: dict[str, list[Any]] | None = None) -> _Grouped:
    groups: dict[str, list[Any]] = {} if into is None else into
    for raw in rows:
        if isinstance(raw, Mapping) and isinstance(raw.get(field), str):
            groups.setdefault(raw[field], []).append(raw)
    return _Grouped(groups)


def _keys(rows: Iterable[Any], field: str) -> Iterator[str]:
    for raw in rows:
        value = raw.get(field) if isinstance(raw, Mapping) else None
        if isinstance(value, str) and value:
            yield value


def _with_mark(cursor: Cursor, entity: str, mark: datetime | None) -> Cursor:
    """A cursor with one more mark, its walk untouched."""
    if mark is None:
        return cursor
    return Cursor(marks={**cursor.marks, entity: mark}, next=cursor.next, high=cursor.high, open=cursor.open)
