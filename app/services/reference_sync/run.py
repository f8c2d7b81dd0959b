"""A run: entity by entity, page by page. Waits for the ERP without a transaction, then writes the page in one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.erp.errors import ErpError
from app.erp.port import ErpPort, Page
from app.extensions import session, transaction
from app.security.scopes import Scope, entered
from app.services.reference_sync import progress as progresses
from app.services.reference_sync import queries
from app.services.reference_sync.entities import ENTITIES, EVERYTHING, Entity
from app.services.reference_sync.mirror import Turn, Written
from app.services.reference_sync.progress import Progress
from app.services.reference_sync.staging import At, plan_by_key, raw_cursor
from app.services.reference_sync.writer import only_writer

Say = Callable[[str], None]
_SILENCE = 2.0  # seconds after which we say how far we are


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityResult:
    """What a run did for one entity.

    :param rows: read in this run, also before an interruption
    :param changed: records written, because they or what belongs to them differed
    :param quarantined: rows set aside
    :param order_keys: keys, in capitals, of the orders whose documents changed
    :param problem: what a person should know; empty when all is well
    :param complete: the stream came to its end
    """

    entity: str
    rows: int
    changed: int
    quarantined: int
    seconds: float
    order_keys: frozenset[str] = frozenset()
    problem: str = ""
    complete: bool = True


class Unreadable(Protocol):
    """A row the connector could not read."""

    entity: str
    key: str
    reason: str


@dataclass(slots=True)
class _Tally:
    changed: set[int] = field(default_factory=set)
    order_keys: set[str] = field(default_factory=set)


def sync(
    port: ErpPort, source: str, *, full: bool, say: Say, entities: Sequence[str] | None = None
) -> list[EntityResult]:
    """Bring the mirror up to date; an entity the ERP does not answer for stops alone.

    :param source: name of the ERP connection
    :param full: read everything again and withdraw what did not come; otherwise only what changed
    :param say: told of progress, a line at a time
    :param entities: only these, in any order; all by default
    :returns: one result for each entity; none when another run has the pen
    :raises ValueError: an entity has a name we do not know
    """
    chosen = _chosen(entities)
    if session.registry.has() and session().in_transaction():
        raise RuntimeError("a transaction is open: the ERP must not be waited for inside one")
    with only_writer(source) as alone, entered(Scope.sync()):
        if not alone:
            say(f"Another run is reading the ERP connection {source} already; this one leaves it to that.")
            return []
        return [_read(port, entity, progress=_begin(source, entity, full), say=say) for entity in chosen]


def _chosen(names: Sequence[str] | None) -> list[Entity]:
    wanted = set(EVERYTHING if names is None else names)
    if unknown := wanted - set(EVERYTHING):
        raise ValueError(f"There is nothing called {', '.join(sorted(unknown))}. Known are: {', '.join(EVERYTHING)}.")
    return [ENTITIES[name] for name in EVERYTHING if name in wanted]


def _begin(source: str, entity: Entity, full: bool) -> Progress:
    with transaction():
        return progresses.begin(source, entity.name, full=full)


def _read(port: ErpPort, entity: Entity, *, progress: Progress, say: Say) -> EntityResult:
    began = said = time.monotonic()
    tally = _Tally()
    problem, complete = "", True
    try:
        for page, unreadable in pages_of(port, entity, progress.since):
            _write(entity, page, progress=progress, tally=tally, unreadable=unreadable)
            if time.monotonic() - said > _SILENCE:
                said = time.monotonic()
                say(f"{entity.name}: {progress.rows:,} rows so far")
        problem = _finish(entity, progress, tally)
    except ErpError as stop:
        complete = False
        with transaction():
            problem = progresses.stopped(progress, stop.reason)
    result = EntityResult(
        entity=entity.name,
        rows=progress.rows,
        changed=len(tally.changed),
        quarantined=len(progress.set_aside),
        seconds=time.monotonic() - began,
        order_keys=frozenset(tally.order_keys),
        problem=problem,
        complete=complete,
    )
    say(_in_words(result))
    return result


def pages_of(port: ErpPort, entity: Entity, since: str | None) -> Iterator[tuple[Page[Any], list[Unreadable]]]:
    """Each page with the rows the connector could not read on the way to it, where the connector keeps a list of them.

    What has been handed over is taken off that list, which lives as long as the connector.
    """
    kept: list[Unreadable] = getattr(port, "quarantine", [])
    before = len(kept)
    for page in entity.read(port, since):
        unreadable = kept[before:]
        del kept[before:]
        yield page, unreadable


def _write(
    entity: Entity, page: Page[Any], *, progress: Progress, tally: _Tally, unreadable: Sequence[Unreadable]
) -> None:
    turn = progress.turn()
    with transaction():
        at = raw_cursor()
        plan_by_key(at)
        written = entity.write(at, page.rows, turn) if page.rows else Written()
        written.set_aside += [f"{row.entity} {row.key} cannot be read, as {row.reason}" for row in unreadable]
        keep_unreadable(at, entity, turn, unreadable)
        _count(at, entity, written.changed, tally)
        if written.new and entity.feeds:
            progresses.read_again(progress.source, entity.feeds)
        progresses.page_done(progress, cursor=page.cursor, rows=len(page.rows), set_aside=written.set_aside)


def keep_unreadable(at: At, entity: Entity, turn: Turn, unreadable: Sequence[Unreadable]) -> None:
    """What could not be read is still in the ERP: in a full run it counts as seen."""
    keys = [row.key for row in unreadable if row.key]
    if keys and entity.mirror is not None and turn.full:
        queries.mark_unreadable(at, entity.mirror, turn, keys)


def _count(at: At, entity: Entity, ids: set[int], tally: _Tally) -> None:
    tally.changed |= ids
    if entity.mirror is not None:
        tally.order_keys |= queries.order_keys(at, entity.mirror, ids)


def _finish(entity: Entity, progress: Progress, tally: _Tally) -> str:
    """After a full run what did not come is withdrawn; but never everything because nothing came."""
    with transaction():
        warning = ""
        if progress.full and entity.mirror is not None:
            at = raw_cursor()
            if progress.rows or not (there := queries.in_force(at, entity.mirror, progress.source)):
                gone = queries.withdraw_unseen(at, entity.mirror, progress.turn(), progress.began)
                _count(at, entity, gone, tally)
            else:
                warning = (
                    f"The ERP sent no {_plural(entity)} at all, while we hold {there:,}; none was withdrawn."
                    " Check which company and which rights the connection has."
                )
        return progresses.finish(progress, warning=warning)


def _plural(entity: Entity) -> str:
    return entity.name.replace("_", " ")


def _in_words(result: EntityResult) -> str:
    numbers = f"{result.entity}: {result.rows:,} read, {result.changed:,} changed, {result.seconds:.1f} s"
    return f"{numbers}. {result.problem}" if result.problem else numbers
