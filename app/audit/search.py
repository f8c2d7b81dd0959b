"""Finds records by who, whose, when and what, newest first, within the scope of the transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.extensions import session


@dataclass(frozen=True, slots=True)
class Wanted:
    """Empty means any. `user` is a login or the name of a job, `customer` a customer's number, `object` P-10391."""

    user: str = ""
    customer: str = ""
    since: datetime | None = None
    until: datetime | None = None
    object: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One record with its object."""

    id: int
    at: datetime
    who: str
    kind: str
    ip: str
    what: str
    object_kind: str
    object: str
    customer: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    correlation_id: str


_SEARCH = text("""
    select e.id, e.at, coalesce(n.value, e.actor_kind) as who, e.actor_kind as kind, coalesce(i.value, '') as ip,
           e.tag as what, e.object_kind, e.object_number as object, c.number as customer, e.before, e.after,
           e.correlation_id
      from audit_event e
      left join audit_personal n on n.code = e.actor_code
      left join audit_personal i on i.code = e.ip_code
      left join customer c on c.id = e.customer_id
     where (cast(:before as bigint) is null or e.id < :before)
       and (cast(:user as text) = '' or lower(n.value) = lower(:user) or e.actor_kind = :user)
       and (cast(:customer as text) = '' or c.number = :customer)
       and (cast(:since as timestamptz) is null or e.at >= :since)
       and (cast(:until as timestamptz) is null or e.at < :until)
       and (cast(:object as text) = '' or e.object_number = :object)
     order by e.id desc limit :limit""")


def search(wanted: Wanted, *, before_id: int | None, limit: int) -> Sequence[Found]:
    """:param before_id: go on after this record"""
    rows = session.execute(
        _SEARCH,
        {
            "before": before_id,
            "user": wanted.user,
            "customer": wanted.customer,
            "since": wanted.since,
            "until": wanted.until,
            "object": wanted.object,
            "limit": limit,
        },
    ).mappings()
    return [Found(**row) for row in rows]
