"""The job behind the doorbell: empty the outbox. Takes no message, so a lost or doubled ring changes nothing."""

from __future__ import annotations

import time

from app.extensions import doorbell, transaction
from app.logs import correlation_id
from app.security.scopes import Scope, entered
from app.services.delivery import claim, deliver

LONGEST_RUN = 60.0  # seconds; then the next ring goes on


def drain() -> int:
    """Send what is due.

    :returns: how many messages were dealt with
    """
    doorbell.answered("relay.drain")
    ends = time.monotonic() + LONGEST_RUN
    dealt_with = 0
    with entered(Scope.staff()):
        while time.monotonic() < ends:
            with transaction():
                messages = claim(1)
            if not messages:
                break
            for message in messages:
                correlation_id.set(message.correlation_id)
                deliver(message)
                dealt_with += 1
    return dealt_with
