"""What every step of a run works with: the port, the run, and pages of the ERP read with the pen of the mirror in hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from app import clock
from app.erp.port import ErpPort
from app.extensions import transaction
from app.failpoints import reach
from app.services.reconciliation import comparing, drifts, runs
from app.services.reconciliation.kinds import Kind
from app.services.reconciliation.runs import Run
from app.services.reconciliation.sides import Difference, Found
from app.services.reference_sync import by_page
from app.services.reference_sync.run import Unreadable
from app.services.reference_sync.writer import only_writer

_TRIES, _PAUSE = 40, 0.25  # ten seconds in all
_AT_LEAST = 3  # pages a slice, so that one that begins at the end of a stream comes to the end of it


class PenTaken(Exception):
    """Somebody else writes the mirror for longer than we wait."""


class TimeUp(Exception):
    """This slice of time is over; the next one goes on."""


class NothingCame(Exception):
    """The ERP sent nothing at all where we hold a lot: nothing is concluded from that."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of the ERP. `cursor` is where reading goes on after it."""

    rows: Sequence[Any]
    unreadable: Sequence[Unreadable]
    cursor: str


@dataclass(slots=True)
class Work:
    """A run at work. `time_is_up` is asked between two pages, only where the next slice is sure to get further."""

    port: ErpPort
    run: Run
    say: Callable[[str], None]
    time_is_up: Callable[[], bool]

    @property
    def source(self) -> str:
        return self.run.source

    @property
    def began(self) -> datetime:
        return self.run.began

    def settled(self, modified_at: datetime) -> bool:
        """Whether our feeds had time to bring what was changed then."""
        return comparing.is_settled(modified_at, clock.now())

    def sheets(
        self, entity: str, compare: Callable[[Sheet], Sequence[Found]], *, in_one_go: bool = False
    ) -> Iterator[tuple[Sheet, frozenset[str]]]:
        """Every page from the cursor on: compared in one transaction, then merged; with the keys of orders with news.

        :param compare: asked within a transaction, before the page is merged
        :param in_one_go: there is no cursor to go on from
        :raises TimeUp: there are more pages
        """
        stream = by_page.pages(self.port, entity, self.run.cursor)
        for done in count():
            with _pen(self.source):
                read = next(stream, None)
                if read is None:
                    return
                page, unreadable = read
                if page.rows and done >= _AT_LEAST and not in_one_go:
                    self.rest()
                sheet = Sheet(page.rows, unreadable, page.cursor)
                with transaction():
                    self._keep([*compare(sheet), *(_unreadable(each) for each in unreadable)])
                keys = by_page.take(self.source, entity, sheet.rows, began=self.began, unreadable=unreadable)
            yield sheet, keys

    def rest(self) -> None:
        """:raises TimeUp: this slice is over"""
        if self.time_is_up():
            raise TimeUp

    def found(self, found: Sequence[Found]) -> None:
        """Keep drifts in a transaction of their own."""
        with transaction():
            self._keep(found)

    def _keep(self, found: Sequence[Found]) -> None:
        drifts.keep(self.source, self.run.id, found)

    def reached(self, cursor: str | None, entity: str, rows: int) -> None:
        """A page is done."""
        self.run.count(entity, rows)
        self.run.cursor = cursor or self.run.cursor
        with transaction():
            runs.note(self.run)
        reach("S13")
        self.say(f"{entity.replace('_', ' ')}: {self.run.counts.get(entity, 0):,} compared so far")

    def nothing_came(self, entity: str) -> None:
        """:raises NothingCame: not a single record was sent, and we hold some"""
        if not self.run.counts.get(entity) and (there := by_page.in_force(self.source, entity)):
            raise NothingCame(
                f"The ERP sent no {entity} at all, while we hold {there:,}; nothing was concluded from that."
                " Check which company and which rights the connection has."
            )


@contextmanager
def _pen(source: str) -> Iterator[None]:
    for _ in range(_TRIES):
        with only_writer(source) as alone:
            if alone:
                yield
                return
        time.sleep(_PAUSE)
    raise PenTaken


def _unreadable(row: Unreadable) -> Found:
    return Found(
        kind=Kind.UNREADABLE, object_type="document", object=f"{row.entity} {row.key}".strip(),
        differences=(Difference("reason", "", row.reason),),
    )  # fmt: skip
