"""Counts tries at signing in, in Redis; in the memory of this process while Redis is silent."""

from __future__ import annotations

import time
from dataclasses import dataclass

import structlog
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter

from app.errors import TooMany
from app.extensions import doorbell
from app.words import t

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Throttle:
    """At most so many tries in a window.

    :param limit: how many in how long
    """

    limit: RateLimitItem

    def count(self, *who: str) -> None:
        """Count a try, before it is made, so that tries in parallel cannot slip through.

        :raises TooMany: with `retry_after` in seconds
        """
        for limiter in _limiters():
            try:
                if not limiter.hit(self.limit, *who):
                    raise _too_many(limiter.get_window_stats(self.limit, *who).reset_time)
                return
            except StorageError as problem:
                log.warning("throttle_in_memory", problem=str(problem))

    def forget(self, *who: str) -> None:
        """A try succeeded: those before it do not count any more."""
        for limiter in _limiters():
            try:
                limiter.clear(self.limit, *who)
                return
            except StorageError as problem:
                log.warning("throttle_in_memory", problem=str(problem))


SIGN_IN = Throttle(RateLimitItemPerMinute(10, 10))

_memory = FixedWindowRateLimiter(MemoryStorage())


def _limiters() -> list[FixedWindowRateLimiter]:
    """Where to count: the shared place first, this process when it does not answer."""
    try:
        pool = doorbell.redis.connection_pool
    except RuntimeError:
        return [_memory]
    storage = RedisStorage("redis://", connection_pool=pool, key_prefix="portico:throttle", wrap_exceptions=True)
    return [FixedWindowRateLimiter(storage), _memory]


def _too_many(reset_time: float) -> TooMany:
    seconds = max(1, round(reset_time - time.time()))
    return TooMany(
        t("There were many tries to sign in with this name from your address."),
        t(
            "Wait {minutes} minutes and try again, or ask whoever manages the people of your company.",
            minutes=max(1, round(seconds / 60)),
        ),
        retry_after=seconds,
    )
