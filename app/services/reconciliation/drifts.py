"""Drifts as they are kept: open while they are found again and again, then healed, decided or gone. Staff's scope."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.errors import NotFound
from app.extensions import session, wake
from app.services.reconciliation.kinds import FOR_PEOPLE, HEAL_BY_READING, HEAL_BY_SENDING, Kind
from app.services.reconciliation.sides import Found

# What a person has left as it is stays decided as long as every run finds it, looking the same; only its last sight is
# noted. What they did something about, or what was gone in between, has come again.
_KEEP = text("""
    with sent as (
        select * from jsonb_to_recordset(cast(:rows as jsonb))
               as row (kind text, object_type text, object text, customer_id bigint, detail jsonb)),
    decided as (
        update drift d set seen_at = now(), seen_in = :run from sent s
         where d.source = :source and d.kind = s.kind and d.object_type = s.object_type and d.object = s.object
           and d.state = 'decided' and d.detail = s.detail and d.settlement like 'leave:%'
           and not exists (select from reconciliation_run r where r.source = d.source and r.id > d.seen_in
                              and r.id < :run and r.finished_at is not null and r.problem = '')
           and d.id = (select max(x.id) from drift x where x.source = d.source and x.kind = d.kind
                          and x.object_type = d.object_type and x.object = d.object)
        returning d.kind, d.object_type, d.object)
    insert into drift as d (source, customer_id, kind, object_type, object, detail, seen_in)
    select :source, customer_id, kind, object_type, object, detail, :run from sent s
     where not exists (select from decided x where (x.kind, x.object_type, x.object) = (s.kind, s.object_type, s.object))
     order by kind, object_type, object
    on conflict (source, kind, object_type, object) where state = 'open'
    do update set seen_at = now(), times = d.times + (d.seen_in <> excluded.seen_in)::int, seen_in = excluded.seen_in,
                  detail = excluded.detail, customer_id = excluded.customer_id""")


def keep(source: str, run: int, found: Sequence[Found]) -> None:
    """Note what was found in this run, in the open transaction."""
    rows = {
        (each.kind, each.object_type, each.object): {
            "kind": each.kind.value,
            "object_type": each.object_type,
            "object": each.object,
            "customer_id": each.customer_id,
            "detail": each.detail(),
        }
        for each in found
    }
    if rows:
        session.execute(_KEEP, {"source": source, "run": run, "rows": json.dumps(list(rows.values()))})


_OPEN_ONES = text("""
    select object from drift
     where source = :source and kind = :kind and object = any(:objects) and state = 'open'""")


def still_open(source: str, kind: Kind, objects: Collection[str]) -> frozenset[str]:
    """Which of these nobody has decided about yet."""
    wanted = {"source": source, "kind": kind.value, "objects": list(objects)}
    return frozenset(session.execute(_OPEN_ONES, wanted).scalars())


_HEALED = text("""
    update drift set state = 'healed', settled_at = now()
     where source = :source and state = 'open' and kind = :kind and object = any(:objects)""")


def healed(source: str, kind: Kind, objects: Collection[str]) -> None:
    """These are over by themselves."""
    if objects:
        session.execute(_HEALED, {"source": source, "kind": kind.value, "objects": list(objects)})


# What was read into the mirror agrees by that; the state of an order is asked again before (see `healed`).
_FINISH = text("""
    update drift set state = case when kind = any(:heal) then 'healed' else 'gone' end, settled_at = now()
     where source = :source and state = 'open' and (seen_in < :run or kind = any(:read))""")


def finish(source: str, run: int) -> None:
    """A run came to its end: what it did not find any more is over."""
    by_reading = HEAL_BY_READING - {Kind.STATE_BEHIND}
    heal = [kind.value for kind in HEAL_BY_READING | HEAL_BY_SENDING]
    read = [kind.value for kind in by_reading]
    session.execute(_FINISH, {"source": source, "run": run, "heal": heal, "read": read})


# One try more counts as one that may have got there, so that the next one asks first; nobody's claim is touched.
_LOOK_UP_FIRST = text("""
    update outbox_message m
       set attempts = m.attempts + (m.attempts <= coalesce((m.tries->>'unsent')::int, 0))::int,
           sent_at = coalesce(m.sent_at, now()), due_at = now()
      from drift d join customer_order o on o.number = d.object
     where d.source = :source and d.seen_in = :run and d.state = 'open' and d.kind = :kind and o.key = any(:keys)
       and m.order_id = o.id and m.kind = 'create_order' and m.state = 'waiting'
       and (m.lease_until is null or m.lease_until < now()) returning m.id""")


def look_up_first(source: str, run: int, keys: Collection[str]) -> None:
    """Orders the ERP has while their messages wait: the messages are due now and ask the ERP first."""
    wanted = {"source": source, "run": run, "keys": list(keys), "kind": Kind.WAITS_HERE.value}
    if session.execute(_LOOK_UP_FIRST, wanted).first():
        wake("relay.drain")


# A message that found its document there has been closed by delivery; its order has the ERP's number then.
_CLOSED_MEANWHILE = text("""
    update drift d set state = 'healed', settled_at = now()
     where d.source = :source and d.state = 'open' and d.kind = any(:kinds)
       and exists (select from customer_order o where o.number = d.object and not exists (
           select from outbox_message m where m.order_id = o.id and m.kind = 'create_order' and m.state = 'waiting'))""")


def close_what_was_sent(source: str) -> None:
    """Drifts that delivery was to heal, and has."""
    session.execute(_CLOSED_MEANWHILE, {"source": source, "kinds": [kind.value for kind in HEAL_BY_SENDING]})


@dataclass(frozen=True, slots=True)
class OpenDrifts:
    """How many of a kind are open, and since when the oldest is; `for_people`: none of them heals by itself."""

    count: int
    oldest: datetime
    for_people: bool


_OPEN = text("select kind, count(*) as found, min(found_at) as oldest from drift where state = 'open' group by kind")


def open_drifts() -> Mapping[str, OpenDrifts]:
    """What is open now, by kind; a kind without any is not in it."""
    people = {kind.value for kind in FOR_PEOPLE}
    return {row.kind: OpenDrifts(row.found, row.oldest, row.kind in people) for row in session.execute(_OPEN)}


@dataclass(frozen=True, slots=True)
class StoredDrift:
    """One drift as it is kept."""

    id: int
    source: str
    customer_id: int | None
    kind: Kind
    object_type: str
    object: str
    detail: Mapping[str, Any]
    state: str

    @property
    def facts(self) -> Mapping[str, str]:
        facts: Mapping[str, str] = self.detail.get("facts", {})
        return facts


_ONE = "select id, source, customer_id, kind, object_type, object, detail, state from drift where id = :id"


def one(drift_id: int, *, lock: bool = False) -> StoredDrift:
    """:raises NotFound: there is none with this number"""
    row = session.execute(text(_ONE + (" for update" if lock else "")), {"id": drift_id}).mappings().one_or_none()
    if row is None:
        raise NotFound()
    return StoredDrift(**{**row, "kind": Kind(row["kind"])})


_SETTLE = text("""
    update drift set state = 'decided', settled_at = now(), settled_by_name = :by, settlement = :settlement
     where id = :id""")


def settle(drift_id: int, *, by: str, settlement: str) -> None:
    """A person has decided."""
    session.execute(_SETTLE, {"id": drift_id, "by": by, "settlement": settlement})
