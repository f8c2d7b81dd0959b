"""What each database role may do at all, table by table: reference data has one writer, evidence only grows.

The expectation is written out here, on its own; the catalog of the migrated database is compared with it.
"""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.invariants.catalog import LOGINS, SCOPES, SYNC, tables
from tests.invariants.conftest import Enter

Connection = psycopg.Connection[Any]

STAFF = "portico_staff"
READ, ADD, CHANGE, REMOVE = "SELECT", "INSERT", "UPDATE", "DELETE"

DOCUMENT_LINES = ("invoice_line", "shipment_line", "erp_order_line")
REFERENCE = (
    "customer", "ship_to", "item", "item_unit", "price", "tax_rate", "stock", "invoice", "shipment", "erp_order",
    "sync_state", *DOCUMENT_LINES,
)  # fmt: skip
WORK = ("customer_order", "approval", "outbox_message")
EVIDENCE = ("judgement", "finding", "idempotency_key", "audit_event", "audit_personal")
IDENTITY = ("person", "membership", "api_token", "sign_in_session")
FAB_UNUSED = (
    "ab_group", "ab_permission", "ab_register_user", "ab_role", "ab_view_menu", "ab_api_key", "ab_group_role",
    "ab_permission_view", "ab_user_group", "ab_user_role", "ab_permission_view_role",
)  # fmt: skip


def each(roles: tuple[str, ...], *rights: str) -> dict[str, set[str]]:
    return {role: set(rights) for role in roles}


EXPECTED: dict[str, dict[str, set[str]]] = {
    **{table: {**each(SCOPES, READ), SYNC: {READ, ADD, CHANGE}} for table in REFERENCE},
    **{table: {**each(SCOPES, READ), SYNC: {READ, ADD, CHANGE, REMOVE}} for table in DOCUMENT_LINES},
    **{table: each(SCOPES, READ, ADD, CHANGE) for table in WORK},
    "order_line": each(SCOPES, READ, ADD, CHANGE, REMOVE),
    **{table: each(SCOPES, READ, ADD) for table in EVIDENCE},
    "audit_event": {**each(SCOPES, READ, ADD), SYNC: {ADD}},
    "erp_call": {STAFF: {READ, ADD, REMOVE}},
    "erp_call_minute": {STAFF: {READ, ADD, CHANGE, REMOVE}},
    "customer_account": {**each(SCOPES, READ), STAFF: {READ, ADD, CHANGE}},
    "customer_item_number": {
        **each(SCOPES, READ),
        **each(("portico_customer", STAFF), READ, ADD, CHANGE, REMOVE),
    },
    "order_message": each(SCOPES, READ, ADD),
    "mail": {**each(SCOPES, ADD), STAFF: {READ, ADD, CHANGE}},
    "seller_profile": {**each((*SCOPES, *LOGINS), READ), STAFF: {READ, ADD}},
    "terms": {**each((*SCOPES, *LOGINS), READ), STAFF: {READ, ADD}},
    "erp_subscription": {STAFF: {READ, ADD, CHANGE}},
    "erp_event": {STAFF: {READ, ADD}},
    "reading_wish": {STAFF: {READ, ADD, CHANGE, REMOVE}},
    "erp_line": {**each(SCOPES, READ), STAFF: {READ, ADD, CHANGE}},
    "proposal": {**each(SCOPES, READ), "portico_customer": {READ, CHANGE}, STAFF: {READ, ADD, CHANGE}},
    **{table: {STAFF: {READ, ADD, CHANGE}} for table in ("relink", "drift", "reconciliation_run", "alert")},
    "rule_set": {**each(SCOPES, READ), STAFF: {READ, ADD}},
    "schedule_tick": {STAFF: {READ, ADD, CHANGE}},
    **{table: {**each(LOGINS, READ, ADD, CHANGE), STAFF: {READ}} for table in IDENTITY},
    "ab_user": each(LOGINS, READ, ADD, CHANGE),
    "alembic_version": each((*LOGINS, *SCOPES), READ),
    **{table: {} for table in FAB_UNUSED},
}

_GRANTS = """
    select case when x.grantee = 0 then 'PUBLIC' else x.grantee::regrole::text end, x.privilege_type
      from pg_class c, aclexplode(c.relacl) x
     where c.oid = %s::regclass and x.grantee <> c.relowner"""
_COLUMN_GRANTS = """
    select a.attrelid::regclass::text, a.attname, x.grantee::regrole::text, x.privilege_type
      from pg_attribute a, aclexplode(a.attacl) x join pg_roles r on r.oid = x.grantee
     where a.attrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)"""


def rights(connection: Connection, table: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for role, right in connection.execute(_GRANTS, [table]):
        found.setdefault(role, set()).add(right)
    return found


def test_every_table_has_a_line_in_the_expectation(owner: Connection) -> None:
    assert set(tables(owner)) == set(EXPECTED)


@pytest.mark.parametrize("table", sorted(EXPECTED))
def test_a_table_gives_each_role_exactly_what_is_expected(owner: Connection, table: str) -> None:
    assert rights(owner, table) == EXPECTED[table]


def test_a_grant_too_many_is_found(owner: Connection) -> None:
    owner.execute("grant update on item to portico_staff")

    assert rights(owner, "item") != EXPECTED["item"]


def test_of_an_erp_call_a_customer_may_read_how_it_went_and_not_what_was_said(owner: Connection) -> None:
    found = set(owner.execute(_COLUMN_GRANTS))

    assert {(table, right) for table, _, _, right in found} == {("erp_call", READ)}
    readable = {column for _, column, role, _ in found if role == "portico_customer"}
    assert readable == {"id", "customer_id", "order_id", "operation", "started_at", "milliseconds", "outcome"}


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize(
    "statement", ["insert into {} default values", "update {} set source = source", "delete from {}", "truncate {}"]
)
def test_no_scope_of_the_web_writes_reference_data(as_role: Enter, scope: str, statement: str) -> None:
    with as_role(scope) as connection:
        for table in REFERENCE:
            wanted = statement.replace("source", "unit") if table in DOCUMENT_LINES else statement
            with pytest.raises(errors.InsufficientPrivilege), connection.transaction():
                connection.execute(wanted.format(table))


def test_partitions_of_the_audit_record_are_nobodys(owner: Connection) -> None:
    names = [name for (name,) in owner.execute("select oid::regclass::text from pg_class where relispartition")]

    assert len(names) > 12
    assert {name: rights(owner, name) for name in names if rights(owner, name)} == {}
