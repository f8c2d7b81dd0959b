"""The schedule is one list. Ticks are rows claimed by compare-and-set, so that two schedulers ring once.

It is the safety net of what Redis may forget: what is due stands in rows, and is found here. The outbox needs none: the
worker's senders look for themselves.
"""

from __future__ import annotations

import signal
import threading
from dataclasses import dataclass

import structlog
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app import heartbeat
from app.extensions import doorbell, session, transaction
from app.jobs import alerts
from app.jobs.erp_calls import Writing
from app.jobs.mail import start_mail
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
        "mail.deliver",
        3,
        "select 1 from mail where state = 'waiting' and due_at <= now()"
        " and (lease_until is null or lease_until < now()) limit 1",
    ),
    Entry(heartbeat.RING, heartbeat.EVERY),
    Entry("alerts.watch", alerts.EVERY),
    Entry(
        "agreeing.follow",
        10,
        "select 1 from proposal p join customer_order o on o.id = p.order_id"
        " where (p.state = 'open' and (o.process in ('cancelled', 'delivered', 'draft') or o.validation = 'rejected'))"
        " or (p.origin = 'erp' and o.hold_reason is null and o.process in ('confirmed', 'in_dispatch', 'delivered')"
        " and not exists (select 1 from mail m where m.dedup = concat('confirmation:', o.number, ':', 1))) limit 1",
    ),
    Entry(
        "rejudging.waiting",
        10,
        "select 1 from customer_order where (process = 'in_validation' and validation = 'pending')"
        " or process = 'draft' or hold_reason = 'erp_ahead' limit 1",
    ),
    Entry("sync.documents", 5),
    *(
        Entry(job, 5, f"select 1 from reading_wish where job = '{job}' limit 1")  # noqa: S608 (the names stand here)
        for job in ("sync.prices", "sync.stock", "sync.items", "sync.customers")
    ),
    Entry("sync.reference", 60),
    Entry("reconcile.nightly", 600),
    Entry("reconcile.go_on", 30, "select 1 from reconciliation_run where finished_at is null limit 1"),
    Entry("reconcile.watch", 60),
    Entry("erp_calls.forget", 86_400),
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
    start_mail(settings.smtp_url, settings.public_url)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    writing = Writing().start()
    log.info("scheduler_ready")
    while not stop.wait(BEAT):
        try:
            tick()
            alerts.stand_in()
        except OperationalError as problem:
            log.warning("database_away", problem=str(problem.orig).strip())
            session.remove()
    writing.stop()
