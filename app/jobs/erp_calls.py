"""Calls to ERPs as figures: each process writes down once a minute what it counted; once a day the old is forgotten."""

from __future__ import annotations

import threading

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.extensions import doorbell, session, transaction
from app.security.scopes import Scope, entered
from app.services.queue_health import counts, forget_calls, write

log = structlog.get_logger()

EVERY = 60.0  # seconds between two writings
MOST_BATCHES = 200  # a day; what is left is for the next one


class Writing:
    """A thread of its own that writes until it is told to stop, and then once more."""

    def __init__(self, every: float = EVERY) -> None:
        self._every, self._stopping = every, threading.Event()
        self._thread = threading.Thread(target=self._keep_writing, name="erp-call-counts", daemon=True)

    def start(self) -> Writing:
        self._thread.start()
        return self

    def stop(self, within: float = 2.0) -> None:
        """Write what is there and end.

        :param within: seconds; a database that is away keeps nobody from stopping
        """
        self._stopping.set()
        self._thread.join(within)

    def _keep_writing(self) -> None:
        while not self._stopping.wait(self._every):
            write_counts()
        write_counts()


def write_counts() -> bool:
    """Write down what this process has counted; while the database is away it is kept for the next time.

    :returns: whether it is written
    """
    taken = counts.take()
    if not taken:
        return True
    try:
        with entered(Scope.staff()), transaction():
            write(taken)
    except (DBAPIError, PoolTimeout) as problem:
        counts.put_back(taken)
        log.warning("erp_call_counts_unwritten", problem=type(problem).__name__)
        return False
    finally:
        session.remove()
    return True


def forget() -> None:
    """Delete what is too old, in small batches, so that nobody waits for a lock."""
    doorbell.answered("erp_calls.forget")
    with entered(Scope.staff()):
        for _ in range(MOST_BATCHES):
            with transaction():
                more = forget_calls()
            if not more:
                return
