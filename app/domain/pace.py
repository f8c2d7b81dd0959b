"""How fast we may call an ERP: a bucket of calls that fills at a steady rate. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# What may be saved up and what flows in within a minute must stay under the allowed number together.
_SAVED_SECONDS = 1.0
_OF_THE_RATE = 0.98


@dataclass(frozen=True, slots=True)
class Pace:
    """`a_second` calls flow in, at most `most` are saved up."""

    a_second: float
    most: float

    @classmethod
    def of(cls, calls_a_minute: int) -> Pace:
        """Never more than this in any minute, for 60 and more; hardly fewer while there is something to call for."""
        return cls(calls_a_minute * _OF_THE_RATE / 60, max(1.0, calls_a_minute * _SAVED_SECONDS / 60))


@dataclass(frozen=True, slots=True)
class Bucket:
    """`left` calls could be made at `at`; negative when more were made than allowed."""

    left: float
    at: datetime


def filled(bucket: Bucket, pace: Pace, now: datetime) -> Bucket:
    """The bucket as it is now. A clock that went back adds nothing."""
    seconds = max(0.0, (now - bucket.at).total_seconds())
    return Bucket(min(pace.most, bucket.left + seconds * pace.a_second), now)


def taken(bucket: Bucket, calls: int) -> Bucket:
    return replace(bucket, left=bucket.left - calls)


def ready_at(bucket: Bucket, pace: Pace, now: datetime, *, spare: float = 0.0) -> datetime:
    """When the next call may go out; now, if it may already.

    :param spare: the part of what can be saved up that is left to others, from 0 to 1
    """
    spared = min(spare * pace.most, pace.most - 1.0)
    missing = 1.0 + spared - filled(bucket, pace, now).left
    return now if missing <= 0 else now + timedelta(seconds=missing / pace.a_second)
