"""The store of `app.services.delivery.protocol` in PostgreSQL: the session of this thread, one transaction a step.

`now` is the database's clock, so that hosts whose clocks differ agree on what is due and when a line opens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import text

from app.domain.line import Line
from app.erp.port import Exchange
from app.extensions import session, transaction
from app.security.actor import ERP, acting
from app.services.agreeing.repriced import Repriced
from app.services.delivery import claiming, lines, settling
from app.services.delivery.protocol import Claimed, Dead, Desk, Done, Later

_NOW = text("select clock_timestamp()")


class SqlStore:
    """The caller has entered staff's scope."""

    @contextmanager
    def transaction(self) -> Iterator[Desk]:
        with acting(ERP), transaction():
            yield SqlDesk()


class SqlDesk:
    """One transaction of this thread's session."""

    def __init__(self) -> None:
        self._now: datetime | None = None

    @property
    def now(self) -> datetime:
        """When the line was locked; else when it was first asked for."""
        if self._now is None:
            self._now = session.execute(_NOW).scalar_one()
        return self._now

    def due(self, connection: str) -> bool:
        return claiming.due(connection)

    def line(self, connection: str) -> Line:
        line, self._now = lines.lock(session, connection)
        return line

    def keep(self, connection: str, line: Line) -> None:
        lines.keep(session, connection, line)

    def claim(self, connection: str, *, lease: timedelta, until: datetime) -> Claimed | None:
        return claiming.claim(connection, lease=lease, until=until)

    def renew(self, message: Claimed, *, lease: timedelta) -> bool:
        return claiming.renew(message, lease=lease)

    def holds(self, message: Claimed) -> bool:
        return claiming.holds(message)

    def settle(self, message: Claimed, result: Done | Later | Dead | Repriced, exchanges: Sequence[Exchange]) -> None:
        settling.settle(message, result, exchanges)

    def file_calls(self, message: Claimed, exchanges: Sequence[Exchange]) -> int | None:
        return settling.file_calls(message, exchanges)
