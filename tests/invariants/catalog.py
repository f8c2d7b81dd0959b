"""Questions to PostgreSQL's own catalog: tables, columns, policies, grants."""

from __future__ import annotations

from typing import Any

import psycopg

Connection = psycopg.Connection[Any]

SCOPES = ("portico_customer", "portico_portfolio", "portico_staff")
LOGINS = ("portico_web", "portico_worker")
SYNC = "portico_sync"

# Identity tables have no row policy: a login reads them before anybody has a scope.
IDENTITY = frozenset({"membership", "person", "api_token", "sign_in_session"})

_TABLES = """
    select c.relname from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1"""
_WITH_CUSTOMER = """
    select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'customer_id'
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1"""
_GUARD = """
    select c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced
      from pg_class c where c.relname = any(%s) and c.relnamespace = 'public'::regnamespace"""
_POLICIES = """
    select tablename, roles::text[] as roles, permissive, cmd, coalesce(qual, '') as using,
           coalesce(with_check, '') as checks
      from pg_policies where schemaname = 'public'"""


def tables(connection: Connection) -> list[str]:
    return [name for (name,) in connection.execute(_TABLES)]


def scoped_tables(connection: Connection) -> list[str]:
    """Every table whose rows belong to a customer."""
    found = [name for (name,) in connection.execute(_WITH_CUSTOMER) if name not in IDENTITY]
    return [*found, "customer"]


def gaps(connection: Connection) -> list[str]:
    """Where row scope is missing, a sentence each."""
    names = scoped_tables(connection)
    problems = []
    for name, enabled, forced in connection.execute(_GUARD, [names]):
        if not (enabled and forced):
            problems.append(f"{name}: row security is not {'forced' if enabled else 'on'}")
    for name in names:
        problems += _policy_gaps(connection, name)
    return problems


def _policy_gaps(connection: Connection, table: str) -> list[str]:
    rules = [row[1:] for row in connection.execute(_POLICIES) if row[0] == table]
    problems = []
    for role, value in (("portico_customer", "app.customer'"), ("portico_portfolio", "app.customers'")):
        own = [rule for rule in rules if role in rule[0]]
        if len(own) != 1 or own[0][2] != "ALL":
            problems.append(f"{table}: {role} has {len(own)} policies, one for everything is needed")
        elif value not in own[0][3] or value not in own[0][4]:
            problems.append(f"{table}: the policy of {role} does not look at {value.rstrip(chr(39))}")
    if not any("portico_staff" in rule[0] for rule in rules):
        problems.append(f"{table}: portico_staff has no policy")
    open_to = {role for rule in rules for role in rule[0]}
    problems += [f"{table}: {role} has a policy" for role in sorted(open_to & {"public", *LOGINS})]
    return problems
