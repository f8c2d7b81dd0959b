"""The database session, transactions and the doorbell of the workers: what every part shares and nobody owns.

One SQLAlchemy session per thread, bound once at start. Row scope is written into every transaction from
`current_scope`, which only `app.security.scopes.enter` sets; without it PostgreSQL shows no customer row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.orm import Session, scoped_session, sessionmaker

log = structlog.get_logger()

QUEUE = "portico"

session = scoped_session(sessionmaker())

# (database role, app.customer, app.customers), as `enter` of app.security.scopes wrote them
current_scope: ContextVar[tuple[str, str, str] | None] = ContextVar("scope", default=None)

SET_SCOPE = text(
    "select set_config('role', :role, true), set_config('app.customer', :customer, true),"
    " set_config('app.customers', :customers, true)"
)


def start_database(url: str, *, pool_size: int = 10) -> Engine:
    """Bind this process to a database, and let go of the one it was bound to before.

    Parameters never appear in error texts: they may hold secrets.
    """
    stop_database()
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=5,
        pool_pre_ping=True,
        json_serializer=lambda value: json.dumps(value, default=str, ensure_ascii=False),
    )
    session.configure(bind=engine)
    return engine


def stop_database() -> None:
    """Close every connection of this process."""
    session.remove()
    bound = session.session_factory.kw.get("bind")
    if isinstance(bound, Engine):
        bound.dispose()


@event.listens_for(Session, "after_begin")
def _write_scope(_session: Session, _transaction: Any, connection: Connection) -> None:
    scope = current_scope.get()
    if scope is not None:
        connection.execute(SET_SCOPE, dict(zip(("role", "customer", "customers"), scope, strict=True)))


@contextmanager
def transaction() -> Iterator[Session]:
    """Commit what happens inside, or nothing of it; then run what was asked for `after_commit`.

    Opened by views and jobs only. Services flush, they never commit.
    """
    current = session()
    try:
        yield current
        current.commit()
    except BaseException:
        current.rollback()
        current.info.pop("after_commit", None)
        raise
    for action in current.info.pop("after_commit", []):
        action()


def after_commit(action: Callable[[], None]) -> None:
    """Do something once the open transaction is safely stored; forgotten when it is rolled back."""
    session().info.setdefault("after_commit", []).append(action)


class Doorbell:
    """Wakes the workers. Redis is a hint: when it is down, the scheduler finds the work in the database soon after."""

    def __init__(self) -> None:
        self._redis: redis.Redis | None = None
        self._url = ""

    def start(self, url: str) -> None:
        self._url = url
        self._redis = redis.Redis.from_url(
            url, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0), protocol=2
        )

    def patient(self) -> redis.Redis:
        """A connection that may wait for work as long as it takes, for the worker's own use."""
        return redis.Redis.from_url(self._url, protocol=2)

    @property
    def redis(self) -> redis.Redis:
        if self._redis is None:
            raise RuntimeError("the doorbell has not been connected: call doorbell.start(url) first")
        return self._redis

    def queue(self) -> Queue:
        return Queue(QUEUE, connection=self.redis, serializer="json")

    def ring(self, job: str) -> bool:
        """Enqueue the job `app.jobs.<job>`, unless one is waiting already; the job calls `answered` when it begins.

        :returns: whether somebody will come; False when Redis does not answer
        """
        if self._redis is None:
            return False
        try:
            first = self._redis.set(f"portico:bell:{job}", "1", nx=True, px=10_000)
            if first:
                self.queue().enqueue(f"app.jobs.{job}", job_timeout=300, result_ttl=0, failure_ttl=3600)
        except redis.RedisError as problem:
            log.warning("doorbell_silent", job=job, problem=str(problem))
            return False
        return True

    def answered(self, job: str) -> None:
        """From now on a ring calls the next one: what is written after this moment may be missed by the running job."""
        try:
            self.redis.delete(f"portico:bell:{job}")
        except redis.RedisError as problem:
            log.warning("doorbell_silent", job=job, problem=str(problem))


doorbell = Doorbell()


def wake(job: str) -> None:
    """Ring after commit: whoever comes must find the row."""

    def ring() -> None:
        doorbell.ring(job)

    after_commit(ring)
