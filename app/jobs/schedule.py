"""The schedule is one list. Ticks are rows claimed by compare-and-set, so that two schedulers ring once.

The first entry is the safety net of the outbox: when a ring was lost, or Redis forgot it, due rows are found here.
"""

from __future__ import annotations

import signal
import threading
from dataclasses import dataclass

import structlog
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.extensions import doorbell, session, transaction
from app.security.scopes import Scope, entered
from app.starting import start_process
from config import Settings

log = structlog.get_logger()

BEAT = 1.0  # seconds between two looks at the list


@dataclass(frozen=True, slots=True)
class Entry:
    """Ring for `job` every `seconds`; `only_if` is a query that must find something."""

    job: str
    seconds: float
    only_if: str = ""


SCHEDULE = (
    Entry(
        "relay.drain",
        1,
        "select 1 from outbox_message where state = 'waiting' and due_at <= now()"
        " and (lease_until is null or lease_until < now()) limit 1",
    ),
    Entry(
        "mail.deliver",
        3,
        "select 1 from mail where state = 'waiting' and due_at <= now()"
        " and (lease_until is null or lease_until < now()) limit 1",
    ),
    Entry("sync.documents", 5),
    Entry("sync.reference", 60),
    Entry("subscriptions.keep", 3600),
    Entry(
        "subscriptions.mend", 300, "select 1 from erp_subscription where problem <> '' or subscription_id = '' limit 1"
    ),
)

_CLAIM = text("""
    insert into schedule_tick as t (job, ran_at) values (:job, now())
    on conflict (job) do update set ran_at = now() where t.ran_at < now() - make_interval(secs => :seconds)
    returning job""")


def tick() -> list[str]:
    """Ring for everything that is due.

    :returns: the jobs rung for
    """
    rung = []
    with entered(Scope.staff()):
        for entry in SCHEDULE:
            with transaction():
                due = not entry.only_if or session.execute(text(entry.only_if)).first() is not None
                claimed = due and session.execute(_CLAIM, {"job": entry.job, "seconds": entry.seconds}).first()
            if claimed and doorbell.ring(entry.job):
                rung.append(entry.job)
    return rung


def run(settings: Settings) -> None:
    """Look at the list every second until told to stop. A database that is away for a while is waited for."""
    start_process(settings, settings.database_worker_url)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log.info("scheduler_ready")
    while not stop.wait(BEAT):
        try:
            tick()
        except OperationalError as problem:
            log.warning("database_away", problem=str(problem.orig).strip())
            session.remove()
