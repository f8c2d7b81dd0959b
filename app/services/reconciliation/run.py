"""A run: everything the ERP says, read freshly and page by page, compared with what we have, then taken into the mirror.

No transaction is open while the ERP is asked; memory holds one page. The pen of the mirror is held for a page at a time,
so that deltas go on beside a long run. Killed between two pages it goes on with the next; a page done twice finds the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from app.erp.errors import ErpError
from app.erp.port import ErpPort
from app.extensions import session, transaction
from app.security.scopes import Scope, entered
from app.services.reconciliation import documents, drifts, money, runs
from app.services.reconciliation.runs import STEPS, Run
from app.services.reconciliation.work import NothingCame, PenTaken, TimeUp, Work
from app.services.reference_sync.writer import only_one

log = structlog.get_logger()

Say = Callable[[str], None]

_STEPS: Mapping[str, Callable[[Work], None]] = {
    "orders": documents.orders,
    "our_orders": documents.our_orders,
    "doubles": documents.doubles,
    "invoices": money.invoices,
    "invoices_gone": money.invoices_gone,
    "customers": money.customers,
    "balances": money.balances,
}
assert tuple(_STEPS) == STEPS


@dataclass(frozen=True, slots=True)
class Outcome:
    """`finished` False: there is more to do, now or when the ERP answers again. `nothing`: no run is wanted."""

    finished: bool
    problem: str = ""
    nothing: bool = False


def go_on(port: ErpPort, source: str, *, time_is_up: Callable[[], bool], say: Say) -> Outcome:
    """Go on with the run that is under way, if any, until it is done or the time is up.

    :param time_is_up: asked between pages; a slice always gets some way
    :param say: told of progress, a line at a time
    """
    if session.registry.has() and session().in_transaction():
        raise RuntimeError("a transaction is open: the ERP must not be waited for inside one")
    with only_one(f"reconciliation {source}") as alone, entered(Scope.staff()):
        if not alone:
            return Outcome(finished=False, problem="Another process is comparing already.")
        with transaction():
            run = runs.unfinished(source)
        return Outcome(finished=True, nothing=True) if run is None else _carry_on(Work(port, run, say, time_is_up))


def _carry_on(work: Work) -> Outcome:
    run = work.run
    try:
        for step in STEPS[STEPS.index(run.step) :]:
            _STEPS[step](work)
            _next_step(run)
    except TimeUp:
        return Outcome(finished=False)
    except ErpError as stop:
        return _stopped(run, f"The comparison waits: {stop.reason} It goes on where it stopped.")
    except PenTaken:
        return Outcome(finished=False, problem="Another run is reading the ERP; the comparison goes on after it.")
    except NothingCame as nothing:
        return _given_up(run, str(nothing))
    with transaction():
        drifts.finish(run.source, run.id)
        runs.finish(run)
    log.info("reconciled", source=run.source, run=run.id, **run.counts)
    return Outcome(finished=True)


def _next_step(run: Run) -> None:
    place = STEPS.index(run.step) + 1
    run.step, run.cursor = (STEPS[place] if place < len(STEPS) else run.step), None
    with transaction():
        runs.note(run)


def _stopped(run: Run, problem: str) -> Outcome:
    with transaction():
        runs.stopped(run, problem)
    log.warning("reconciliation_stopped", source=run.source, run=run.id, problem=problem)
    return Outcome(finished=False, problem=problem)


def _given_up(run: Run, problem: str) -> Outcome:
    with transaction():
        runs.finish(run, problem=problem)
    log.warning("reconciliation_given_up", source=run.source, run=run.id, problem=problem)
    return Outcome(finished=True, problem=problem)


@contextmanager
def seconds(limit: float) -> Iterator[Callable[[], bool]]:
    """A slice of time: says whether it is over."""
    ends = time.monotonic() + limit
    yield lambda: time.monotonic() >= ends
