"""The door of a line for everybody but delivery: reading jobs, live prices, people asking after one order.

Asked before each call the connector makes, told how it ended. Short transactions of its own, on a session of its own, so
that any thread may call. Delivery asks by itself (`protocol`) and passes with `admitted`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from random import Random

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app import clock, metrics
from app.domain import line as rules_of_lines
from app.domain.breaker import State
from app.domain.line import End, Line, LineRules
from app.domain.pace import Pace
from app.erp.errors import ErpError, ErpUnreachable
from app.erp.transport import within
from app.extensions import current_scope
from app.security.scopes import Scope
from app.services.delivery import lines

log = structlog.get_logger()

_admitted: ContextVar[bool] = ContextVar("admitted", default=False)
# Reading jobs leave this part of what is saved up to whoever waits in front of a screen.
_SPARE = 0.6
_rng = Random()  # noqa: S311 (jitter, not a secret)
_rules = LineRules(Pace.of(600))


def start_lines(rules: LineRules) -> None:
    """How lines are used in this process; set once when it starts."""
    global _rules
    _rules = rules


@contextmanager
def admitted(seconds: float) -> Iterator[None]:
    """Calls made inside were asked for already; together they end within these seconds."""
    token = _admitted.set(True)
    try:
        with within(seconds):
            yield
    finally:
        _admitted.reset(token)


class LineGate:
    """Implements `app.erp.http.Gate` for one connection.

    :param patience: how long a call may wait for its place in the pace, or for a line that opens soon
    :param leads: its calls also show whether the ERP answers. Not so for live calls: their deadlines are too short, and
        nobody in front of a screen should be the one who tries it out
    """

    def __init__(self, engine: Engine, connection: str, *, patience: timedelta, leads: bool) -> None:
        self._engine, self._connection, self._leads = engine, connection, leads
        self._patience = patience.total_seconds()

    def enter(self) -> None:
        """Take a place in the pace.

        :raises ErpUnreachable: no call may go out now, nor within our patience
        """
        if _admitted.get():
            return
        ends = time.monotonic() + self._patience
        while (held := self._held()) is not None:
            wait, reason = held
            if time.monotonic() + wait > ends:
                raise ErpUnreachable(reason)
            time.sleep(wait)

    def leave(self, problem: ErpError | None) -> None:
        """The call that entered has ended like this; None when all was well."""
        if problem is not None and problem.odd_wait:
            metrics.erp_odd_wait(connection=self._connection)
            log.warning("odd_retry_after", connection=self._connection, asked_for=problem.odd_wait)
        asked_to_wait = problem is not None and (problem.not_before is not None or problem.outcome == "busy")
        if _admitted.get() or not (self._leads or asked_to_wait):
            return
        wait = None if problem is None or problem.not_before is None else problem.not_before - clock.now()
        end = End("ok") if problem is None else End(problem.outcome, wait, problem.reason)
        with _own_transaction(self._engine) as own:
            line, now = lines.lock(own, self._connection)
            lines.keep(own, self._connection, rules_of_lines.noted(line, [end], _rules, now, rng=_rng))

    def _held(self) -> tuple[float, str] | None:
        """For how many seconds, and why; None when the call has been entered."""
        with _own_transaction(self._engine) as own:
            line, now = lines.lock(own, self._connection)
            if not self._leads and line.breaker.state is not State.CLOSED:
                return self._patience + 1, _reason(line, now)
            opens = rules_of_lines.open_at(line, _rules, now, spare=_SPARE if self._leads else 0.0)
            if opens > now:
                return (opens - now).total_seconds(), _reason(line, now)
            lines.keep(own, self._connection, rules_of_lines.entered(line, _rules, now))
        return None


def _reason(line: Line, now: datetime) -> str:
    if rules_of_lines.held_until(line, now) > now or not line.well:
        return f"The ERP is left alone for a while. {line.reason}".strip()
    return "As many calls were made to the ERP as it allows; the next one has to wait."


@contextmanager
def _own_transaction(engine: Engine) -> Iterator[Session]:
    token = current_scope.set(Scope.staff().values())
    try:
        with Session(engine) as own, own.begin():
            yield own
    finally:
        current_scope.reset(token)
