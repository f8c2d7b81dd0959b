"""The demo cast comes in once, with the rights the contract names, and never outside a demo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import psycopg
import pytest
from sqlalchemy import Engine, text

from app.demo.load import load, reset
from app.embedded.databases import Addresses, dsn
from app.embedded.services import Running
from app.errors import Conflict, NotAllowed
from app.extensions import session, transaction
from app.security.scopes import Scope, enter, leave
from app.services.sign_in import sign_in
from config import Settings


@pytest.fixture
def settings(database: Addresses, services: Running) -> Iterator[Settings]:
    yield Settings.from_environment(
        {
            "PORTICO_ENV": "test",
            "DATABASE_URL": database.web,
            "DATABASE_WORKER_URL": database.worker,
            "DATABASE_OWNER_URL": database.owner,
            "REDIS_URL": services.redis_url,
        }
    )
    session.remove()
    bound = session.get_bind()
    assert isinstance(bound, Engine)
    bound.dispose()


@pytest.fixture
def companies(database: Addresses) -> Iterator[psycopg.Connection]:
    with psycopg.connect(dsn(database.owner), autocommit=True) as owner:
        for number in ("AW00000001", "AW00000002", "AW00000003"):
            owner.execute(
                "insert into customer (number, name, currency, source, erp_key) values (%s, %s, 'USD', 'main', %s)"
                " on conflict do nothing",
                [number, number, number],
            )
        yield owner


def test_without_their_companies_it_says_what_to_do(settings: Settings) -> None:
    with pytest.raises(Conflict) as refusal:
        load(settings, print)
    assert "AW00000001, AW00000002, AW00000003, which the ERP has not sent yet" in refusal.value.message
    assert refusal.value.fix == "Read the ERP first: python run.py sync"


def test_the_cast_is_as_the_contract_names_it(settings: Settings, companies: psycopg.Connection) -> None:
    load(settings, print)
    rows = companies.execute(
        "select p.login, c.number, m.roles, m.order_limit, p.is_demo from person p join membership m on m.person_id = p.id"
        " left join customer c on c.id = m.customer_id order by p.login"
    ).fetchall()
    assert rows == [
        ("ada", None, ["administrator"], None, True),
        ("alice", "AW00000001", ["buyer"], Decimal(5000), True),
        ("bob", "AW00000001", ["approver"], None, True),
        ("carol", "AW00000001", ["company_admin"], None, True),
        ("charlie", "AW00000002", ["buyer"], None, True),
        ("dora", "AW00000003", ["approver", "buyer"], None, True),
        ("max", None, ["account_manager"], None, True),
        ("vera", None, ["validator"], None, True),
    ]
    numbers = "select array_agg(c.number order by c.number) from customer c, membership m where c.id = any(m.portfolio)"
    assert companies.execute(numbers).fetchone() == (["AW00000001", "AW00000002"],)
    assert companies.execute("select count(*) from customer_item_number").fetchone() == (120,)
    with transaction():
        assert sign_in("alice", "portico-demo", ip="127.0.0.1")


def test_loading_twice_changes_nothing(settings: Settings, companies: psycopg.Connection) -> None:
    load(settings, print)
    said: list[str] = []
    load(settings, said.append)
    assert said == ["0 of the cast are new, 8 were there; 0 companies were set up."]
    assert companies.execute("select count(*) from membership").fetchone() == (8,)


def test_a_reset_takes_the_orders_and_leaves_people_and_record(
    settings: Settings, companies: psycopg.Connection
) -> None:
    load(settings, print)
    companies.execute(
        "insert into customer_order (customer_id, source, number, key, currency, placed_by)"
        " select c.id, 'main', 'P-1', 'P01', 'USD', p.id from customer c, person p where p.login = 'alice' limit 1"
    )
    before = companies.execute("select count(*) from audit_event").fetchone()
    reset(settings, print)
    assert companies.execute("select count(*) from customer_order").fetchone() == (0,)
    assert companies.execute("select count(*) from person").fetchone() == (8,)
    assert companies.execute("select count(*) from audit_event").fetchone() == before
    enter(Scope.staff())
    assert session.execute(text("select count(*) from customer")).scalar() == 3
    leave()


def test_outside_a_demo_it_refuses(settings: Settings) -> None:
    production = replace(settings, environment="production")
    for door in (load, reset):
        with pytest.raises(NotAllowed, match="everybody knows"):
            door(production, print)
