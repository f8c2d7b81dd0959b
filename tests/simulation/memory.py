"""The store of delivery in memory: the same promises as the one in PostgreSQL, and a transaction can fail at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from app.domain.line import Line
from app.erp.port import Exchange, OrderRecord
from app.services.agreeing.repriced import Repriced
from app.services.delivery.protocol import Claimed, Dead, Done, Later
from tests.simulation.world import Chance, Died, Plan, Time

CONNECTION = "main"


@dataclass(frozen=True)
class Row:
    """A message, and what came of it."""

    id: int
    order_id: int
    order_key: str
    kind: str
    body: dict[str, Any]
    due_at: datetime
    state: str = "waiting"
    attempts: int = 0
    tries: dict[str, int] = field(default_factory=dict)
    lease_until: datetime | None = None
    reason_code: str = ""
    record: OrderRecord | None = None
    finished_at: datetime | None = None


@dataclass
class MemoryStore:
    plan: Plan
    time: Time
    chance: Chance
    rows: dict[int, Row] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)
    overruled: list[str] = field(default_factory=list)  # settled by somebody whose claim was gone

    def post(self, order_id: int, key: str, kind: str, body: dict[str, Any]) -> None:
        """What the transaction of a business change writes."""
        number = len(self.rows) + 1
        self.rows[number] = Row(number, order_id, key, kind, body, self.time.now)

    @contextmanager
    def transaction(self) -> Iterator[MemoryDesk]:
        desk = MemoryDesk(self)
        yield desk
        if self.chance.strikes(self.plan.deaths / 3):
            raise Died  # before the commit
        for write in desk.writes:
            write()
        if self.chance.strikes(self.plan.deaths / 3):
            raise Died  # after it


class MemoryDesk:
    """One transaction. Nothing else happens while it lasts, as if everything it touched were locked."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self.writes: list[Callable[[], None]] = []

    @property
    def now(self) -> datetime:
        return self._store.time.now

    def due(self, connection: str) -> bool:
        return self._first() is not None

    def line(self, connection: str) -> Line:
        return self._store.lines.get(connection) or Line.new(self.now)

    def keep(self, connection: str, line: Line) -> None:
        self.writes.append(lambda: self._store.lines.__setitem__(connection, line))

    def claim(self, connection: str, *, lease: timedelta, until: datetime) -> Claimed | None:
        row = self._first()
        if row is None:
            return None
        left_for = None if row.lease_until is None else self.now - row.lease_until
        taken = replace(row, attempts=row.attempts + 1, lease_until=self.now + lease)
        self._write(taken)
        return Claimed(
            id=row.id,
            customer_id=1,
            order_id=row.order_id,
            order_key=row.order_key,
            connection=connection,
            kind=row.kind,
            body=row.body,
            attempts=taken.attempts,
            correlation_id="",
            until=until,
            tries=row.tries,
            left_for=left_for,
        )

    def renew(self, message: Claimed, *, lease: timedelta) -> bool:
        held = self.holds(message)
        if held:
            self._write(replace(self._store.rows[message.id], lease_until=self.now + lease))
        return held

    def holds(self, message: Claimed) -> bool:
        row = self._store.rows[message.id]
        return row.state == "waiting" and row.attempts == message.attempts

    def settle(self, message: Claimed, result: Done | Later | Dead | Repriced, exchanges: Sequence[Exchange]) -> None:
        row = replace(self._store.rows[message.id], lease_until=None)
        if row.state != "waiting" or row.attempts != message.attempts:
            self._store.overruled.append(row.order_key)
        if isinstance(result, Later):
            self._write(replace(row, due_at=self.now + result.wait, reason_code=result.code, tries=dict(result.tries)))
        elif isinstance(result, Dead):
            self._write(replace(row, state="dead", reason_code=result.code, finished_at=self.now))
        elif isinstance(result, Repriced):
            raise AssertionError("prices are not asked again here")
        else:
            self._write(replace(row, state="done", record=result.record, finished_at=self.now))

    def file_calls(self, message: Claimed, exchanges: Sequence[Exchange]) -> None:
        """Nobody reads them here."""

    def _write(self, row: Row) -> None:
        self.writes.append(lambda: self._store.rows.__setitem__(row.id, row))

    def _first(self) -> Row | None:
        waiting = [row for row in self._store.rows.values() if row.state == "waiting"]
        first_of_order: dict[int, int] = {}
        for row in waiting:
            first_of_order.setdefault(row.order_id, row.id)
        due = [
            row
            for row in waiting
            if row.due_at <= self.now
            and (row.lease_until is None or row.lease_until < self.now)
            and first_of_order[row.order_id] == row.id
        ]
        return min(due, key=lambda row: (row.due_at, row.id), default=None)
