"""How an ERP connection is, for the one line that pages show about it: silent, back again, or too old in its prices.

Nothing wrong: nothing to say. What is known comes from the line that delivery keeps, and from the sync. Not for deciding
whether to call: see `app.services.live_calls`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, text

from app.clock import business_zone, now
from app.domain.readable import age
from app.extensions import session

LONGEST_PAUSE = timedelta(minutes=15)  # a sync that is merely late is no silence
AFTER_A_STOP = timedelta(seconds=30)  # one that was broken off may have been bad luck
BACK_IS_NEWS_FOR = timedelta(hours=2)
NOON = time(12)

_name = "ERP"
_too_old = timedelta(hours=24)


def start_silence(erp_name: str, price_age_hours: int) -> None:
    """What people call the ERP (setting ERP_NAME), and how old prices may get (PRICE_AGE_HOURS)."""
    global _name, _too_old
    _name, _too_old = erp_name, timedelta(hours=price_age_hours)


class Kind(StrEnum):
    """What there is to say to a buyer."""

    SILENT = "silent"
    BACK = "back"
    OLD = "old"


@dataclass(frozen=True, slots=True)
class News:
    """What a buyer reads. `since`: silent, or back, since then; `prices_of`: how old the prices are.

    `orders` of this company went in after the silence, all of them sent `this_morning` or not; for `differing` of them a
    price needs an answer. `hours` is how old prices may get.
    """

    kind: Kind
    since: datetime
    prices_of: datetime | None
    orders: int = 0
    this_morning: bool = False
    differing: int = 0
    hours: int = 0


_LINE = text("""
    select max(s.fresh_at) as heard, bool_or(s.problem like 'Reading % stopped:%') as stopped,
           max(s.fresh_at) filter (where s.entity = 'prices') as prices_of,
           (select l.breaker from erp_line l where l.connection = :source) as breaker,
           (select l.openings from erp_line l where l.connection = :source) as openings,
           (select l.changed_at from erp_line l where l.connection = :source) as changed_at,
           (select l.answered_at from erp_line l where l.connection = :source) as answered_at,
           (select l.probe_at from erp_line l where l.connection = :source) as probe_at
      from sync_state s where s.source = :source""")


def silent_since(source: str) -> datetime | None:
    """When we last heard of the ERP, if that is too long ago; None while all is well, and before the first sync."""
    return _silent(session.execute(_LINE, {"source": source}).one())


def _silent(line: Row[Any]) -> datetime | None:
    heard: datetime | None = line.heard
    if line.breaker is not None and line.breaker != "closed":
        known = [at for at in (heard, line.answered_at) if at is not None]
        since: datetime = max(known) if known else line.changed_at
        return since
    if heard is None:
        return None
    answered = max(at for at in (heard, line.answered_at) if at is not None)
    pause = AFTER_A_STOP if line.stopped else LONGEST_PAUSE
    return answered if now() - answered > pause else None


def news(source: str, customer_id: int) -> News | None:
    """What the people of a customer should know; None when nothing is wrong."""
    line = session.execute(_LINE, {"source": source}).one()
    if (since := _silent(line)) is not None:
        return News(Kind.SILENT, since, line.prices_of or since)
    if line.prices_of is not None and now() - line.prices_of > _too_old:
        return News(Kind.OLD, line.prices_of, line.prices_of, hours=int(_too_old.total_seconds() // 3600))
    return _back(source, customer_id, line)


_WENT_IN = text("""
    select count(*) filter (where m.state = 'done') as entered, min(m.created_at) as first, max(m.created_at) as last,
           (select count(*) from proposal p join customer_order o on o.id = p.order_id
             where o.customer_id = :customer and o.source = :source and p.origin = 'prices' and p.state = 'open'
               and p.proposed_at >= :back) as differing
      from outbox_message m
     where m.customer_id = :customer and m.connection = :source and m.kind = 'create_order' and m.created_at < :back
       and m.created_at > cast(:back as timestamptz) - interval '3 days'
       and (m.state = 'waiting' or m.finished_at >= :back) and m.state <> 'withdrawn'""")


def _back(source: str, customer_id: int, line: Row[Any]) -> News | None:
    """Only for whom it matters: somebody of the company ordered meanwhile."""
    if not line.openings or line.changed_at is None or now() - line.changed_at > BACK_IS_NEWS_FOR:
        return None
    at = {"source": source, "customer": customer_id, "back": line.changed_at}
    found = session.execute(_WENT_IN, at).one()
    if not found.entered and not found.differing:
        return None
    morning = found.first is not None and _this_morning(found.first) and _this_morning(found.last)
    return News(Kind.BACK, line.changed_at, line.prices_of, found.entered, morning, found.differing)


def _this_morning(moment: datetime) -> bool:
    local = moment.astimezone(business_zone())
    return local.date() == now().astimezone(business_zone()).date() and local.time() < NOON


_BEFORE = text("""
    select count(distinct b.order_id) from outbox_message m
      join outbox_message b on b.connection = m.connection and b.state = 'waiting' and b.id < m.id
     where m.order_id = :order and m.state = 'waiting' and b.order_id <> m.order_id""")


def waiting_before(order_id: int) -> int:
    """How many orders reach the ERP before this one (staff's scope)."""
    return int(session.execute(_BEFORE, {"order": order_id}).scalar_one())


@dataclass(frozen=True, slots=True)
class DeskNews:
    """What desk and administrators read about a silent ERP. `next_try` None: at once."""

    erp: str
    since: datetime
    orders: int
    oldest: timedelta | None
    next_try: datetime | None

    @property
    def oldest_words(self) -> str:
        """How long the oldest has waited."""
        return age(self.oldest or timedelta())


_WAITING = text("""
    select count(distinct order_id) as orders, min(created_at) as oldest, min(due_at) as due_at from outbox_message
     where connection = :source and state = 'waiting'""")


def desk_news(source: str) -> DeskNews | None:
    """For people who work for us (staff's scope); None while the ERP answers."""
    line = session.execute(_LINE, {"source": source}).one()
    since = _silent(line)
    if since is None:
        return None
    waiting = session.execute(_WAITING, {"source": source}).one()
    oldest = None if waiting.oldest is None else now() - waiting.oldest
    due = line.probe_at if line.breaker == "open" and line.probe_at else waiting.due_at
    return DeskNews(_name, since, waiting.orders, oldest, due if due is not None and due > now() else None)
