"""Comparing a condition with what is open: raised once, kept up to date, cleared when it is over.

Two watchers at once do no harm: one open alert per kind and subject, and one mail per alert and reader, are unique in
the database.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from app.extensions import session
from app.services.alerts.kinds import AlertKind, limit_of
from app.services.alerts.telling import QUIET_MINUTES, tell


@dataclass(frozen=True, slots=True)
class Looked:
    """The subjects of alerts that were raised and cleared by one look; an empty subject is one, too."""

    raised: tuple[str, ...] = ()
    cleared: tuple[str, ...] = ()


def look(kind: AlertKind) -> Looked:
    """See whether it is so now. The caller commits, in the staff scope."""
    found = session.execute(text(kind.condition), {"limit": limit_of(kind.code)}).all()
    raised = tuple(row.subject for row in found if _is_new(kind, row.subject, row.facts))
    return Looked(raised, _clear(kind, [row.subject for row in found]))


_REFRESH = text("""
    update alert set facts = :facts where kind = :kind and subject = :subject and cleared_at is null returning id""")
_REOPEN = text("""
    update alert set facts = :facts, cleared_at = null
     where id = (select max(id) from alert where kind = :kind and subject = :subject)
       and cleared_at > now() - make_interval(mins => :quiet)
    returning id""")
_RAISE = text("""
    insert into alert (kind, subject, facts) values (:kind, :subject, :facts)
    on conflict (kind, subject) where cleared_at is null do nothing returning id""")


def _is_new(kind: AlertKind, subject: str, facts: Mapping[str, Any]) -> bool:
    """Whether nobody has been told yet; then they are."""
    values = {"kind": kind.code, "subject": subject, "facts": json.dumps(facts), "quiet": QUIET_MINUTES}
    if session.execute(_REFRESH, values).first() or session.execute(_REOPEN, values).first():
        return False
    alert_id = session.execute(_RAISE, values).scalar()
    if alert_id is None:
        return False
    tell(kind, alert_id, {**facts, "subject": subject})
    return True


_CLEAR = text("""
    update alert set cleared_at = now()
     where kind = :kind and cleared_at is null and not subject = any(:subjects) returning subject""")


def _clear(kind: AlertKind, still: list[str]) -> tuple[str, ...]:
    return tuple(session.execute(_CLEAR, {"kind": kind.code, "subjects": still}).scalars())
