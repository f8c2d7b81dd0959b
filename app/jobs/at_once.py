"""What every command that works in its own process needs: database, ERP and logs while it works, all closed afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.extensions import session
from app.jobs.erp_calls import write_counts
from app.starting import start_process
from config import Settings


@contextmanager
def at_work(settings: Settings) -> Iterator[None]:
    """Started as the worker's login; its connections are given back at the end."""
    engine = start_process(settings, settings.database_worker_url)
    try:
        yield
    finally:
        session.remove()
        write_counts()
        engine.dispose()
