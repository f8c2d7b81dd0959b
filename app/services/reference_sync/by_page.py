"""Single pages read outside a run of the sync, by whoever looks at them before they are merged (the reconciliation).

The pen must be held from before a page is read until it is merged, so that no newer page is overwritten by an older one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from app import clock
from app.erp.port import ErpPort, Page
from app.extensions import transaction
from app.security.scopes import Scope, entered
from app.services.reference_sync import progress as progresses
from app.services.reference_sync import queries
from app.services.reference_sync.entities import ENTITIES
from app.services.reference_sync.mirror import Turn, Written
from app.services.reference_sync.run import Unreadable, keep_unreadable, pages_of
from app.services.reference_sync.staging import plan_by_key, raw_cursor


def pages(port: ErpPort, name: str, since: str | None) -> Iterator[tuple[Page[Any], list[Unreadable]]]:
    """The stream of an entity from a cursor on, or all of it, each page with what could not be read on the way to it."""
    return pages_of(port, ENTITIES[name], since)


def take(
    source: str, name: str, rows: Sequence[Any], *, began: datetime, unreadable: Sequence[Unreadable] = ()
) -> frozenset[str]:
    """Merge a page as part of reading everything, in a transaction of its own.

    :param began: when reading everything began; rows that come are marked as seen since then
    :returns: keys of the orders whose documents changed
    """
    entity, turn = ENTITIES[name], Turn(source=source, at=max(clock.now(), began), full=True)
    with entered(Scope.sync()), transaction():
        at = raw_cursor()
        plan_by_key(at)
        written = entity.write(at, rows, turn) if rows else Written()
        keep_unreadable(at, entity, turn, unreadable)
        if written.new and entity.feeds:
            progresses.read_again(source, entity.feeds)
        return frozenset(queries.order_keys(at, entity.mirror, written.changed)) if entity.mirror else frozenset()


def withdraw(source: str, name: str, began: datetime) -> int:
    """After everything was read: what did not come is not in the ERP any more.

    :returns: how many records were withdrawn
    """
    entity, turn = ENTITIES[name], Turn(source=source, at=max(clock.now(), began), full=True)
    with entered(Scope.sync()), transaction():
        return len(queries.withdraw_unseen(raw_cursor(), entity.mirror, turn, began)) if entity.mirror else 0


def in_force(source: str, name: str) -> int:
    """How many records the mirror holds that are not withdrawn."""
    entity = ENTITIES[name]
    with entered(Scope.sync()), transaction():
        return queries.in_force(raw_cursor(), entity.mirror, source) if entity.mirror else 0
