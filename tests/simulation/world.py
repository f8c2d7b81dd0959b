"""A whole installation in one thread and in no time: workers, a store and an ERP, all driven by one seed.

Time passes only when somebody waits. While one worker waits for the ERP the others act, so every interleaving that real
processes can have may happen here, and the same seed makes the same one again. The code under trial is the real one:
`app.services.delivery.protocol` with what it stands on.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

START = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


class Died(BaseException):
    """The process is gone, wherever it was. No handler of the code under trial may catch it."""


@dataclass
class Time:
    """The one clock, and what is to happen when."""

    now: datetime = START
    _queue: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=itertools.count)

    def at(self, moment: datetime, action: Callable[[], None]) -> None:
        heapq.heappush(self._queue, (max(moment, self.now), next(self._order), action))

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        self.at(self.now + timedelta(seconds=seconds), action)

    def pass_by(self, seconds: float) -> None:
        """Somebody waits; what is due meanwhile happens."""
        until = self.now + timedelta(seconds=seconds)
        while self._queue and self._queue[0][0] <= until:
            moment, _, action = heapq.heappop(self._queue)
            self.now = max(self.now, moment)
            action()
        self.now = max(self.now, until)


@dataclass(frozen=True)
class Plan:
    """How bad it gets, drawn from the seed. Shares are of calls or steps.

    :param trouble: seconds after which everything behaves
    :param outages: (from, until) in seconds, during which the ERP cannot be reached
    :param restored: when the ERP is set back to how it was at `backup`; 0 for never
    """

    seed: int
    orders: int
    workers: int
    trouble: float
    outages: tuple[tuple[float, float], ...]
    spoiled: float
    deaths: float
    freezes: float
    refused: float
    cancelled: float
    unique_key: bool
    lease: float
    skew: float
    backup: float
    restored: float

    @classmethod
    def drawn(cls, seed: int) -> Plan:
        rng = Random(seed)
        trouble = rng.choice((60.0, 300.0, 1800.0))
        down = rng.uniform(0, trouble) if rng.random() < 0.4 else 0.0
        begin = rng.uniform(0, trouble - down)
        return cls(
            seed=seed,
            orders=rng.randint(3, 12),
            workers=rng.randint(1, 4),
            trouble=trouble,
            outages=((begin, begin + down),) if down else (),
            spoiled=rng.choice((0.05, 0.2, 0.5, 0.9)),
            deaths=rng.choice((0.0, 0.02, 0.1)),
            freezes=rng.choice((0.0, 0.05)),
            refused=rng.choice((0.0, 0.1)),
            cancelled=rng.choice((0.0, 0.2)),
            unique_key=rng.random() < 0.7,
            lease=rng.choice((60.0, 120.0)),
            skew=rng.choice((0.0, 300.0)),
            backup=rng.uniform(0, trouble / 2),
            restored=rng.uniform(trouble / 2, trouble) if rng.random() < 0.2 else 0.0,
        )


class Chance:
    """Draws for one plan; while there is no trouble, nothing bad is drawn."""

    def __init__(self, plan: Plan, time: Time) -> None:
        self.rng = Random(plan.seed * 7919 + 1)
        self._plan, self._time = plan, time

    @property
    def trouble(self) -> bool:
        return (self._time.now - START).total_seconds() < self._plan.trouble

    def down(self) -> bool:
        second = (self._time.now - START).total_seconds()
        return any(begin <= second < end for begin, end in self._plan.outages)

    def strikes(self, share: float) -> bool:
        return self.trouble and self.rng.random() < share
