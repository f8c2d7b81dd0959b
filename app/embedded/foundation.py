"""What stands before the portal itself: database, Redis and sandbox ERP, embedded unless the person named others."""

from __future__ import annotations

from collections.abc import Callable

from app.embedded import databases, notes, services
from app.embedded.databases import Addresses
from app.embedded.folder import Secrets, draw_secrets
from app.embedded.parts import Part
from app.embedded.plan import Plan
from app.embedded.postgres import Postgres
from app.embedded.problems import StartProblem
from app.embedded.redis import Redis

DATABASE_NAMES = ("DATABASE_URL", "DATABASE_WORKER_URL", "DATABASE_OWNER_URL")


class Foundation:
    """The parts to launch, and the settings every later command gets.

    :raises StartProblem: when something on this machine or in the settings is in the way
    """

    def __init__(self, plan: Plan, say: Callable[[str], None]) -> None:
        self._plan = plan
        self._drawn = draw_secrets(plan.var)
        self.external_database = _names_a_database(plan)
        self._postgres = None if self.external_database else services.make_postgres(plan.var, self._drawn, say=say)
        self._redis = None if plan.given.get("REDIS_URL") else services.make_redis(plan.var)
        if self._postgres is not None and self._postgres.fresh:
            notes.forget_done(plan.var)

        self.parts = self._parts()

    def _parts(self) -> list[Part]:
        servers: list[Part | None] = [self._postgres, self._redis]
        sandbox = [self._plan.sandbox(self.environment)] if self._plan.with_sandbox else []
        return [part for part in servers if part is not None] + sandbox

    @property
    def environment(self) -> dict[str, str]:
        """What the person set, on top of what the embedded servers need."""
        ours = _own_settings(self._plan, self._drawn) | _database(self._postgres, self._drawn) | _redis(self._redis)
        return ours | {name: value for name, value in self._plan.given.items() if value}

    def prepare(self) -> None:
        """Roles and database on the embedded server, once it answers."""
        if self._postgres is not None:
            databases.prepare(self._postgres.superuser_dsn(), self._drawn.logins())


def _names_a_database(plan: Plan) -> bool:
    given = [name for name in DATABASE_NAMES if plan.given.get(name)]
    missing = [name for name in DATABASE_NAMES if name not in given]
    if given and missing:
        raise StartProblem(
            f"{' and '.join(given)} is set, but {' and '.join(missing)} is not; your own database needs all three.",
            "Set the missing ones (`run.py doctor` prints the SQL for the roles), or unset all for the embedded one.",
        )
    return bool(given)


def _own_settings(plan: Plan, drawn: Secrets) -> dict[str, str]:
    return {
        "PORTICO_ENV": "demo",
        "PORTICO_VAR": str(plan.var),
        "PORT": str(plan.port),
        "SANDBOX_PORT": str(plan.sandbox_port),
        "SANDBOX_SPEED": f"{plan.sandbox_speed:g}",
        "SECRET_KEY": drawn.secret_key,
        "METRICS_TOKEN": drawn.metrics_token,
        "PYTHONUNBUFFERED": "1",
    }


def _database(postgres: Postgres | None, drawn: Secrets) -> dict[str, str]:
    if postgres is None:
        return {}
    found: Addresses = services.addresses(postgres, drawn)
    return dict(zip(DATABASE_NAMES, (found.web, found.worker, found.owner), strict=True))


def _redis(redis: Redis | None) -> dict[str, str]:
    return {} if redis is None else {"REDIS_URL": redis.url}
