"""Live calls of the web to an ERP: few at once, never waited for in a queue, none while the ERP is known to be silent.

A slow ERP can hold as many threads as there are places here and no more; whoever finds no place goes on with what is
known. One set of places for each connection and purpose, so that documents cannot starve prices.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from app.extensions import session

PATIENCE = 0.005  # seconds; a place that is not free at once is not waited for

_at_once = 2
_places: dict[tuple[str, str], threading.BoundedSemaphore] = {}
_making = threading.Lock()


def start_live_calls(at_once: int) -> None:
    """How many calls of one purpose may be out at once in this process (setting ERP_LIVE_CALLS)."""
    global _at_once
    with _making:
        _at_once = at_once
        _places.clear()


@contextmanager
def place(source: str, purpose: str) -> Iterator[bool]:
    """Whether a call may be made inside the block; never waits for longer than a few milliseconds."""
    places = _of(source, purpose)
    taken = places.acquire(timeout=PATIENCE)
    try:
        yield taken
    finally:
        if taken:
            places.release()


def _of(source: str, purpose: str) -> threading.BoundedSemaphore:
    with _making:
        return _places.setdefault((source, purpose), threading.BoundedSemaphore(_at_once))


_BREAKER = text("select breaker from erp_line where connection = :source")


def line_is_closed(source: str) -> bool:
    """Whether the breaker of the connection lets calls through; to be asked within a transaction.

    One that is being tried out counts as silent: nobody in front of a screen should be the one who tries it.
    """
    return session.execute(_BREAKER, {"source": source}).scalar() in (None, "closed")
