"""Calls to ERPs as counted minute by minute, those that read included: how many, how they ended, how long they took.

A call is counted in the minute it began in, and each process writes once a minute: the last minute is not whole yet.
Percentiles are those of `app.domain.durations`, right within a place of its scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.domain.durations import PLACES, within
from app.domain.erp_outcomes import REFUSED, UNANSWERED
from app.extensions import session
from app.services.queue_health.window import Window


@dataclass(frozen=True, slots=True)
class Operation:
    """One kind of call to one connection. `p50`, `p95`, `p99` are milliseconds that so many per cent stayed within."""

    connection: str
    operation: str
    calls: int
    per_minute: float
    refused: int
    unanswered: int
    p50: int | None
    p95: int | None
    p99: int | None

    @property
    def unanswered_share(self) -> float:
        """Of one."""
        return self.unanswered / self.calls


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls of one part of a window, from `at` on. The percentiles are None when there were none."""

    at: datetime
    calls: int
    unanswered: int
    p50: int | None
    p95: int | None
    p99: int | None


_BUCKETS = ", ".join(f"sum(buckets[{number}])" for number in range(1, PLACES + 1))
_SUMS = f"array[{_BUCKETS}] as buckets, max(slowest) as slowest"
_OPERATIONS = text(f"""
    select connection, operation, sum(calls) as calls, sum(calls) / cast(:minutes as float8) as per_minute,
           coalesce(sum(calls) filter (where outcome = any(:refused)), 0) as refused,
           coalesce(sum(calls) filter (where outcome = any(:unanswered)), 0) as unanswered, {_SUMS}
      from erp_call_minute where minute > now() - :length
     group by connection, operation order by connection, calls desc, operation""")  # noqa: S608


def operations(window: Window) -> Sequence[Operation]:
    """Every kind of call of the window, the most frequent first."""
    wanted = {"length": window.length, "minutes": window.minutes, **_outcomes()}
    return [Operation(**_with_percentiles(dict(row))) for row in session.execute(_OPERATIONS, wanted).mappings()]


# The parts end now, so that the last one is as whole as can be.
_OVER = text(f"""
    select part.at, coalesce(calls, 0) as calls, coalesce(unanswered, 0) as unanswered, buckets, slowest
      from generate_series(now() - :length, now() - :step, :step) part (at)
      left join (select date_bin(:step, minute, now() - :length) as at, sum(calls) as calls,
                        sum(calls) filter (where outcome = any(:unanswered)) as unanswered, {_SUMS}
                   from erp_call_minute where minute >= now() - :length group by 1) filled on filled.at = part.at
     order by part.at""")  # noqa: S608


def calls_over(window: Window) -> Sequence[Calls]:
    """One entry for each part of the window, oldest first, also for those without a call."""
    wanted = {"length": window.length, "step": window.step, "unanswered": list(UNANSWERED)}
    return [Calls(**_with_percentiles(dict(row))) for row in session.execute(_OVER, wanted).mappings()]


def _with_percentiles(values: dict[str, Any]) -> dict[str, Any]:
    """The sums of buckets make way for what they say."""
    buckets, slowest = values.pop("buckets") or (), values.pop("slowest") or 0
    for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        values[name] = within(buckets, share, slowest=slowest)
    return values


def _outcomes() -> dict[str, Any]:
    return {"refused": list(REFUSED), "unanswered": list(UNANSWERED)}
