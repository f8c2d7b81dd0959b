"""Reads the audit record of one object: when, who, from where, before and after, and the ERP call it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.extensions import session


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. `erp_call` is empty when no call belongs to it; `what` is a tag of `app.audit.tags`."""

    at: datetime
    who: str
    kind: str
    ip: str
    what: str
    version: int | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    correlation_id: str
    erp_call: dict[str, Any] | None


_HISTORY = text("""
    select e.at, coalesce(n.value, e.actor_kind) as who, e.actor_kind as kind, coalesce(i.value, '') as ip, e.tag as what,
           e.object_version as version, e.before, e.after, e.correlation_id,
           case when c.id is not null then json_build_object('id', c.id, 'operation', c.operation, 'outcome', c.outcome,
                'milliseconds', c.milliseconds, 'at', c.started_at) end as erp_call
      from audit_event e
      left join audit_personal n on n.code = e.actor_code
      left join audit_personal i on i.code = e.ip_code
      left join erp_call c on c.id = e.erp_call_id
     where e.object_kind = :kind and e.object_number = :number
     order by e.id""")


def history(object_kind: str, object_number: str) -> Sequence[Entry]:
    """Every change of an object within the scope, in the order they were made."""
    rows = session.execute(_HISTORY, {"kind": object_kind, "number": object_number}).mappings()
    return [Entry(**row) for row in rows]
