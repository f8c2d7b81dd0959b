"""Runs as they are kept: one at a time for a connection, with how far it has come, so that a killed one goes on there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from app import clock
from app.extensions import session

GIVEN_UP_AFTER = timedelta(hours=24)  # what was compared longer ago is compared again
STEPS = ("orders", "our_orders", "doubles", "invoices", "invoices_gone", "customers", "balances")
DONE = "done"


@dataclass(slots=True, kw_only=True)
class Run:
    """A run under way. `cursor` is where its step goes on; `counts` are records looked at, by kind."""

    id: int
    source: str
    began: datetime
    asked_by: str
    step: str = STEPS[0]
    cursor: str | None = None
    counts: dict[str, int] = field(default_factory=dict)

    def count(self, what: str, number: int) -> None:
        self.counts[what] = self.counts.get(what, 0) + number


_UNFINISHED = text("""
    select id, source, started_at, asked_by_name, reached, counts from reconciliation_run
     where source = :source and finished_at is null order by id limit 1""")
_START = text("""
    insert into reconciliation_run (source, started_at, asked_by_name, reached)
    values (:source, :now, :by, cast(:reached as jsonb)) returning id""")
_NOTE = text("""
    update reconciliation_run set reached = cast(:reached as jsonb), counts = cast(:counts as jsonb), problem = ''
     where id = :id and finished_at is null""")
_PROBLEM = text("update reconciliation_run set problem = :problem where id = :id")
_FINISH = text("""
    update reconciliation_run set finished_at = :now, problem = :problem, reached = cast(:reached as jsonb),
           counts = cast(:counts as jsonb)
     where id = :id""")
_LATEST = text("select * from reconciliation_run where source = :source order by id desc limit :limit")
_ALONE = text("select pg_advisory_xact_lock(hashtextextended('portico reconciliation start ' || :source, 0))")


def start(source: str, *, asked_by: str) -> int:
    """Ask for a comparison, in the open transaction; one that is under way already is taken instead.

    :returns: the number of the run
    """
    session.execute(_ALONE, {"source": source})
    there = unfinished(source)
    if there is not None:
        return there.id
    found: int = session.execute(
        _START, {"source": source, "now": clock.now(), "by": asked_by, "reached": json.dumps({"step": STEPS[0]})}
    ).scalar_one()
    return found


def unfinished(source: str) -> Run | None:
    """The run that is under way; one that began too long ago is closed."""
    row = session.execute(_UNFINISHED, {"source": source}).one_or_none()
    if row is None:
        return None
    run = Run(
        id=row.id,
        source=row.source,
        began=row.started_at,
        asked_by=row.asked_by_name,
        step=row.reached.get("step", STEPS[0]),
        cursor=row.reached.get("cursor"),
        counts=dict(row.counts),
    )
    if run.began < clock.now() - GIVEN_UP_AFTER:
        finish(run, problem="It did not come to its end within a day, so it was given up.")
        return None
    return run


def note(run: Run) -> None:
    """How far it has come."""
    reached = {"step": run.step, "cursor": run.cursor}
    session.execute(_NOTE, {"id": run.id, "reached": json.dumps(reached), "counts": json.dumps(run.counts)})


def stopped(run: Run, problem: str) -> None:
    """It could not go on for now."""
    session.execute(_PROBLEM, {"id": run.id, "problem": problem})


def finish(run: Run, *, problem: str = "") -> None:
    """It is over. With a problem, nothing may be concluded from what it did not find."""
    values = {"id": run.id, "now": clock.now(), "problem": problem, "counts": json.dumps(run.counts)}
    session.execute(_FINISH, {**values, "reached": json.dumps({"step": DONE})})


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run as people see it."""

    id: int
    started_at: datetime
    finished_at: datetime | None
    asked_by: str
    step: str
    counts: Mapping[str, int]
    problem: str


def latest(source: str, limit: int = 10) -> Sequence[PastRun]:
    """Newest first."""
    return [_past(row) for row in session.execute(_LATEST, {"source": source, "limit": limit})]


def _past(row: Any) -> PastRun:
    step = row.reached.get("step", "")
    return PastRun(row.id, row.started_at, row.finished_at, row.asked_by_name, step, row.counts, row.problem)
