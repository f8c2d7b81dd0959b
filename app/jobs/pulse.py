"""A sign of life in a thread of its own: a worker with a long job at hand is busy, not dead, and says so.

When the process is killed or frozen the signs stop. Each beat also stands in for whoever should watch over the alerts.
"""

from __future__ import annotations

import threading

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app import heartbeat
from app.extensions import session, transaction
from app.jobs.alerts import stand_in
from app.security.scopes import Scope, entered

log = structlog.get_logger()

EVERY = 10.0  # seconds between two signs


def start_pulse() -> threading.Event:
    """Begin; ends with the process.

    :returns: ends it sooner when it is set
    """
    stop = threading.Event()
    threading.Thread(target=_beat_until, args=(stop,), name="pulse", daemon=True).start()
    return stop


def _beat_until(stop: threading.Event) -> None:
    while True:
        try:
            beat()
        except (OperationalError, PoolTimeout) as problem:
            log.warning("pulse_unheard", problem=type(problem).__name__)
            session.remove()
        if stop.wait(EVERY):
            return


def beat() -> None:
    """One sign of life of a worker."""
    with entered(Scope.staff()), transaction():
        heartbeat.note(heartbeat.ALIVE)
    stand_in()
    session.remove()
