"""How far the mirror of each entity has come, kept with the data so that a broken run goes on from its last page.

`page_cursor` holds what kind of run is under way and the cursor of its last page, as in `full <cursor>`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import text

from app import clock
from app.extensions import session
from app.services.reference_sync.mirror import Turn

_RESUMED_WITHIN = timedelta(hours=24)  # what was read longer ago is read again
_NAMED = 5


@dataclass(slots=True, kw_only=True)
class Progress:
    """One run of one entity.

    :param since: where reading starts; None reads everything
    :param began: for a run taken up again, when its first part began
    """

    source: str
    entity: str
    full: bool
    since: str | None
    began: datetime
    rows: int = 0
    cursor: str | None = None
    set_aside: list[str] = field(default_factory=list)

    def turn(self) -> Turn:
        """The next page, now."""
        return Turn(source=self.source, at=max(clock.now(), self.began), full=self.full)


_STATE = text(
    "select cursor, page_cursor, started_at, rows from sync_state where source = :source and entity = :entity"
)
_BEGIN = text(
    """
    insert into sync_state as s (source, entity, started_at, rows) values (:source, :entity, :began, 0)
    on conflict (source, entity) do update set started_at = excluded.started_at, rows = 0, page_cursor = null,
        quarantined = case when :full then 0 else s.quarantined end"""
)
_TURN = text(
    """
    update sync_state set page_cursor = :page_cursor, rows = :rows,
        quarantined = case when :full then quarantined + :new_set_aside else greatest(quarantined, :set_aside) end
    where source = :source and entity = :entity"""
)
_FINISH = text(
    """
    update sync_state set cursor = :cursor, page_cursor = null, finished_at = :now, fresh_at = :began,
        problem = :problem
    where source = :source and entity = :entity returning quarantined"""
)
_PROBLEM = text("update sync_state set problem = :problem where source = :source and entity = :entity")
_QUARANTINED = text("select quarantined from sync_state where source = :source and entity = :entity")
_READ_AGAIN = text(
    """
    update sync_state set cursor = null, page_cursor = null
    where source = :source and entity = any(:entities) and quarantined > 0"""
)


def begin(source: str, entity: str, *, full: bool) -> Progress:
    """Start a run, or take up the one that was interrupted. A full run does not go on from a partial one."""
    known = session.execute(_STATE, {"source": source, "entity": entity}).one_or_none()
    now = clock.now()
    if known is not None and known.page_cursor and known.started_at > now - _RESUMED_WITHIN:
        kind, _, since = known.page_cursor.partition(" ")
        if kind == "full" or not full:
            return Progress(
                source=source,
                entity=entity,
                full=kind == "full",
                since=since,
                began=known.started_at,
                rows=known.rows,
                cursor=since,
            )
    since = None if full or known is None else known.cursor
    fresh = Progress(source=source, entity=entity, full=since is None, since=since, began=now, cursor=since)
    session.execute(_BEGIN, {"source": source, "entity": entity, "began": now, "full": fresh.full})
    return fresh


def page_done(progress: Progress, *, cursor: str, rows: int, set_aside: Sequence[str]) -> None:
    """Note the page in the transaction that wrote it."""
    progress.rows += rows
    progress.cursor = cursor or progress.cursor
    progress.set_aside += set_aside
    kind = "full" if progress.full else "delta"
    session.execute(
        _TURN,
        {
            "source": progress.source,
            "entity": progress.entity,
            "page_cursor": f"{kind} {cursor}" if cursor else None,
            "rows": progress.rows,
            "full": progress.full,
            "new_set_aside": len(set_aside),
            "set_aside": len(progress.set_aside),
        },
    )


def finish(progress: Progress, *, warning: str = "") -> str:
    """The run came to its end: the next one starts from its last cursor.

    :param warning: a sentence to keep with the state
    :returns: what a person should know, empty when all is well
    """
    where = {"source": progress.source, "entity": progress.entity}
    quarantined = session.execute(_QUARANTINED, where).scalar_one()
    problem = " ".join(filter(None, [warning, in_words(quarantined, progress.set_aside)]))
    session.execute(
        _FINISH,
        {**where, "cursor": progress.cursor, "now": clock.now(), "began": progress.began, "problem": problem},
    )
    return problem


def stopped(progress: Progress, reason: str) -> str:
    """The ERP did not answer; what was read stays, and so does the place to go on from.

    :returns: the sentence that was stored
    """
    problem = f"Reading {progress.entity.replace('_', ' ')} stopped: {reason} The next run goes on from the last page."
    session.execute(_PROBLEM, {"source": progress.source, "entity": progress.entity, "problem": problem})
    return problem


def read_again(source: str, entities: Sequence[str]) -> None:
    """Something new arrived: rows that were set aside for want of it get another chance, from the beginning."""
    session.execute(_READ_AGAIN, {"source": source, "entities": list(entities)})


def in_words(count: int, sentences: Sequence[str]) -> str:
    """What was set aside, by name as far as this run met it."""
    if not count:
        return ""
    start = "1 row is set aside" if count == 1 else f"{count} rows are set aside"
    named = "; ".join(dict.fromkeys(sentences[:_NAMED]))
    return f"{start}{': ' if named else ''}{named}. They are read again as soon as what they need arrives."
