"""Who sends what: rows claimed with SKIP LOCKED, oldest first, one at a time per order.

A claim is a lease with a fencing number: the attempt. When the lease runs out somebody else may claim the row; whoever
held it before finds the attempt changed and can settle nothing any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from app.extensions import session

_lease_seconds = 120.0


def start_lease(seconds: float) -> None:
    """How long a claim of this process holds (setting OUTBOX_LEASE_SECONDS); longer than the longest call to an ERP."""
    global _lease_seconds
    _lease_seconds = seconds


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message we hold until its lease ends. `attempts` counts this one."""

    id: int
    customer_id: int
    order_id: int
    order_key: str
    connection: str
    kind: str
    body: Mapping[str, Any]
    attempts: int
    correlation_id: str


_CLAIM = text("""
    update outbox_message m
       set attempts = attempts + 1, lease_until = now() + make_interval(secs => :lease), sent_at = coalesce(sent_at, now())
     where m.id in (
        select d.id from outbox_message d
         where d.state = 'waiting' and d.due_at <= now() and (d.lease_until is null or d.lease_until < now())
           and not exists (select 1 from outbox_message earlier
                            where earlier.order_id = d.order_id and earlier.id < d.id and earlier.state = 'waiting')
         order by d.due_at, d.id limit :limit for update skip locked)
    returning m.id, m.customer_id, m.order_id, m.order_key, m.connection, m.kind, m.body, m.attempts, m.correlation_id""")


def claim(limit: int) -> Sequence[Claimed]:
    """Take up to `limit` due messages; the caller commits before it sends anything."""
    rows = session.execute(_CLAIM, {"limit": limit, "lease": _lease_seconds}).mappings().all()
    return [Claimed(**row) for row in sorted(rows, key=lambda row: row["id"])]


_HOLDS = text("select 1 from outbox_message where id = :id and attempts = :attempts and state = 'waiting' for update")


def still_ours(message: Claimed) -> bool:
    """Whether the claim holds; locks the row, so that it holds until the transaction ends."""
    return session.execute(_HOLDS, {"id": message.id, "attempts": message.attempts}).first() is not None
