"""How the line to an ERP is, kept in one row a connection that all processes share. What it means: `app.domain.line`."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, text
from sqlalchemy.orm import Session, scoped_session

from app.domain.breaker import Breaker, State
from app.domain.line import Line
from app.domain.pace import Bucket

At = Connection | Session | scoped_session[Session]

_LOOK = """
    select breaker, changed_at, openings, probe_at, probe_until, not_before, recent, allowance, allowance_at,
           answered_at, reason, clock_timestamp() as now
      from erp_line where connection = :connection"""
_LOCK = f"{_LOOK} for update"
_FIRST = text("insert into erp_line (connection, allowance) values (:connection, 1) on conflict do nothing")
_KEEP = text("""
    update erp_line set breaker = :breaker, changed_at = :changed_at, openings = :openings, probe_at = :probe_at,
           probe_until = :probe_until, not_before = :not_before, recent = cast(:recent as jsonb), allowance = :allowance,
           allowance_at = :allowance_at, answered_at = :answered_at, reason = :reason
     where connection = :connection""")


def look(at: At, connection: str) -> tuple[Line, datetime] | None:
    """The line and the moment by the database's clock; None when nobody has used it. Locks nothing."""
    row = at.execute(text(_LOOK), {"connection": connection}).one_or_none()
    return None if row is None else (_line(row), row.now)


def lock(at: At, connection: str) -> tuple[Line, datetime]:
    """The same, and nobody else changes it until the transaction ends."""
    row = at.execute(text(_LOCK), {"connection": connection}).one_or_none()
    if row is None:
        at.execute(_FIRST, {"connection": connection})
        row = at.execute(text(_LOCK), {"connection": connection}).one()
    return _line(row), row.now


def keep(at: At, connection: str, line: Line) -> None:
    """Store what became of a line that is locked."""
    at.execute(_KEEP, {"connection": connection, **_values(line)})


def _line(row: Row[Any]) -> Line:
    breaker = Breaker(
        State(row.breaker),
        row.changed_at,
        openings=row.openings,
        probe_at=row.probe_at,
        probe_until=row.probe_until,
        recent=tuple((float(at), bool(answered)) for at, answered in row.recent),
    )
    bucket = Bucket(float(row.allowance), row.allowance_at)
    return Line(breaker, bucket, row.not_before, row.answered_at, row.reason)


def _values(line: Line) -> dict[str, Any]:
    recent = ",".join(f"[{at},{'true' if answered else 'false'}]" for at, answered in line.breaker.recent)
    return {
        "breaker": line.breaker.state.value,
        "changed_at": line.breaker.changed_at,
        "openings": line.breaker.openings,
        "probe_at": line.breaker.probe_at,
        "probe_until": line.breaker.probe_until,
        "not_before": line.not_before,
        "recent": f"[{recent}]",
        "allowance": Decimal(line.bucket.left).quantize(Decimal("0.001")),
        "allowance_at": line.bucket.at,
        "answered_at": line.answered_at,
        "reason": line.reason,
    }
