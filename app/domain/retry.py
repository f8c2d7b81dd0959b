"""How long to wait before a message is tried again, and when a person has to look instead. Pure."""

from __future__ import annotations

from datetime import timedelta
from random import Random

BASE = timedelta(seconds=2)
LONGEST = timedelta(minutes=10)
ATTEMPTS = 40  # with the longest wait about six hours; an outage beyond that is a person's business


def wait(attempt: int, *, rng: Random) -> timedelta:
    """Doubles from two seconds, capped, with full jitter over its upper half.

    :param attempt: how many tries there have been, from 1
    """
    ceiling = min(LONGEST, BASE * 2 ** min(attempt - 1, 20))
    return ceiling * rng.uniform(0.5, 1.0)


def spent(attempt: int) -> bool:
    """Whether the budget of tries is used up."""
    return attempt >= ATTEMPTS
