"""Since when an ERP connection has been silent, as the sync has noticed; for the one line that pages show about it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text

from app.clock import now
from app.extensions import session

LONGEST_PAUSE = timedelta(minutes=15)  # a sync that is merely late is no silence
AFTER_A_STOP = timedelta(seconds=30)  # one that was broken off may have been bad luck

_LAST_WORD = text("""
    select max(fresh_at) as heard, bool_or(problem like 'Reading % stopped:%') as stopped
      from sync_state where source = :source""")


def silent_since(source: str) -> datetime | None:
    """When we last heard of the ERP, if that is too long ago; None while all is well, and before the first sync."""
    row = session.execute(_LAST_WORD, {"source": source}).one()
    heard: datetime | None = row.heard
    if heard is None:
        return None
    pause = AFTER_A_STOP if row.stopped else LONGEST_PAUSE
    return heard if now() - heard > pause else None
