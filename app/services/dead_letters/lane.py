"""The way of one order into the ERP: each message, each call made for it, which try it is, when the next one comes.

Bodies of calls are redacted and cut when they are kept; here they are only read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from app.extensions import session

MOST_CALLS = 60


@dataclass(frozen=True, slots=True)
class LaneCall:
    """One request and what came back. `status` is None without an answer."""

    id: int
    message_id: int | None
    operation: str
    method: str
    url: str
    started_at: datetime
    milliseconds: int
    status: int | None
    outcome: str
    request_body: str
    response_body: str
    erp_request_id: str


@dataclass(frozen=True, slots=True)
class LaneMessage:
    """One message. `due_at` is the next try while it waits; `sending` while somebody is at it."""

    id: int
    kind: str
    state: str
    reason_code: str
    reason: str
    attempts: int
    created_at: datetime
    due_at: datetime
    finished_at: datetime | None
    owner: str
    sending: bool


@dataclass(frozen=True, slots=True)
class ErpLane:
    """Oldest first. `calls` are the latest `MOST_CALLS`."""

    messages: Sequence[LaneMessage]
    calls: Sequence[LaneCall]

    def calls_of(self, message_id: int) -> list[LaneCall]:
        return [call for call in self.calls if call.message_id == message_id]


_MESSAGES = text("""
    select m.id, m.kind, m.state, m.reason_code, m.reason, m.attempts, m.created_at, m.due_at, m.finished_at,
           coalesce(p.name, '') as owner, coalesce(m.state = 'waiting' and m.lease_until > now(), false) as sending
      from outbox_message m left join person p on p.id = m.owner_id where m.order_id = :order order by m.id""")
_CALLS = text("""
    select id, message_id, operation, method, url, started_at, milliseconds, status, outcome, request_body, response_body,
           erp_request_id
      from erp_call where order_id = :order order by id desc limit :most""")


def lane(order_id: int) -> ErpLane:
    """Everything of one order; within the scope of staff, who alone may read it."""
    messages = session.execute(_MESSAGES, {"order": order_id}).mappings()
    calls = session.execute(_CALLS, {"order": order_id, "most": MOST_CALLS}).mappings().all()
    return ErpLane([LaneMessage(**row) for row in messages], [LaneCall(**row) for row in reversed(calls)])


_TRIED = text("""
    select state, attempts from outbox_message where order_id = :order and kind = 'create_order'
     order by id desc limit 1""")


def standing(order_id: int) -> str:
    """In a word, for everybody who may read the order: waiting, tried already, dead; empty when it is through."""
    row = session.execute(_TRIED, {"order": order_id}).one_or_none()
    if row is None or row.state not in ("waiting", "dead"):
        return ""
    return "tried" if row.state == "waiting" and row.attempts > 0 else str(row.state)
