"""`run.py doctor`: is everything Portico depends on there and fit for its purpose? One line each, and what to do.

Only looks. Not for watching a running portal: that is ``app.monitoring``.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.embedded.databases import dsn
from config import DEMO_ENCRYPTION_KEY, DEMO_SECRET_KEY, Settings, durability_problems, production_problems

OLDEST_SERVER = 150000
_ROLES = "Run the SQL of `python run.py doctor --sql` as a superuser of that server."


@dataclass(frozen=True)
class Finding:
    """What was looked at and how it is; ``advice`` is empty when nothing needs to be done."""

    subject: str
    state: str
    advice: str = ""

    @property
    def fine(self) -> bool:
        return not self.advice

    def line(self) -> str:
        mark = "ok " if self.fine else "fix"
        return f"{mark} {self.subject}: {self.state} {self.advice}".rstrip()


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything, one after the other; a finding each, at the latest after a few seconds."""
    yield from _settings(settings)
    for name, url in _database_addresses(settings).items():
        yield from _database(name, url, settings)
    yield _redis(settings)
    yield _erp(settings)
    yield _mail(settings)
    yield _keys(settings)


def _settings(settings: Settings) -> Iterator[Finding]:
    problems = production_problems(settings) if settings.is_production else []
    for problem in problems:
        yield Finding("settings", "not fit for production.", problem)
    if not problems:
        yield Finding("settings", f"read, for {settings.environment}.")


def _database_addresses(settings: Settings) -> dict[str, str]:
    return {
        "database for the web": settings.database_url,
        "database for the worker": settings.database_worker_url,
        "database for migrations": settings.database_owner_url,
    }


def _database(subject: str, url: str, settings: Settings) -> Iterator[Finding]:
    if not url:
        yield Finding(
            subject, "not set.", "Start `make run`, or set DATABASE_URL, DATABASE_WORKER_URL, DATABASE_OWNER_URL."
        )
        return
    try:
        with psycopg.connect(dsn(url), connect_timeout=5) as connection:
            yield from _inside(subject, connection, settings)
    except psycopg.OperationalError as err:
        yield Finding(
            subject, f"does not let us in ({_first_line(err)}).", f"Check host, port, login and password. {_ROLES}"
        )


def _inside(subject: str, connection: psycopg.Connection[tuple[object, ...]], settings: Settings) -> Iterator[Finding]:
    version = connection.info.server_version
    if version < OLDEST_SERVER:
        yield Finding(
            subject, f"PostgreSQL {version // 10000}.", "Portico needs PostgreSQL 15 or later: use a newer server."
        )
    durability = durability_problems(connection) if settings.is_production else []
    for problem in durability:
        yield Finding(subject, "may forget orders.", problem)
    powers = _powers(connection)
    if powers:
        yield Finding(subject, f"its login may too much ({powers}), so row security does not hold.", _ROLES)
    elif not durability and version >= OLDEST_SERVER:
        yield Finding(subject, f"PostgreSQL {version // 10000}, login {connection.info.user}.")


def _powers(connection: psycopg.Connection[tuple[object, ...]]) -> str:
    """What this login may that it must not, such as "superuser"; empty when all is well."""
    row = connection.execute(
        "SELECT concat_ws(', ', CASE WHEN rolsuper THEN 'superuser' END,"
        " CASE WHEN rolbypassrls THEN 'bypasses row security' END)"
        " FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    return str(row[0]) if row else ""


def _redis(settings: Settings) -> Finding:
    if not settings.redis_url:
        return Finding("Redis", "not set.", "Start `make run`, or set REDIS_URL.")
    client = redis.Redis.from_url(settings.redis_url, socket_timeout=3, retry=Retry(NoBackoff(), 0))
    try:
        client.ping()
    except redis.RedisError as err:
        return Finding(
            "Redis", f"does not answer ({_first_line(err)}).", "Start it, or correct REDIS_URL. Orders wait meanwhile."
        )
    finally:
        client.close()
    return Finding("Redis", "answers.")


def _erp(settings: Settings) -> Finding:
    if not settings.erp_url:
        return Finding("ERP", "ERP_URL is not set; connections of the database are checked on their page.")
    from app.erp.errors import ErpError
    from app.erp.registry import connector
    from app.starting import connection_settings

    try:
        next(iter(connector("business_central", connection_settings(settings)).tax_rates(None)), None)
    except ErpError as err:
        return Finding(
            "ERP", f"{settings.erp_url} does not serve us ({err}).", "Check ERP_URL and the other ERP_ settings."
        )
    return Finding("ERP", f"{settings.erp_url} answers.")


def _mail(settings: Settings) -> Finding:
    if not settings.smtp_url:
        return Finding("mail", "SMTP_URL is not set; messages are read in the portal only.")
    address = urlsplit(settings.smtp_url)
    secure = address.scheme == "smtps"
    open_line: Callable[..., smtplib.SMTP] = smtplib.SMTP_SSL if secure else smtplib.SMTP
    try:
        with open_line(address.hostname or "", address.port or (465 if secure else 25), timeout=5) as line:
            if address.username:
                if not secure:
                    line.starttls()
                line.login(unquote(address.username), unquote(address.password or ""))
            line.noop()
    except (OSError, smtplib.SMTPException) as err:
        return Finding("mail", f"{address.hostname} does not take our mail ({_first_line(err)}).", "Check SMTP_URL.")
    return Finding("mail", f"{address.hostname} answers.")


def _keys(settings: Settings) -> Finding:
    from_demo = settings.secret_key == DEMO_SECRET_KEY or DEMO_ENCRYPTION_KEY in settings.encryption_keys
    if from_demo and not settings.is_demo:
        return Finding("keys", "some are those of the demo.", "Set SECRET_KEY and ENCRYPTION_KEYS to your own.")
    if not settings.encryption_keys:
        return Finding("keys", "there is none to encrypt with.", "Set ENCRYPTION_KEYS.")
    return Finding("keys", f"{len(settings.encryption_keys)} to decrypt with, the first one encrypts.")


def _first_line(err: Exception) -> str:
    return str(err).strip().partition("\n")[0]
