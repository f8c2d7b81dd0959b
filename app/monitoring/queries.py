"""How things stand, in one statement each: for the metrics, the health check and pages of administrators.

Reads all customers, so it runs in the staff scope.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from app.extensions import session

_ORDERS = text("select process, validation, count(*) as orders from customer_order group by process, validation")
_OUTBOX = text("""
    select state, count(*) as messages, min(created_at) filter (where state = 'waiting') as oldest
    from outbox_message group by state
""")
_REFERENCE = text("select source, entity, fresh_at, rows, problem from sync_state order by source, entity")
_LINES = text("""
    select connection, breaker, least(changed_at, answered_at) as since, changed_at, probe_at, not_before, answered_at,
           reason from erp_line order by connection""")
_REVISION = text("select version_num from alembic_version")
_LONGEST_SCRAPE = text("set local statement_timeout = '5s'")


@dataclass(frozen=True, slots=True)
class OrderCount:
    process: str
    validation: str
    orders: int


@dataclass(frozen=True, slots=True)
class Outbox:
    """`oldest` is when the message was written that waits longest; None when none waits."""

    messages: dict[str, int]
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Mirror:
    """`fresh_at`: up to when the mirror holds what the ERP had; None before the first full run."""

    source: str
    entity: str
    fresh_at: datetime | None
    rows: int
    problem: str


@dataclass(frozen=True, slots=True)
class Line:
    """The line to an ERP. `since`: when it answered last, or when the breaker moved, whichever was earlier."""

    connection: str
    breaker: str
    since: datetime
    changed_at: datetime
    probe_at: datetime | None
    not_before: datetime | None
    answered_at: datetime | None
    reason: str


def be_quick() -> None:
    """No statement of this transaction may take longer than somebody who scrapes would wait."""
    session.execute(_LONGEST_SCRAPE)


def orders_by_state() -> list[OrderCount]:
    return [OrderCount(row.process, row.validation, row.orders) for row in session.execute(_ORDERS)]


def outbox() -> Outbox:
    rows = session.execute(_OUTBOX).all()
    oldest = [row.oldest for row in rows if row.oldest is not None]
    return Outbox({row.state: row.messages for row in rows}, min(oldest, default=None))


def mirrors() -> list[Mirror]:
    return [Mirror(row.source, row.entity, row.fresh_at, row.rows, row.problem) for row in session.execute(_REFERENCE)]


def lines() -> list[Line]:
    return [Line(**row) for row in session.execute(_LINES).mappings()]


def migration() -> str | None:
    """The migration the database stands at. Needs no scope."""
    return session.execute(_REVISION).scalar()
