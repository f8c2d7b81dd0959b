"""Events stored once, together with the wish that somebody reads, and the job that each kind of data is read by."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import text

from app import metrics
from app.extensions import doorbell, session
from app.services.inbox.wishes import wish

log = structlog.get_logger()

# what the news is about → the job below `app.jobs` that reads it
READERS: Mapping[str, str] = {
    "prices": "sync.prices",
    "stock": "sync.stock",
    "items": "sync.items",
    "customers": "sync.customers",
    "balances": "sync.customers",
    "orders": "sync.documents",
    "shipments": "sync.documents",
    "invoices": "sync.documents",
}
CHANGES = frozenset({"created", "updated", "deleted", "collection"})

_KEEP = text("""
    insert into erp_event (source, event_key, entity, change)
    select cast(:source as text), sent.event_key, sent.entity, sent.change
    from unnest(cast(:keys as text[]), cast(:entities as text[]), cast(:changes as text[]))
      as sent (event_key, entity, change)
    on conflict do nothing returning event_key""")


@dataclass(frozen=True, slots=True)
class Hint:
    """One event: `entity` changed, `other` for what we do not read. `change` is kept for people; reading ignores it."""

    event_key: str
    entity: str
    change: str


def keep(source: str, hints: Sequence[Hint]) -> int:
    """Store what is not stored yet, and that it is to be read, in the open transaction.

    A copy renews the wish as well: reading once more harms nobody, while the first may have been read too early.

    :returns: how many were new
    """
    wish(source, jobs_for({hint.entity for hint in hints}))
    ordered = sorted(hints, key=lambda hint: hint.event_key)  # two writers of the same events never lock crosswise
    found = session.execute(
        _KEEP,
        {
            "source": source,
            "keys": [hint.event_key for hint in ordered],
            "entities": [hint.entity for hint in ordered],
            "changes": [hint.change if hint.change in CHANGES else "other" for hint in ordered],
        },
    )
    new = len(found.all())
    metrics.erp_events(new, connection=source, outcome="new")
    metrics.erp_events(len(hints) - new, connection=source, outcome="copy")
    log.info("erp_events", source=source, new=new, copies=len(hints) - new, entities=sorted({h.entity for h in hints}))
    return new


def jobs_for(entities: Collection[str]) -> list[str]:
    """The jobs that read these; nothing for kinds of data we do not keep."""
    return sorted({READERS[entity] for entity in entities if entity in READERS})


def wake_readers(entities: Collection[str]) -> None:
    """Call the jobs that read these, after the events are committed. A hint: unheard, the scheduler finds the wish."""
    for job in jobs_for(entities):
        doorbell.ring(job)


def turned_away(source: str, count: int, *, why: str) -> None:
    """Note what was not from the ERP."""
    metrics.erp_events(count, connection=source, outcome="forged")
    log.warning("erp_event_turned_away", source=source, count=count, why=why)
