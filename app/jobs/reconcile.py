"""Comparing portal and ERP: in slices through the worker, so that orders go out in between, or at once from the command
line. What is to be done stands in the database: a run that was killed is found by the scheduler and goes on.
"""

from __future__ import annotations

from collections.abc import Callable

from app import clock
from app.domain.readable import age
from app.erp.port import connected
from app.errors import PortalError
from app.extensions import doorbell, session, transaction
from app.jobs.at_once import at_work
from app.logs import new_correlation_id
from app.security.scopes import Scope, entered
from app.services import reconciliation
from app.services.reconciliation import KINDS, Kind, Outcome
from app.starting import SOURCE
from app.words import t
from config import Settings

Say = Callable[[str], None]

SLICE = 8.0  # seconds at a time


def nightly() -> None:
    """Begin the comparison of the night when it is due."""
    doorbell.answered("reconcile.nightly")
    new_correlation_id()
    with entered(Scope.staff()), transaction():
        due = reconciliation.nightly_is_due(SOURCE, now=clock.now(), zone=clock.business_zone())
        if due:
            reconciliation.start(SOURCE, asked_by="schedule")
    if due:
        go_on()


def go_on() -> None:
    """A slice of the comparison that is under way; the next ring goes on."""
    doorbell.answered("reconcile.go_on")
    new_correlation_id()
    with reconciliation.seconds(SLICE) as time_is_up:
        outcome = reconciliation.go_on(connected(SOURCE), SOURCE, time_is_up=time_is_up, say=_quiet)
    if not outcome.finished and not outcome.problem:
        doorbell.ring("reconcile.go_on")


def watch() -> None:
    """Look for what the ERP has twice."""
    doorbell.answered("reconcile.watch")
    new_correlation_id()
    reconciliation.watch(SOURCE)


class ReconciliationIncomplete(PortalError):
    """The comparison did not come to its end."""

    code = "reconciliation_incomplete"
    status = 503
    title = "The comparison did not come to its end"


def run_now(settings: Settings, *, connection: str | None = None, say: Say) -> bool:
    """`run.py reconcile`: compare everything, or finish the comparison that is under way, and list what is open.

    :returns: whether nothing is left for people to decide
    :raises ReconciliationIncomplete: it stopped; what was compared so far counts
    """
    if connection not in (None, SOURCE):
        raise PortalError(f"There is no ERP connection {connection}.", f"The one there is: {SOURCE}.")
    with at_work(settings):
        with entered(Scope.staff()), transaction():
            reconciliation.start(SOURCE, asked_by="command line")
        outcome = reconciliation.go_on(connected(SOURCE), SOURCE, time_is_up=lambda: False, say=say)
        if outcome.problem or not outcome.finished:
            raise _incomplete(outcome)
        with entered(Scope.staff()), transaction():
            session.flush()
            found = reconciliation.open_drifts()
    for kind, drifts in sorted(found.items()):
        since = age(clock.now() - drifts.oldest)
        say(f"{drifts.count:>6}  {t(KINDS[Kind(kind)].title)}, the oldest for {since}")
    say("Portal and ERP agree." if not found else "Decide about them in the administrators' list of differences.")
    return not any(drifts.for_people for drifts in found.values())


def _incomplete(outcome: Outcome) -> ReconciliationIncomplete:
    problem = outcome.problem or "Another process is comparing already."
    return ReconciliationIncomplete(problem, "Run it again: it goes on where it stopped.")


def _quiet(_line: str) -> None:
    """The page of the comparison shows the progress."""
