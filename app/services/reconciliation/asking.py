"""When portal and ERP are compared: every night, when a person asks, and every minute for what must not wait."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.extensions import session, transaction, wake
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import require
from app.security.scopes import Scope, entered
from app.services.lifecycle import author
from app.services.reconciliation import documents, drifts, runs

NIGHT = (1, 5)  # from one o'clock until five, by the seller's clock
_ONCE_A_NIGHT = timedelta(hours=12)
_AT_THE_LATEST = timedelta(hours=26)

_LAST = text("select max(started_at) from reconciliation_run where source = :source")
_OLD_ENOUGH = text("select 1 from customer_order where source = :source and created_at < :day limit 1")
_NEWEST = text("select coalesce(max(id), 0) from reconciliation_run where source = :source")


def ask(actor: Actor, source: str) -> int:
    """A person wants a comparison now, in the open transaction; the worker is called.

    :returns: the number of the run, also of one that is under way already
    """
    require(actor, Permission.RECONCILIATION_DECIDE)
    run = runs.start(source, asked_by=actor.name)
    change = Change(Tag.RECONCILIATION_ASKED, "reconciliation", str(run), None, {"erp": source})
    record([change], customer_id=None, author=author())
    wake("reconcile.go_on")
    return run


def nightly_is_due(source: str, *, now: datetime, zone: ZoneInfo) -> bool:
    """Whether the nightly comparison should begin: at night, or as soon as one has been missed.

    Before there is an order of the day before, there is nothing to compare.
    """
    last = session.execute(_LAST, {"source": source}).scalar()
    if last is None:
        day_before = now - timedelta(hours=12)
        old_enough = session.execute(_OLD_ENOUGH, {"source": source, "day": day_before}).first() is not None
        return old_enough and _at_night(now, zone)
    return last < now - _AT_THE_LATEST or (_at_night(now, zone) and last < now - _ONCE_A_NIGHT)


def _at_night(now: datetime, zone: ZoneInfo) -> bool:
    return NIGHT[0] <= now.astimezone(zone).hour < NIGHT[1]


def watch(source: str) -> int:
    """Orders that the mirror holds twice, so that nobody ships the second; and drifts that delivery has healed.

    :returns: how many orders are there twice
    """
    with entered(Scope.staff()):
        with transaction():
            newest = session.execute(_NEWEST, {"source": source}).scalar_one()
            drifts.close_what_was_sent(source)
        return documents.find_twins(source, newest)
