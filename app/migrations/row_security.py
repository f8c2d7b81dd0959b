"""Row scope in the database: which role sees which rows, written once and used by every migration.

Roles without login: `portico_customer` (one customer), `portico_portfolio` (an account manager's customers),
`portico_staff` (all), `portico_sync` (the one writer of reference data). The logins `portico_web` and `portico_worker`
switch to them per transaction; being NOINHERIT they see no customer row before.
"""

from __future__ import annotations

from alembic import op

OWN = "nullif(current_setting('app.customer', true), '')::bigint"
PORTFOLIO = "any (string_to_array(nullif(current_setting('app.customers', true), ''), ',')::bigint[])"
SCOPES = ("portico_customer", "portico_portfolio", "portico_staff")


def guard(
    table: str, *, column: str = "customer_id", customer: str = "", portfolio: str = "", sync: bool = False
) -> None:
    """Turn on forced row security for a table and write the policies of all roles.

    :param customer, portfolio: conditions that replace the plain comparison of `column`
    :param sync: the table is written by the sync
    """
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    policies = {
        "portico_customer": customer or f"{column} = {OWN}",
        "portico_portfolio": portfolio or f"{column} = {PORTFOLIO}",
        "portico_staff": "true",
        "portico_owner": "true",
    }
    if sync:
        policies["portico_sync"] = "true"
    for role, condition in policies.items():
        op.execute(f"create policy {role[8:]} on {table} to {role} using ({condition}) with check ({condition})")


def grant(what: str, table: str, *roles: str) -> None:
    """Table privileges; what is not granted is not allowed."""
    op.execute(f"grant {what} on {table} to {', '.join(roles)}")
