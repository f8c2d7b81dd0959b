"""Every customer row is guarded by PostgreSQL itself: no scope, no rows; one customer never meets another."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

from app.embedded.databases import Addresses, dsn
from tests.factories.planting import Planter, Row
from tests.invariants.catalog import IDENTITY, LOGINS, SYNC, gaps, scoped_tables
from tests.invariants.conftest import Enter

Connection = psycopg.Connection[Any]

# A customer's own action may cause a mail, but only the house reads what was sent to whom.
FOR_THE_HOUSE = frozenset({"mail", "relink", "drift"})


# --- the catalog ------------------------------------------------------------------------------------------------------


def test_every_table_with_customer_rows_is_guarded(owner: Connection) -> None:
    assert gaps(owner) == []


@pytest.mark.parametrize(
    ("statements", "what_is_missing"),
    [
        ((), "row security is not on"),
        (("alter table wish enable row level security",), "row security is not forced"),
        (("alter table wish force row level security",), "portico_customer has 0 policies"),
        (
            ("create policy customer on wish to portico_customer using (true)",),
            "the policy of portico_customer does not look at app.customer",
        ),
        (("create policy everybody on wish using (true)",), "public has a policy"),
    ],
)
def test_a_new_table_without_its_guard_is_found(
    owner: Connection, statements: tuple[str, ...], what_is_missing: str
) -> None:
    owner.execute("create table wish (id bigint primary key, customer_id bigint)")
    for statement in statements:
        owner.execute(statement)

    assert [problem for problem in gaps(owner) if problem.startswith("wish: ") and what_is_missing in problem]


def test_only_identity_tables_have_customers_and_no_guard(owner: Connection) -> None:
    unguarded = owner.execute(
        "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'customer_id'"
        " where c.relkind in ('r', 'p') and not c.relispartition and not c.relrowsecurity"
    )

    assert {name for (name,) in unguarded} <= IDENTITY


@pytest.mark.parametrize("login", LOGINS)
def test_the_logins_own_nothing_inherit_nothing_and_cannot_pass_row_security(owner: Connection, login: str) -> None:
    role = owner.execute(
        "select rolsuper, rolbypassrls, rolinherit, rolcreaterole from pg_roles where rolname = %s", [login]
    ).fetchone()
    owned = owner.execute("select count(*) from pg_class where relowner = %s::regrole", [login]).fetchone()

    assert role == (False, False, False, False)
    assert owned == (0,)


# --- rows of two customers in every table -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two(planter: Planter) -> tuple[int, int]:
    """Two customers with a row in every table that belongs to customers."""
    with psycopg.connect(planter.connection.info.dsn, password=planter.connection.info.password) as connection:
        names = scoped_tables(connection)
    ids = []
    for _ in range(2):
        customer = planter.customer()
        ids.append(customer["id"])
        for table in names:
            if table != "customer":
                _plant(planter, table, customer)
    return ids[0], ids[1]


def _plant(planter: Planter, table: str, customer: Row) -> None:
    if table == "price":
        planter.price("BIKE", "1", customer=customer)
    else:
        planter.row(table, customer_id=customer["id"])


@pytest.fixture
def readable(guarded: list[str]) -> list[str]:
    """What a customer may read of its own."""
    return [table for table in guarded if table not in FOR_THE_HOUSE]


@pytest.fixture(scope="module")
def guarded(database: Addresses) -> list[str]:
    with psycopg.connect(dsn(database.owner)) as connection:
        return scoped_tables(connection)


def customers_in(connection: Connection, table: str) -> set[int]:
    """Whose rows this role sees; a column of the customer that it may not read counts as none."""
    column = "id" if table == "customer" else "customer_id"
    query = sql.SQL("select distinct {} from {}").format(sql.Identifier(column), sql.Identifier(table))
    return {value for (value,) in connection.execute(query)}


def test_both_customers_have_a_row_in_every_table(two: tuple[int, int], guarded: list[str], owner: Connection) -> None:
    assert len(guarded) >= 20
    assert [table for table in guarded if not customers_in(owner, table) >= set(two)] == []


@pytest.mark.parametrize("login", ["web", "worker"])
def test_a_login_without_scope_sees_no_row_of_any_customer(
    two: tuple[int, int], guarded: list[str], as_role: Enter, login: str
) -> None:
    for table in guarded:
        with as_role(None, login=login) as connection:
            try:
                assert customers_in(connection, table) == set()
            except errors.InsufficientPrivilege:
                connection.rollback()


def test_a_customer_sees_its_own_rows_in_every_table_and_nobody_elses(
    two: tuple[int, int], readable: list[str], as_role: Enter
) -> None:
    with as_role("portico_customer", customer=two[0]) as connection:
        assert [table for table in readable if customers_in(connection, table) != {two[0]}] == []


def test_a_portfolio_sees_its_customers_and_nobody_else(
    two: tuple[int, int], readable: list[str], as_role: Enter
) -> None:
    with as_role("portico_portfolio", customers=f"{two[1]},{two[1] + 1000}") as connection:
        assert [table for table in readable if customers_in(connection, table) != {two[1]}] == []


@pytest.mark.parametrize("role", ["portico_customer", "portico_portfolio"])
def test_a_scope_without_a_value_sees_nothing(
    two: tuple[int, int], readable: list[str], as_role: Enter, role: str
) -> None:
    with as_role(role) as connection:
        assert [table for table in readable if customers_in(connection, table)] == []


def test_one_scope_never_uses_the_value_of_another(two: tuple[int, int], readable: list[str], as_role: Enter) -> None:
    with as_role("portico_customer", customers=two[0]) as connection:
        assert all(customers_in(connection, table) == set() for table in readable)
    with as_role("portico_portfolio", customer=two[0]) as connection:
        assert all(customers_in(connection, table) == set() for table in readable)


def test_the_staff_sees_everybody(two: tuple[int, int], guarded: list[str], as_role: Enter) -> None:
    with as_role("portico_staff") as connection:
        assert all(customers_in(connection, table) >= set(two) for table in guarded)


def test_what_is_for_the_house_is_refused_to_everybody_else(two: tuple[int, int], as_role: Enter) -> None:
    for table in FOR_THE_HOUSE:
        for scope, value in (("portico_customer", "customer"), ("portico_portfolio", "customers")):
            with as_role(scope, **{value: two[0]}) as connection, pytest.raises(errors.InsufficientPrivilege):
                customers_in(connection, table)


def test_notes_of_the_house_are_neither_seen_nor_written_by_the_customer(
    two: tuple[int, int], planter: Planter, as_role: Enter
) -> None:
    note = planter.row("order_message", customer_id=two[0], side="inside")
    with as_role("portico_customer", customer=two[0]) as connection:
        assert {side for (side,) in connection.execute("select side from order_message")} == {"buyer"}
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(
                "insert into order_message (order_id, customer_id, side, author_id, body)"
                " values (%(order_id)s, %(customer_id)s, 'inside', %(author_id)s, 'x')",
                note,
            )


# --- writing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "value"), [("portico_customer", "customer"), ("portico_portfolio", "customers")], ids=["one", "portfolio"]
)
def test_a_row_of_somebody_else_cannot_be_written(
    two: tuple[int, int], guarded: list[str], as_role: Enter, planter: Planter, scope: str, value: str
) -> None:
    ours, theirs = two
    for table in guarded:
        if table == "customer":
            continue
        row = planter.all(f"select * from {table} where customer_id = {theirs} limit 1")[0]
        columns = [name for name in row if name not in ("id", "code")]
        copy = sql.SQL("insert into {} ({}) values ({})").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(", ").join(map(sql.Placeholder, columns)),
        )
        shape = planter._shape(table)
        values = {name: planter._adapted(shape.kinds[name], row[name]) for name in columns}
        with as_role(scope, **{value: ours}) as connection, pytest.raises(errors.InsufficientPrivilege):
            connection.execute(copy, values)


@pytest.mark.parametrize("table", ["customer_order", "order_line", "approval", "outbox_message"])
def test_a_row_of_somebody_else_cannot_be_changed_or_taken(two: tuple[int, int], as_role: Enter, table: str) -> None:
    ours, theirs = two
    with as_role("portico_customer", customer=ours) as connection:
        changed = connection.execute(f"update {table} set customer_id = customer_id where customer_id = %s", [theirs])
        assert changed.rowcount == 0
        with pytest.raises((errors.InsufficientPrivilege, errors.ForeignKeyViolation)):
            connection.execute(f"update {table} set customer_id = %s where customer_id = %s", [theirs, ours])


def test_a_line_cannot_be_hung_under_the_order_of_somebody_else(
    two: tuple[int, int], as_role: Enter, planter: Planter
) -> None:
    """A foreign key check ignores row security, so the key carries the customer."""
    ours, theirs = two
    order = planter.all(f"select id from customer_order where customer_id = {theirs}")[0]["id"]
    with as_role("portico_customer", customer=ours) as connection, pytest.raises(errors.ForeignKeyViolation):
        connection.execute(
            "insert into order_line (order_id, customer_id, line_number, typed_item, quantity, unit, base_quantity)"
            " values (%s, %s, 99, 'X', 1, 'PCS', 1)",
            [order, ours],
        )


def test_every_reference_between_customer_rows_carries_the_customer(owner: Connection) -> None:
    """All but those that are not foreign keys at all, since their target may be gone."""
    keys = owner.execute(
        "select k.conrelid::regclass::text, k.confrelid::regclass::text, k.conname,"
        " exists (select from pg_attribute a where a.attrelid = k.conrelid and a.attnum = any(k.conkey)"
        "         and a.attname = 'customer_id')"
        " from pg_constraint k where k.contype = 'f'"
    ).fetchall()
    guarded = set(scoped_tables(owner)) - {"customer"}

    assert [name for child, parent, name, carries in keys if {child, parent} <= guarded and not carries] == []


@pytest.mark.parametrize("login", ["web", "owner"])
def test_only_the_worker_may_become_the_writer_of_reference_data(as_role: Enter, login: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege), as_role(SYNC, login=login):
        pass
    with as_role(SYNC, login="worker") as connection:
        assert connection.execute("select current_user").fetchone() == (SYNC,)


def test_a_customer_scope_cannot_widen_itself_within_the_rights_of_its_role(
    two: tuple[int, int], as_role: Enter
) -> None:
    """The role decides which setting counts; a list of customers means nothing to the role of one."""
    with as_role("portico_customer", customer=two[0], customers=f"{two[0]},{two[1]}") as connection:
        assert customers_in(connection, "customer_order") == {two[0]}
