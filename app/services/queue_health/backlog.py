"""What waits for an ERP or a mail server, now and at any moment before: a message says when it was written and finished."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from app.extensions import session
from app.services.queue_health.window import Window


@dataclass(frozen=True, slots=True)
class Overdue:
    """Messages that may go out and that nobody has taken yet; `since` is when the first became due."""

    messages: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """:ivar oldest_order: when the order was accepted that waits longest to reach the ERP, and its number
    :ivar mails_since: when the mail was written that waits longest
    """

    waiting: int
    dead: int
    in_hand: int
    oldest_order: datetime | None
    oldest_number: str
    overdue: Overdue
    mails_waiting: int
    mails_since: datetime | None
    mails_dead: int
    drifts: int
    drifts_since: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many messages waited at that moment."""

    at: datetime
    messages: int


_NOW = text("""
    select o.waiting, o.dead, o.in_hand, first.created_at as oldest_order, coalesce(first.number, '') as oldest_number,
           o.overdue, o.overdue_since, m.waiting as mails_waiting, m.since as mails_since, m.dead as mails_dead,
           d.drifts, d.since as drifts_since
      from (select count(*) filter (where state = 'waiting') as waiting, count(*) filter (where state = 'dead') as dead,
                   count(*) filter (where state = 'waiting' and lease_until > now()) as in_hand,
                   count(*) filter (where late) as overdue, min(due_at) filter (where late) as overdue_since
              from (select state, due_at, lease_until, state = 'waiting' and due_at <= now()
                                                   and coalesce(lease_until <= now(), true) as late
                      from outbox_message where state in ('waiting', 'dead')) open) o
     cross join (select count(*) filter (where state = 'waiting') as waiting,
                        min(created_at) filter (where state = 'waiting') as since,
                        count(*) filter (where state = 'dead' and created_at > now() - interval '1 day') as dead
                   from mail where state in ('waiting', 'dead')) m
     cross join (select count(*) as drifts, min(found_at) as since from drift where state = 'open') d
      left join (select x.created_at, c.number from outbox_message x left join customer_order c on c.id = x.order_id
                  where x.state = 'waiting' and x.kind = 'create_order' order by x.created_at limit 1) first on true""")


def backlog() -> Backlog:
    """How much waits at this moment; dead mails are those of the last day."""
    row = dict(session.execute(_NOW).mappings().one())
    overdue = Overdue(row.pop("overdue"), row.pop("overdue_since"))
    return Backlog(overdue=overdue, **row)


_OVER = text("""
    with open as materialized (
        select created_at, case when state = 'waiting' then null else finished_at end as finished_at
          from outbox_message where state = 'waiting' or finished_at >= now() - :length)
    select moment.at, (select count(*) from open
                        where created_at <= moment.at and (finished_at is null or finished_at > moment.at)) as messages
      from generate_series(now() - :length, now(), :step) moment (at) order by moment.at""")


def waiting_over(window: Window) -> Sequence[Waiting]:
    """How many messages waited, from the beginning of the window until now. One that was sent again waited all along."""
    wanted = {"length": window.length, "step": window.step}
    return [Waiting(**row) for row in session.execute(_OVER, wanted).mappings()]
