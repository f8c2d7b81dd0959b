"""Whether this process can serve. Database and migrations decide; Redis and the ERP are reported, the portal works on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import redis
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

from app.extensions import doorbell, session
from app.migrations.commands import head
from app.monitoring import queries
from app.security.scopes import Scope, entered


@dataclass(frozen=True, slots=True)
class Readiness:
    """Each part in one word."""

    database: str
    migrations: str
    redis: str
    erp: str

    @property
    def ready(self) -> bool:
        return self.database == self.migrations == "ok"


def readiness() -> Readiness:
    """Ask every part once."""
    try:
        revision, erp = queries.migration(), _erp()
    except ProgrammingError:  # the tables are not there yet
        session.rollback()
        return Readiness(database="ok", migrations="behind", redis=_redis(), erp="unknown")
    except SQLAlchemyError:
        session.rollback()
        return Readiness(database="silent", migrations="unknown", redis=_redis(), erp="unknown")
    return Readiness("ok", "ok" if revision == _newest() else "behind", _redis(), erp)


@cache
def _newest() -> str:
    return head()


def _redis() -> str:
    try:
        doorbell.redis.ping()
    except (redis.RedisError, RuntimeError):
        return "silent"
    return "ok"


def _erp() -> str:
    """As the last calls found it; asking the ERP itself would make our health depend on it."""
    with entered(Scope.staff()):
        mirrors, lines = queries.mirrors(), queries.lines()
    if any(mirror.problem for mirror in mirrors) or any(line.breaker == "open" for line in lines):
        return "silent"
    return "ok" if mirrors else "unknown"
