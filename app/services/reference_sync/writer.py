"""One writer per ERP connection: a lock of PostgreSQL that is held, without a transaction, for the whole run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from app.extensions import session

_TAKE = text("select pg_try_advisory_lock(hashtextextended('portico reference sync ' || :source, 0))")

_GIVE_BACK = text("select pg_advisory_unlock_all()")  # closing alone would do it a moment later


@contextmanager
def only_writer(source: str) -> Iterator[bool]:
    """Whether we are the one. The lock goes with its connection, however this process ends."""
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.detach()  # closed for good afterwards, never back in the pool with the lock still on it
    try:
        yield bool(connection.execute(_TAKE, {"source": source}).scalar())
    finally:
        with suppress(OperationalError):  # a connection that broke has given its lock back already
            connection.execute(_GIVE_BACK)
        connection.close()
