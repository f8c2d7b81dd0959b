"""One writer per ERP connection: a lock of PostgreSQL that is held, without a transaction, for the whole run.

The same kind of lock serves others that may be at work once only (`only_one`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from app.extensions import session

_TAKE = text("select pg_try_advisory_lock(hashtextextended('portico ' || :name, 0))")

_GIVE_BACK = text("select pg_advisory_unlock_all()")  # closing alone would do it a moment later


@contextmanager
def only_one(name: str) -> Iterator[bool]:
    """Whether we are the one. The lock goes with its connection, however this process ends."""
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.detach()  # closed for good afterwards, never back in the pool with the lock still on it
    try:
        yield bool(connection.execute(_TAKE, {"name": name}).scalar())
    finally:
        with suppress(OperationalError):  # a connection that broke has given its lock back already
            connection.execute(_GIVE_BACK)
        connection.close()


def only_writer(source: str) -> AbstractContextManager[bool]:
    """Whether we have the pen of this connection's mirror."""
    return only_one(f"reference sync {source}")
