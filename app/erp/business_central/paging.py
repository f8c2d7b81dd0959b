"""Walking through the changed rows of one entity set, page by page, so that a run can be taken up at any page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app import clock
from app.erp.business_central.answers import Rows
from app.erp.business_central.cursor import Cursor
from app.erp.business_central.fields import Row, Unreadable
from app.erp.business_central.odata import OData, Query, new_link
from app.erp.errors import ErpRefused

CHANGED = "lastModifiedDateTime"
_CLOCKS_DIFFER_BY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Walk:
    """How to walk: page size, and how far a later run reaches back (rows that come twice do no harm)."""

    odata: OData
    size: int
    overlap: timedelta


@dataclass(frozen=True, slots=True)
class Step:
    """A page of raw rows. `next` is empty on the last, and then `mark` is where the next run starts.

    `high` is the newest change seen so far; both are None as long as nothing came.
    """

    rows: tuple[Any, ...]
    next: str
    high: datetime | None
    mark: datetime | None


def changed(walk: Walk, entity: str, cursor: Cursor, *, expand: str = "") -> Iterator[Step]:
    """Rows changed since the cursor's mark for the entity, oldest change first; at least one step."""
    started, high = clock.now(), cursor.high
    page, seen = _first(walk, entity, cursor, expand), set[str]()
    while True:
        high = newest(page.rows, high)
        yield Step(page.rows, page.next, high, settled(high, started, walk.overlap))
        if not page.next:
            return
        page = walk.odata.follow(new_link(page.next, seen), size=walk.size, operation=f"read_{entity}")


def settled(high: datetime | None, started: datetime, overlap: timedelta) -> datetime | None:
    """From where the next run asks: a little before the newest change, as commits may become visible out of order.

    Once the newest change lies well behind the time of asking, nothing older can still turn up, and asking starts
    exactly there. So a table filled in one go is not read again and again.
    """
    if high is None or high < started - _CLOCKS_DIFFER_BY - overlap:
        return high
    return high - overlap


def newest(rows: Iterable[Any], so_far: datetime | None) -> datetime | None:
    """The latest change among rows, never later than now: an ERP clock running ahead must not hide later changes."""
    latest, now = so_far, clock.now()
    for raw in rows:
        try:
            moment = min(Row(raw).moment(CHANGED), now)
        except Unreadable:
            continue
        latest = moment if latest is None else max(latest, moment)
    return latest


def mark_of(walk: Walk, entity: str) -> datetime | None:
    """The mark a whole entity set would have now, from its newest row."""
    started, query = clock.now(), Query(entity=entity, order=f"{CHANGED} desc", top=1)
    newest_row = walk.odata.page(query, size=1, operation=f"mark_{entity}").rows[:1]
    return settled(newest(newest_row, None), started, walk.overlap)


def _first(walk: Walk, entity: str, cursor: Cursor, expand: str) -> Rows:
    if cursor.next:
        try:
            return walk.odata.follow(cursor.next, size=walk.size, operation=f"read_{entity}")
        except ErpRefused:
            pass  # page tokens do not live for ever; the same rows come from the mark
    return walk.odata.page(_since(entity, cursor, expand), size=walk.size, operation=f"read_{entity}")


def _since(entity: str, cursor: Cursor, expand: str) -> Query:
    mark = cursor.mark(entity)
    after = "" if mark is None else f"{CHANGED} gt {mark:%Y-%m-%dT%H:%M:%S.%fZ}"
    return Query(entity=entity, filter=after, order=CHANGED, expand=expand)
