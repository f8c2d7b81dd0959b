"""The messages as people look at them. Not for sending them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from app.errors import NotFound
from app.extensions import session

STATES = ("waiting", "dead", "done", "handed_over", "withdrawn")


@dataclass(frozen=True, slots=True)
class Message:
    """`reason` says in words why a message waits or is dead; `number` is the order's, `owner` has taken it up."""

    id: int
    kind: str
    number: str
    order_key: str
    connection: str
    state: str
    attempts: int
    created_at: datetime
    due_at: datetime
    finished_at: datetime | None
    reason_code: str
    reason: str
    owner: str
    erp_number: str


_MESSAGES = """
    select m.id, m.kind, o.number, m.order_key, m.connection, m.state, m.attempts, m.created_at, m.due_at, m.finished_at,
           m.reason_code, m.reason, coalesce(p.name, '') as owner, o.erp_number
      from outbox_message m join customer_order o on o.id = m.order_id left join person p on p.id = m.owner_id"""
_LIST = text(f"""{_MESSAGES}
     where (cast(:before as bigint) is null or m.id < :before) and (cast(:state as text) = '' or m.state = :state)
     order by m.id desc limit :limit""")
_ONE = text(f"{_MESSAGES} where m.id = :id")


def messages(*, state: str, before_id: int | None, limit: int) -> Sequence[Message]:
    """Newest first.

    :param state: one of STATES; empty for all
    """
    rows = session.execute(_LIST, {"state": state, "before": before_id, "limit": limit}).mappings()
    return [Message(**row) for row in rows]


def message(message_id: int) -> Message:
    """:raises NotFound: no such message"""
    row = session.execute(_ONE, {"id": message_id}).mappings().one_or_none()
    if row is None:
        raise NotFound()
    return Message(**row)
