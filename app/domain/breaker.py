"""A circuit breaker: when most calls of late got no answer, leave the ERP alone for a while, then send one to see. Pure.

Closed: calls go out, and their ends are remembered. Open: none goes out. Half open: one is out to see; its answer closes
the breaker, anything else opens it again, for longer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class Rules:
    """When it opens, and for how long.

    :param window: ends older than this do not count, nor any beyond the latest `most`
    :param least: fewer ends than this say nothing
    :param ratio: it opens when this share of them were failures
    :param first, longest: how long it stays open: doubling from opening to opening, less up to half of it by chance
    :param forget: closed for this long, it begins with `first` again
    """

    window: timedelta = timedelta(seconds=60)
    most: int = 30
    least: int = 5
    ratio: float = 0.5
    first: timedelta = timedelta(seconds=5)
    longest: timedelta = timedelta(seconds=60)
    forget: timedelta = timedelta(minutes=5)


RULES = Rules()


@dataclass(frozen=True, slots=True)
class Breaker:
    """`recent` are the latest ends as (seconds since 1970, answered), oldest first.

    Open: a probe may go out at `probe_at`. Half open: the probe is given up at `probe_until`.
    """

    state: State
    changed_at: datetime
    openings: int = 0
    probe_at: datetime | None = None
    probe_until: datetime | None = None
    recent: tuple[tuple[float, bool], ...] = ()


def lets_pass_at(breaker: Breaker, now: datetime) -> datetime:
    """When the next call may go out; now, if it may already."""
    if breaker.state is State.CLOSED:
        return now
    moment = breaker.probe_at if breaker.state is State.OPEN else breaker.probe_until
    return max(now, moment or now)


def entered(breaker: Breaker, now: datetime, *, probe_for: timedelta) -> Breaker:
    """A call goes out that `lets_pass_at` permits now; unless all is well, it is the probe."""
    if breaker.state is State.CLOSED:
        return breaker
    changed = now if breaker.state is State.OPEN else breaker.changed_at
    return replace(breaker, state=State.HALF_OPEN, changed_at=changed, probe_at=None, probe_until=now + probe_for)


def noted(breaker: Breaker, answered: bool, now: datetime, *, rng: Random, rules: Rules = RULES) -> Breaker:
    """A call has ended. What ends while it is open had been sent before, and changes nothing."""
    if breaker.state is State.OPEN:
        return breaker
    if breaker.state is State.HALF_OPEN:
        return _closed(breaker, now) if answered else _opened(breaker, now, rng=rng, rules=rules)
    recent = _recent((*breaker.recent, (round(now.timestamp(), 1), answered)), now, rules)
    remembered = replace(breaker, recent=recent)
    failures = sum(1 for _, each in recent if not each)
    if not answered and len(recent) >= rules.least and failures >= rules.ratio * len(recent):
        return _opened(remembered, now, rng=rng, rules=rules)
    return remembered


def _recent(ends: tuple[tuple[float, bool], ...], now: datetime, rules: Rules) -> tuple[tuple[float, bool], ...]:
    since = (now - rules.window).timestamp()
    return tuple(each for each in ends[-rules.most :] if each[0] >= since)


def _opened(breaker: Breaker, now: datetime, *, rng: Random, rules: Rules) -> Breaker:
    long_well = breaker.state is State.CLOSED and now - breaker.changed_at >= rules.forget
    openings = 1 if long_well else breaker.openings + 1
    longest = min(rules.longest, rules.first * 2 ** min(openings - 1, 20))
    probe_at = now + longest * rng.uniform(0.5, 1.0)
    return Breaker(State.OPEN, now, openings=openings, probe_at=probe_at, recent=breaker.recent)


def _closed(breaker: Breaker, now: datetime) -> Breaker:
    return Breaker(State.CLOSED, now, openings=breaker.openings)
