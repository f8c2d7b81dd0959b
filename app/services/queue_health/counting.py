"""Adds up every call to an ERP, minute by minute, in the memory of this process; `write` puts it into the database.

Nothing here waits for anything: a call is never held up by its being counted. While the database is away counting goes
on, for two hours at most; then the oldest minutes are given up. What a killed process had not written yet is lost: these
are figures, not evidence.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import text

from app.domain.durations import PLACES, place
from app.extensions import session

log = structlog.get_logger()

MINUTES_KEPT = 120


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """What is counted together."""

    minute: datetime
    connection: str
    operation: str
    outcome: str


@dataclass(slots=True)
class Tally:
    """:ivar buckets: calls in each place of the scale; `slowest` in milliseconds"""

    calls: int = 0
    slowest: int = 0
    buckets: list[int] = field(default_factory=lambda: [0] * PLACES)

    def count(self, milliseconds: int) -> None:
        self.calls += 1
        self.slowest = max(self.slowest, milliseconds)
        self.buckets[place(milliseconds)] += 1

    def add(self, other: Tally) -> None:
        self.calls += other.calls
        self.slowest = max(self.slowest, other.slowest)
        self.buckets = [mine + its for mine, its in zip(self.buckets, other.buckets, strict=True)]


class CallCounts:
    """What was counted and is not written yet; for many threads at once."""

    def __init__(self) -> None:
        self._minutes: dict[datetime, dict[Kind, Tally]] = {}
        self._lock = threading.Lock()

    def count(self, milliseconds: int, *, at: datetime, connection: str, operation: str, outcome: str) -> None:
        """:param at: when the call began"""
        kind = Kind(at.replace(second=0, microsecond=0), connection, operation, outcome)
        with self._lock:
            self._minutes.setdefault(kind.minute, {}).setdefault(kind, Tally()).count(milliseconds)
            given_up = self._give_up()
        self._say(given_up)

    def take(self) -> dict[Kind, Tally]:
        """Everything counted so far, which is from now on the caller's."""
        with self._lock:
            taken, self._minutes = self._minutes, {}
        return {kind: tally for minute in taken.values() for kind, tally in minute.items()}

    def put_back(self, taken: dict[Kind, Tally]) -> None:
        """What could not be written is added to what was counted in between."""
        with self._lock:
            for kind, tally in taken.items():
                self._minutes.setdefault(kind.minute, {}).setdefault(kind, Tally()).add(tally)
            given_up = self._give_up()
        self._say(given_up)

    def _give_up(self) -> int:
        too_many = max(0, len(self._minutes) - MINUTES_KEPT)
        for minute in sorted(self._minutes)[:too_many] if too_many else ():
            del self._minutes[minute]
        return too_many

    def _say(self, given_up: int) -> None:
        if given_up:
            log.warning("erp_call_counts_given_up", minutes=given_up)


counts = CallCounts()  # of this process

# Always in the same order, so that two processes that write the same minutes wait for each other and never in a circle.
_ADD = text("""
    insert into erp_call_minute as m (connection, operation, outcome, minute, calls, buckets, slowest)
    values (:connection, :operation, :outcome, :minute, :calls, :buckets, :slowest)
    on conflict (connection, operation, outcome, minute) do update
       set calls = m.calls + excluded.calls, slowest = greatest(m.slowest, excluded.slowest),
           buckets = array(select pair.mine + pair.its
                             from unnest(m.buckets, excluded.buckets) with ordinality pair (mine, its, place)
                            order by pair.place)""")


def write(taken: dict[Kind, Tally]) -> None:
    """Add them to what other processes have counted, in the open transaction of the staff scope."""
    if taken:
        session.execute(_ADD, _rows(taken))


def _rows(taken: dict[Kind, Tally]) -> Sequence[dict[str, object]]:
    return [
        {
            "connection": kind.connection,
            "operation": kind.operation,
            "outcome": kind.outcome,
            "minute": kind.minute,
            "calls": tally.calls,
            "buckets": tally.buckets,
            "slowest": tally.slowest,
        }
        for kind, tally in sorted(taken.items(), key=lambda each: each[0])
    ]
