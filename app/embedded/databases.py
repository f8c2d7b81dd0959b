"""Roles and databases on a server, the same for the embedded one, for tests and for a production server.

The logins own nothing they could abuse: the web and the worker are NOINHERIT, so that without a scope chosen by
``set_config('role', …)`` they see no customer row. ``portico_sync`` is the one scope that may write reference tables.
Not for table privileges: the owner grants those in migrations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql

OWNER, WEB, WORKER = "portico_owner", "portico_web", "portico_worker"
LOGINS = (OWNER, WEB, WORKER)
SCOPES = ("portico_customer", "portico_portfolio", "portico_staff")
SYNC = "portico_sync"
DATABASE = "portico"

_LOGIN = """\
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {name_text}) THEN CREATE ROLE {name} NOINHERIT; END IF;
END $$;
ALTER ROLE {name} LOGIN {inherit} NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD {password};"""
_SCOPE = """\
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {name_text}) THEN CREATE ROLE {name}; END IF;
END $$;
ALTER ROLE {name} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
GRANT {name} TO {members};"""
_DATABASE_GRANTS = """\
ALTER DATABASE {database} OWNER TO {owner};
ALTER DATABASE {database} SET timezone = 'UTC';
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
GRANT CONNECT ON DATABASE {database} TO {logins};
GRANT TEMPORARY ON DATABASE {database} TO {loaders};"""


@dataclass(frozen=True)
class Addresses:
    """One database seen by the three logins, as SQLAlchemy addresses."""

    web: str
    worker: str
    owner: str


def dsn(url: str) -> str:
    """The address as libpq reads it, from SQLAlchemy's ``postgresql+psycopg://``."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def prepare(superuser_dsn: str, passwords: Mapping[str, str], database: str = DATABASE) -> None:
    """Make roles and database, or bring them to what they should be; safe to run again.

    :param superuser_dsn: libpq address of a superuser in any database of the server
    :param passwords: one for each login of ``LOGINS``
    """
    with psycopg.connect(superuser_dsn, autocommit=True) as connection:
        connection.execute(_roles(passwords))
        create_database(connection, database)


def create_database(connection: psycopg.Connection[tuple[object, ...]], name: str, template: str | None = None) -> None:
    """Make a database of the owner unless there is one, as a copy of ``template`` when given.

    A copy needs nobody connected to the template, and takes its tables and their privileges along.
    """
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template or "template1")
            )
        )
    connection.execute(_grants(name))


def drop_database(connection: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    """Remove a database, ending whoever is still connected to it."""
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def role_sql(database: str = DATABASE) -> str:
    """What an administrator of a production server runs with psql, as superuser, once; passwords to be replaced."""
    create = sql.SQL("CREATE DATABASE {} OWNER {};").format(sql.Identifier(database), sql.Identifier(OWNER))
    parts = [_roles(dict.fromkeys(LOGINS, "REPLACE-THIS")), create, _grants(database)]
    return "\n".join(part.as_string(None) for part in parts)


def _roles(passwords: Mapping[str, str]) -> sql.Composed:
    logins = [_login(name, passwords[name]) for name in LOGINS]
    scopes = [_scope(name, [WEB, WORKER]) for name in SCOPES]
    return sql.SQL("\n").join([*logins, *scopes, _scope(SYNC, [WORKER])])


def _login(name: str, password: str) -> sql.Composed:
    inherit = sql.SQL("INHERIT" if name == OWNER else "NOINHERIT")
    return sql.SQL(_LOGIN).format(
        name=sql.Identifier(name), name_text=sql.Literal(name), password=sql.Literal(password), inherit=inherit
    )


def _scope(name: str, members: list[str]) -> sql.Composed:
    return sql.SQL(_SCOPE).format(name=sql.Identifier(name), name_text=sql.Literal(name), members=_names(members))


def _grants(database: str) -> sql.Composed:
    return sql.SQL(_DATABASE_GRANTS).format(
        database=sql.Identifier(database),
        owner=sql.Identifier(OWNER),
        logins=_names(LOGINS),
        loaders=_names([WORKER, SYNC]),
    )


def _names(names: list[str] | tuple[str, ...]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)
