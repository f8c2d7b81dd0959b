"""What an event made worth reading, kept until it has been read: the effect of an event, in the transaction of the event.

Redis may forget every ring. A wish stays in the database; the scheduler rings for it until the job that reads has read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import text

from app.extensions import session

# Every renewal is later than the one before, so that a job can tell whether a wish is still the one it began with.
_WISH = text("""
    insert into reading_wish as w (source, job, wished_at)
    select cast(:source as text), job, clock_timestamp() from unnest(cast(:jobs as text[])) job
    on conflict (source, job) do update
       set wished_at = greatest(excluded.wished_at, w.wished_at + interval '1 microsecond')""")
_STANDING = text("select job, wished_at from reading_wish where source = :source and job = any(:jobs)")
_FULFILLED = text("delete from reading_wish where source = :source and job = :job and wished_at = :wished_at")


def wish(source: str, jobs: Collection[str]) -> None:
    """Want these jobs to read, in the open transaction and the staff scope."""
    if jobs:
        session.execute(_WISH, {"source": source, "jobs": sorted(jobs)})  # sorted: no two writers lock crosswise


def standing(source: str, jobs: Collection[str]) -> Mapping[str, datetime]:
    """The wishes there are before reading begins: job → when it was last renewed."""
    rows = session.execute(_STANDING, {"source": source, "jobs": sorted(jobs)})
    return {row.job: row.wished_at for row in rows}


def fulfil(source: str, read: Mapping[str, datetime]) -> None:
    """Everything was read: take the wishes away that reading began with; one renewed since then stays."""
    for job, wished_at in read.items():
        session.execute(_FULFILLED, {"source": source, "job": job, "wished_at": wished_at})
