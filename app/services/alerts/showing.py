"""Open alerts as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from app.extensions import session
from app.services.alerts.kinds import BY_CODE
from app.services.alerts.words import Said


@dataclass(frozen=True, slots=True)
class Shown:
    """An open alert in the reader's language, and the page where something can be done about it."""

    kind: str
    said: Said
    path: str
    raised_at: datetime


_OPEN = text("select kind, subject, facts, raised_at from alert where cleared_at is null order by raised_at, id")


def open_alerts() -> Sequence[Shown]:
    """Oldest first, in the staff scope. A kind that an older version raised, and this one does not know, is left out."""
    return [
        Shown(row.kind, kind.says({**row.facts, "subject": row.subject}), kind.path, row.raised_at)
        for row in session.execute(_OPEN)
        if (kind := BY_CODE.get(row.kind)) is not None
    ]
