"""The line to one ERP: breaker, pace and what the ERP asked us to wait for, together. Pure.

Everything that calls the ERP asks here first and says here how it ended, so that all of it together keeps within what
the ERP bears.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from app.domain import breaker as breakers
from app.domain import pace as paces
from app.domain.breaker import Breaker, State
from app.domain.pace import Bucket, Pace

LONGEST_WAIT = timedelta(hours=1)  # whatever an ERP asks for
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=1)  # when it names no time, or nonsense
_ANSWERS = frozenset({"ok", "refused", "already_there"})


@dataclass(frozen=True, slots=True)
class Line:
    """How the line is. `answered_at` is when the ERP last answered as it should; `reason` says why it is not used."""

    breaker: Breaker
    bucket: Bucket
    not_before: datetime | None = None
    answered_at: datetime | None = None
    reason: str = ""

    @classmethod
    def new(cls, now: datetime) -> Line:
        """A line nobody has used yet."""
        return cls(Breaker(State.CLOSED, now), Bucket(1.0, now))

    @property
    def well(self) -> bool:
        return self.breaker.state is State.CLOSED


@dataclass(frozen=True, slots=True)
class LineRules:
    """:param probe: how long one call may be out to see whether the ERP answers again"""

    pace: Pace
    breaker: breakers.Rules = field(default_factory=breakers.Rules)
    probe: timedelta = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class End:
    """How a call ended.

    :param outcome: as in `app.erp.port.Exchange`
    :param wait: how long the ERP asked us to wait, if it did
    """

    outcome: str
    wait: timedelta | None = None
    reason: str = ""


def open_at(line: Line, rules: LineRules, now: datetime, *, spare: float = 0.0) -> datetime:
    """When the next call may go out; now, if it may already.

    :param spare: as in `pace.ready_at`
    """
    return max(held_until(line, now), paces.ready_at(line.bucket, rules.pace, now, spare=spare))


def held_until(line: Line, now: datetime) -> datetime:
    """The same for a call whose place in the pace was taken before."""
    return max(line.not_before or now, breakers.lets_pass_at(line.breaker, now))


def entered(line: Line, rules: LineRules, now: datetime, *, calls: int = 1) -> Line:
    """A call goes out that `open_at` permits now, and others that belong to it will follow."""
    bucket = paces.taken(paces.filled(line.bucket, rules.pace, now), calls)
    return replace(line, breaker=breakers.entered(line.breaker, now, probe_for=rules.probe), bucket=bucket)


def noted(line: Line, ends: Iterable[End], rules: LineRules, now: datetime, *, rng: Random) -> Line:
    """Calls have ended, in this order."""
    for end in ends:
        line = _noted(line, end, rules, now, rng)
    return line


def charged(line: Line, calls: int, rules: LineRules, now: datetime) -> Line:
    """More calls went out than were entered, such as one to sign in, or fewer (negative)."""
    if not calls:
        return line
    return replace(line, bucket=paces.taken(paces.filled(line.bucket, rules.pace, now), calls))


def _noted(line: Line, end: End, rules: LineRules, now: datetime, rng: Random) -> Line:
    # Who asks for a named time does answer; without one, it is a failure like others.
    answered = end.outcome in _ANSWERS or (end.outcome == "busy" and end.wait is not None)
    breaker = breakers.noted(line.breaker, answered, now, rng=rng, rules=rules.breaker)
    line = replace(line, breaker=breaker)
    if end.outcome == "busy" or end.wait is not None:
        wait = end.wait if end.wait is not None else _pause(line, rng)
        until = now + max(timedelta(0), min(wait, LONGEST_WAIT))
        return replace(line, not_before=max(until, line.not_before or until), reason=end.reason)
    if answered:
        return replace(line, answered_at=now, reason="" if line.well else line.reason)
    return replace(line, reason=end.reason or line.reason)


def _pause(line: Line, rng: Random) -> timedelta:
    failures = 0
    for _, answered in reversed(line.breaker.recent):
        if answered:
            break
        failures += 1
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(failures, 10)) * rng.uniform(0.5, 1.0)
