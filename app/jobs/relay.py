"""The job behind the doorbell: empty the outbox. Takes no message, so a lost or doubled ring changes nothing.

In the worker the threads of `app.jobs.senders` do it, and a ring only wakes them; elsewhere it is done on the spot.
"""

from __future__ import annotations

import time

from app.erp.port import connections
from app.extensions import doorbell
from app.jobs import senders
from app.security.scopes import Scope, entered
from app.services.delivery import Rest, delivery

LONGEST_RUN = 60.0  # seconds; then the next ring goes on


def drain() -> int:
    """Send what is due.

    :returns: how many messages were dealt with here
    """
    doorbell.answered("relay.drain")
    return 0 if senders.wake() else drain_here()


def drain_here() -> int:
    """Send what is due and may go out, until nothing more is; waits for the pace, not for a line that is closed."""
    ends = time.monotonic() + LONGEST_RUN
    with entered(Scope.staff()):
        return sum(_drain(connection, ends) for connection in connections())


def _drain(connection: str, ends: float) -> int:
    dealt_with, at_work = 0, delivery()
    while time.monotonic() < ends:
        result = at_work.step(connection)
        if not isinstance(result, Rest):
            dealt_with += 1
        elif result.wait is not None and result.wait.total_seconds() < 1:
            time.sleep(result.wait.total_seconds())
        else:
            break
    return dealt_with
