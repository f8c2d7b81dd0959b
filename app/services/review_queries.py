"""The reads of the review desk, each one statement: the queue with its counts, and the facts beside an order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, text

from app.audit.tags import Tag
from app.clock import business_zone, now, today
from app.extensions import session

LAYERS = ("integrity", "business", "finance", "logistics")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the queue: one's own claims, one layer, or what the words name. Empty means everything."""

    claimed_by: int | None = None
    layer: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One order that waits at the desk. `points` are its review findings in desk words, by language."""

    id: int
    number: str
    customer_number: str
    customer_name: str
    reference: str
    net: Decimal
    currency: str
    lines: int
    waiting_since: datetime
    claimed_by_id: int | None
    claimed_by: str
    claimed_until: datetime | None
    points: list[dict[str, Any]]


_QUEUE = text("""
    select o.id, o.number, c.number as customer_number, c.name as customer_name, o.reference, o.net, o.currency,
           (select count(*) from order_line l where l.order_id = o.id) as lines, o.ball_since as waiting_since,
           p.id as claimed_by_id, coalesce(p.name, '') as claimed_by,
           case when p.id is not null then o.claimed_until end as claimed_until,
           (select coalesce(json_agg(json_build_object('rule', f.rule, 'layer', f.layer, 'line', f.line_number,
                                                       'message', f.texts -> 'message', 'desk', f.texts -> 'desk')
                                     order by f.id), '[]')
              from finding f where f.outcome = 'review' and f.judgement_id = j.id) as points
      from customer_order o
      join customer c on c.id = o.customer_id
      left join person p on p.id = o.claimed_by and o.claimed_until > :now
     cross join lateral (select max(id) as id from judgement where order_id = o.id) j
     where o.process = 'in_validation' and o.validation = 'pending' and o.ball_with = 'validator' and o.id > :after
       and (cast(:claimed_by as bigint) is null or p.id = :claimed_by)
       and (:layer = '' or exists (select 1 from finding f where f.judgement_id = j.id and f.outcome = 'review'
                                                             and f.layer = :layer))
       and (:words = '' or o.number ilike :like or o.reference ilike :like or c.name ilike :like
                        or c.number ilike :like)
     order by o.id limit :limit""")


def queue(asked: Asked | None = None, *, after_id: int = 0, limit: int = 50) -> list[QueueRow]:
    """What waits at the desk, oldest first.

    :param after_id: go on after this one
    """
    asked = asked or Asked()
    values = {
        "now": now(),
        "after": after_id,
        "claimed_by": asked.claimed_by,
        "layer": asked.layer,
        "words": asked.words,
        "like": f"%{_escaped(asked.words)}%",
        "limit": limit,
    }
    return [QueueRow(**row) for row in session.execute(_QUEUE, values).mappings()]


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def next_number(asked: Asked, *, after_id: int, person_id: int | None) -> str:
    """The next order this person can take, going round once; empty when there is none."""
    rows = [*queue(asked, after_id=after_id, limit=20), *queue(asked, limit=20)]
    free = [row.number for row in rows if row.claimed_by_id in (None, person_id) and row.id != after_id]
    return free[0] if free else ""


@dataclass(frozen=True, slots=True)
class Tally:
    """How much there is. `layers` counts orders with a point of that layer, `others` orders others have to act on."""

    waiting: int
    mine: int
    layers: Mapping[str, int]
    others: Mapping[str, int]
    done: int = 0
    by_rules: int = 0

    @property
    def share_by_rules(self) -> int | None:
        """Of the orders decided today, in percent; None before the first."""
        decided = self.done + self.by_rules
        return round(100 * self.by_rules / decided) if decided else None


_WAITING = text("""
    select o.ball_with, count(*) as orders,
           count(*) filter (where o.claimed_by = :person and o.claimed_until > :now) as mine,
           count(*) filter (where 'integrity' = any(f.layers)) as integrity,
           count(*) filter (where 'business' = any(f.layers)) as business,
           count(*) filter (where 'finance' = any(f.layers)) as finance,
           count(*) filter (where 'logistics' = any(f.layers)) as logistics
      from customer_order o
     cross join lateral (
        select array_agg(distinct layer) as layers from finding
         where outcome = 'review'
           and judgement_id = (select max(id) from judgement where order_id = o.id)) f
     where o.process = 'in_validation' and o.validation = 'pending'
     group by o.ball_with""")
_DECIDED = text("""
    select (select count(*) from audit_event
             where actor_id in (select person_id from membership where 'validator' = any(roles)) and at >= :midnight
               and tag = :tag and after ->> 'validation' in ('approved', 'rejected')) as done,
           (select count(*) from audit_event
             where actor_id is null and actor_kind = 'rules' and at >= :midnight
               and tag = :tag and after ->> 'validation' = 'approved') as by_rules""")


def tally(person_id: int | None) -> Tally:
    """What waits here and with others, and what was decided today."""
    rows = session.execute(_WAITING, {"person": person_id, "now": now()}).all()
    here = next((row for row in rows if row.ball_with == "validator"), None)
    others = {row.ball_with: row.orders for row in rows if row.ball_with != "validator"}
    midnight = datetime.combine(today(), time(), business_zone())
    decided = session.execute(_DECIDED, {"midnight": midnight, "tag": Tag.ORDER_VALIDATION.value}).one()
    counted = Tally(0, 0, dict.fromkeys(LAYERS, 0), others, decided.done, decided.by_rules)
    if here is None:
        return counted
    return replace(counted, waiting=here.orders, mine=here.mine, layers={name: getattr(here, name) for name in LAYERS})


_PEOPLE = text("select id, name, language from person where id = any(:ids)")


def people(*ids: int | None) -> Mapping[int, Row[Any]]:
    """Name and language of people."""
    wanted = [each for each in ids if each is not None]
    return {row.id: row for row in session.execute(_PEOPLE, {"ids": wanted})}


@dataclass(frozen=True, slots=True)
class Past:
    """Orders of a customer in 90 days: how many, how many not accepted, and the last few."""

    orders: int
    not_accepted: int
    last: Sequence[Row[Any]]


PAST_DAYS = 90
_COUNT_PAST = text("""
    select count(*) as orders, count(*) filter (where validation = 'rejected') as not_accepted
      from customer_order
     where customer_id = :customer and id <> :except and process <> 'draft' and submitted_at > :since""")
_LAST = text("""
    select number, net, currency, submitted_at, process, validation from customer_order
     where customer_id = :customer and id <> :except and process not in ('draft', 'awaiting_approval')
     order by id desc limit 5""")


def past_orders(customer_id: int, *, without_order: int) -> Past:
    """What this customer ordered through the portal before."""
    values = {"customer": customer_id, "except": without_order, "since": now() - timedelta(days=PAST_DAYS)}
    counted = session.execute(_COUNT_PAST, values).one()
    return Past(counted.orders, counted.not_accepted, session.execute(_LAST, values).all())


_DECIDED_BEFORE = text("""
    select o.number, o.submitted_at, o.validation, o.review_reason, p.name as by, r.rules,
           coalesce((select m.body from order_message m where m.order_id = o.id and m.side = 'inside'
                      order by m.id desc limit 1), '') as note
      from customer_order o
      join person p on p.id = o.reviewed_by
     cross join lateral (
        select array_agg(distinct f.rule) as rules from finding f
         where f.judgement_id in (select id from judgement where order_id = o.id)
           and f.outcome = 'review' and f.rule = any(:rules)) r
     where o.customer_id = :customer and o.id <> :except and r.rules is not null
     order by o.id desc limit 5""")


def decided_before(customer_id: int, rules: Sequence[str], *, without_order: int) -> Sequence[Row[Any]]:
    """How the desk decided the same points for this customer before, the newest first."""
    values = {"customer": customer_id, "rules": list(rules), "except": without_order}
    return session.execute(_DECIDED_BEFORE, values).all() if rules else ()


_LAST_MESSAGE = text("""
    select kind, state, attempts, due_at, reason from outbox_message where order_id = :order order by id desc limit 1""")


def last_message(order_id: int) -> Row[Any] | None:
    """The newest message to the ERP about this order; None while nothing was sent."""
    return session.execute(_LAST_MESSAGE, {"order": order_id}).one_or_none()


_JUDGED = text("select id, judged_at from judgement where order_id = :order order by id desc limit 1")


def judged(order_id: int) -> Row[Any] | None:
    """The judgement that counts, and its age."""
    return session.execute(_JUDGED, {"order": order_id}).one_or_none()
