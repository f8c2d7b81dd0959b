"""PostgreSQL and Redis for this machine as one thing to start and to stop; ``make run`` and the tests use the same.

Production never touches it: there DATABASE_URL and REDIS_URL say where the servers are.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

import psycopg

from app.embedded import databases
from app.embedded.databases import DATABASE, OWNER, WEB, WORKER, Addresses
from app.embedded.folder import Secrets, draw_secrets, lock_folder
from app.embedded.postgres import Postgres
from app.embedded.problems import StartProblem
from app.embedded.processes import Account, unprivileged_account
from app.embedded.redis import Redis

Say = Callable[[str], None]
_LABEL = "belongs-to"


class Running:
    """The started servers. ``stop`` leaves no process."""

    def __init__(self, *, postgres: Postgres, redis: Redis, drawn: Secrets, lock: IO[str]) -> None:
        self.postgres = postgres
        self.redis = redis
        self.secrets = drawn
        self._lock = lock

    @property
    def web_url(self) -> str:
        return self.addresses().web

    @property
    def worker_url(self) -> str:
        return self.addresses().worker

    @property
    def owner_url(self) -> str:
        return self.addresses().owner

    @property
    def redis_url(self) -> str:
        return self.redis.url

    def addresses(self, database: str = DATABASE) -> Addresses:
        """Where the three logins find a database of this server."""
        return addresses(self.postgres, self.secrets, database)

    def superuser_dsn(self, database: str = "postgres") -> str:
        return self.postgres.superuser_dsn(database)

    def new_database(self, name: str, template: str | None = None) -> Addresses:
        """Make another database, as a copy of ``template`` when given (nobody may be connected to that)."""
        with psycopg.connect(self.superuser_dsn(), autocommit=True) as connection:
            databases.create_database(connection, name, template)
        return self.addresses(name)

    def drop_database(self, name: str) -> None:
        with psycopg.connect(self.superuser_dsn(), autocommit=True) as connection:
            databases.drop_database(connection, name)

    def stop(self) -> None:
        self.redis.stop()
        self.postgres.stop()
        self._lock.close()


def start_services(var: Path, *, throwaway: bool = False, say: Say = lambda line: None) -> Running:
    """Start both servers on the folder ``var`` and prepare roles and database; call it from the main thread.

    :param throwaway: for tests: durability off, and the data go when it stops
    :param say: told, in a line each, where things lie
    :raises StartProblem: in words, when something on this machine is in the way
    """
    lock = lock_folder(var)
    try:
        drawn = draw_secrets(var)
        postgres = make_postgres(var, drawn, throwaway=throwaway, say=say)
        running = Running(postgres=postgres, redis=make_redis(var), drawn=drawn, lock=lock)
    except BaseException:
        lock.close()
        raise
    _bring_up(running)
    return running


def _bring_up(running: Running) -> None:
    try:
        running.postgres.launch()
        running.redis.launch()
        running.postgres.wait_until_ready()
        running.redis.wait_until_ready()
        databases.prepare(running.superuser_dsn(), running.secrets.logins())
    except BaseException:
        running.stop()
        raise


def make_postgres(var: Path, drawn: Secrets, *, throwaway: bool = False, say: Say = lambda line: None) -> Postgres:
    """A server that can be launched: its folder chosen, its data directory made unless there is one.

    :raises StartProblem: when there are no programs, no account, no room, or a damaged data directory
    """
    account = _account()
    home = _postgres_home(var, account, drawn.identity, throwaway=throwaway)
    if account is not None and not throwaway:
        say(f"PostgreSQL runs as the account {account.name}; its data lie in {home}")
    postgres = Postgres(
        home=home, password=drawn.superuser, log=log_file(var, "postgres"), account=account, throwaway=throwaway
    )
    postgres.create()
    for forsaken in [] if account is None or throwaway else forsaken_homes(home, var):
        say(f"an earlier database of this folder lies unused in {forsaken}; it may be deleted")
    return postgres


def make_redis(var: Path) -> Redis:
    return Redis(home=var / "redis", log=log_file(var, "redis"))


def log_file(var: Path, part: str) -> Path:
    folder = var / "log"
    folder.mkdir(exist_ok=True)
    return folder / f"{part}.log"


def addresses(postgres: Postgres, drawn: Secrets, database: str = DATABASE) -> Addresses:
    """Where the three logins find a database of this server."""
    logins = drawn.logins()
    web, worker, owner = (postgres.url(database, user=name, password=logins[name]) for name in (WEB, WORKER, OWNER))
    return Addresses(web, worker, owner)


def _account() -> Account | None:
    try:
        return unprivileged_account()
    except KeyError as err:
        raise StartProblem(
            "PostgreSQL refuses to run as root, and this machine has neither an account postgres nor nobody.",
            "Start Portico as an ordinary user, or set the three database addresses (DATABASE_URL and two more).",
        ) from err


def _postgres_home(var: Path, account: Account | None, identity: str, *, throwaway: bool) -> Path:
    """In ``var`` for an ordinary user; as root a folder of the account's own, outside what only root can reach."""
    if throwaway:
        return Path(tempfile.mkdtemp(prefix="portico-", dir="/tmp"))
    if account is None:
        return var / "postgres"
    base = next(place for place in (Path("/var/lib"), Path("/var/db"), Path("/tmp")) if place.is_dir())
    return base / f"portico-{identity}"


def forsaken_homes(home: Path, var: Path) -> list[Path]:
    """Database folders an earlier `var/` of the same place left behind, when root deleted that and not them."""
    label = home / _LABEL
    if not label.exists():
        label.write_text(str(var))
    others = [other for other in home.parent.glob(f"portico-*/{_LABEL}") if other.parent != home]
    return [other.parent for other in others if other.read_text() == str(var)]
