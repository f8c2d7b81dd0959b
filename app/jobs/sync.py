"""Reading the ERP: by the clock through the worker, and at once from the command line.

Orders that have news are followed up here, after the mirror was committed. Should this process die between the two, the
next `reference` finds them again: it remembers up to when everything was followed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

import structlog
from sqlalchemy import text

from app import clock
from app.erp.port import connected
from app.errors import PortalError
from app.extensions import doorbell, session, transaction
from app.jobs.at_once import at_work
from app.logs import new_correlation_id
from app.security.scopes import Scope, entered
from app.services import inbox
from app.services.fulfilment import follow
from app.services.reference_queries import keys_of_news
from app.services.reference_sync import DOCUMENTS, EntityResult, sync
from app.starting import SOURCE
from config import Settings

log = structlog.get_logger()
Say = Callable[[str], None]

_TRIES, _PAUSE = 8, 0.25  # two seconds in all; then the scheduler rings for the wish that is still there
_FOLLOWED = "sync.followed"
_FIRST_TIME = datetime(1, 1, 1, tzinfo=UTC)
_FOLLOWED_UP_TO = text("select ran_at from schedule_tick where job = :job")
_NOTE_FOLLOWED = text("""
    insert into schedule_tick (job, ran_at) values (:job, :moment)
    on conflict (job) do update set ran_at = excluded.ran_at""")


class SyncIncomplete(PortalError):
    """The ERP did not answer for everything."""

    code = "sync_incomplete"
    status = 503
    title = "Not everything could be read"


def reference() -> None:
    """Read what changed, of everything."""
    doorbell.answered("sync.reference")
    new_correlation_id()
    _report(everything(full=False, say=_quiet))


def prices() -> None:
    """Read the prices that changed; the ERP said that some did. So do the next three for what they name."""
    _hinted("prices", "prices")


def stock() -> None:
    _hinted("stock", "stock")


def items() -> None:
    _hinted("items", "items")


def customers() -> None:
    """Their balances too: no change mark tells that one moved."""
    _hinted("customers", "customers", "balances")


def _hinted(job: str, *entities: str) -> None:
    """Read at once what there is news of. While another run has the pen, wait for it: it may have passed by already.

    Should it take longer than we wait, the wish to read stays, and the scheduler rings for it.
    """
    doorbell.answered(f"sync.{job}")
    new_correlation_id()
    wishes = _standing(f"sync.{job}")
    for _ in range(_TRIES):
        if results := sync(connected(SOURCE), SOURCE, full=False, say=_quiet, entities=entities):
            _fulfil(wishes, results)
            return _report(results)
        time.sleep(_PAUSE)
    return None


def _standing(*jobs: str) -> Mapping[str, datetime]:
    with entered(Scope.staff()), transaction():
        return inbox.standing(SOURCE, jobs)


def _fulfil(wishes: Mapping[str, datetime], results: Iterable[EntityResult]) -> None:
    """Only what was read to its end is not wished for any more."""
    if wishes and all(result.complete for result in results):
        with entered(Scope.staff()), transaction():
            inbox.fulfil(SOURCE, wishes)


def documents() -> None:
    """Read what happened to orders: their states, shipments and invoices, and balances when an invoice changed."""
    doorbell.answered("sync.documents")
    new_correlation_id()
    wishes = _standing("sync.documents")
    results = sync(connected(SOURCE), SOURCE, full=False, say=_quiet, entities=DOCUMENTS)
    if any(result.changed for result in results if result.entity == "invoices"):
        results += sync(connected(SOURCE), SOURCE, full=False, say=_quiet, entities=("balances",))
    _report(results)
    with entered(Scope.staff()):
        follow(_keys(results))
    if results:
        _fulfil(wishes, results)


def run_now(settings: Settings, *, connection: str | None = None, full: bool = False, say: Say) -> None:
    """`run.py sync`.

    :param connection: the one to read; all when left out
    :raises SyncIncomplete: naming what could not be read, after everything else was
    """
    if connection not in (None, SOURCE):
        raise PortalError(f"There is no ERP connection {connection}.", f"The one there is: {SOURCE}.")
    with at_work(settings):
        results = everything(full=full, say=say)
    if stopped := [result.problem for result in results if not result.complete]:
        raise SyncIncomplete(" ".join(stopped), "See what `run.py doctor` says of the ERP, then run it again.")


def everything(*, full: bool, say: Say) -> list[EntityResult]:
    """Read all entities and follow up every order with news since this was last done."""
    began, wishes = clock.now(), _standing(*set(inbox.READERS.values()))
    results = sync(connected(SOURCE), SOURCE, full=full, say=say)
    if not results:
        return results
    with entered(Scope.staff()):
        with transaction():
            since = session.execute(_FOLLOWED_UP_TO, {"job": _FOLLOWED}).scalar() or _FIRST_TIME
            missed = keys_of_news(SOURCE, since)
        follow(_keys(results) | missed)
        with transaction():
            session.execute(_NOTE_FOLLOWED, {"job": _FOLLOWED, "moment": began})
    _fulfil(wishes, results)
    return results


def _keys(results: Iterable[EntityResult]) -> frozenset[str]:
    return frozenset[str]().union(*(result.order_keys for result in results))


def _report(results: Iterable[EntityResult]) -> None:
    for result in results:
        if not result.complete:
            log.warning("mirror_stopped", entity=result.entity, problem=result.problem)
        elif result.changed:
            log.info("mirror_changed", entity=result.entity, rows=result.rows, changed=result.changed)


def _quiet(_line: str) -> None:
    """The clock needs no progress; what changed is logged."""
