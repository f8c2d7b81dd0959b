"""The audit record only grows, for everybody, and there is room in it for the months to come."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg import errors

from app.migrations.commands import AUDIT_MONTHS_AHEAD
from tests.factories.planting import Planter
from tests.invariants.catalog import SCOPES, SYNC
from tests.invariants.conftest import Enter

Connection = psycopg.Connection[Any]
ATTEMPTS = {
    "change": "update audit_event set tag = 'order:moved'",
    "take one away": "delete from audit_event",
    "empty": "truncate audit_event",
}


@pytest.fixture(scope="module", autouse=True)
def _something_recorded(planter: Planter) -> None:
    planter.row("audit_event", customer_id=planter.customer()["id"], tag="order:created")


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.parametrize("role", [None, *SCOPES])
@pytest.mark.parametrize("login", ["web", "worker"])
def test_no_process_can(as_role: Enter, login: str, role: str | None, attempt: str) -> None:
    with as_role(role, login=login) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(ATTEMPTS[attempt])


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_the_sync_cannot(as_role: Enter, attempt: str) -> None:
    with as_role(SYNC, login="worker") as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(ATTEMPTS[attempt])


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_not_even_the_owner_can(owner: Connection, attempt: str) -> None:
    with pytest.raises(errors.RaiseException, match="only grows"):
        owner.execute(ATTEMPTS[attempt])


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_nor_by_way_of_a_months_partition(owner: Connection, attempt: str) -> None:
    partition = f"audit_event_{datetime.now(UTC):%Y_%m}"

    with pytest.raises(errors.RaiseException, match="only grows"):
        owner.execute(ATTEMPTS[attempt].replace("audit_event", partition))


def test_a_record_lies_in_the_partition_of_its_month(owner: Connection) -> None:
    found = owner.execute("select distinct tableoid::regclass::text from audit_event").fetchall()

    assert found == [(f"audit_event_{datetime.now(UTC):%Y_%m}",)]


def test_there_is_a_partition_for_every_month_ahead(owner: Connection) -> None:
    names = {name for (name,) in owner.execute("select relname from pg_class where relispartition and relkind = 'r'")}
    months = owner.execute(
        "select to_char(m, 'YYYY_MM') from generate_series(date_trunc('month', now()),"
        " date_trunc('month', now()) + make_interval(months => %s), '1 month') m",
        [AUDIT_MONTHS_AHEAD - 1],
    )

    assert {f"audit_event_{month}" for (month,) in months} <= names


def test_a_record_of_a_year_nobody_made_room_for_is_kept_all_the_same(owner: Connection) -> None:
    owner.execute(
        "insert into audit_event (at, actor_kind, tag, object_kind, object_number)"
        " values ('2099-01-01', 'person', 'order:moved', 'order', 'P-1')"
    )

    assert owner.execute("select count(*) from audit_event_default").fetchone() == (1,)


def test_names_and_addresses_stand_beside_the_record_not_in_it(owner: Connection) -> None:
    columns = {
        name for (name,) in owner.execute(
            "select attname from pg_attribute where attrelid = 'audit_event'::regclass and attnum > 0"
        )
    }  # fmt: skip

    assert {"actor_code", "ip_code"} <= columns
    assert not columns & {"actor_name", "name", "ip", "email"}
