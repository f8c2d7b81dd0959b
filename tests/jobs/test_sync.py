"""Reading the sandbox ERP over HTTP, from the command line and by the clock."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import psycopg
import pytest
import requests
from sqlalchemy import Engine

from app import clock
from app.embedded.databases import Addresses, dsn
from app.embedded.services import Running
from app.erp.port import connect
from app.erp.registry import connector
from app.erp.sandbox.server import Sandbox
from app.errors import PortalError
from app.extensions import session, start_database
from app.jobs import account_commands, sync
from app.jobs.at_once import at_work
from app.security.identity import by_token, hash_of
from app.starting import SOURCE, connection_settings
from config import Settings


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    running = Sandbox(tmp_path_factory.mktemp("erp") / "store.db", port=0, speed=0)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def settings(database: Addresses, services: Running, sandbox: Sandbox) -> Settings:
    return Settings.from_environment(
        {
            "PORTICO_ENV": "test",
            "DATABASE_URL": database.web,
            "DATABASE_WORKER_URL": database.worker,
            "DATABASE_OWNER_URL": database.owner,
            "REDIS_URL": services.redis_url,
            "ERP_URL": f"http://127.0.0.1:{sandbox.port}",
        }
    )


@pytest.fixture(scope="module")
def mirrored(settings: Settings) -> list[str]:
    """The first run; what it said."""
    said: list[str] = []
    sync.run_now(settings, say=said.append)
    return said


@pytest.fixture
def worker(settings: Settings, mirrored: list[str]) -> Iterator[None]:
    """This process as the worker, also after a command that came and went."""
    start_database(settings.database_worker_url)
    connect(SOURCE, connector("business_central", connection_settings(settings)))
    yield
    session.remove()
    bound = session.get_bind()
    assert isinstance(bound, Engine)
    bound.dispose()


@pytest.fixture
def owner(database: Addresses) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(dsn(database.owner), autocommit=True) as connection:
        yield connection


def one(owner: psycopg.Connection[Any], statement: str) -> Any:
    row = owner.execute(statement).fetchone()
    return row[0] if row and len(row) == 1 else row


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> list[Collection[str]]:
    """Which orders were followed up, call by call."""
    calls: list[Collection[str]] = []
    monkeypatch.setattr(sync, "follow", calls.append)
    return calls


def test_the_first_run_brings_the_whole_erp(mirrored: list[str], owner: psycopg.Connection[Any]) -> None:
    assert mirrored[0].startswith("items: 295 read, 295 changed")
    assert one(owner, "select count(*), count(*) filter (where price_group = 'DEALER') from customer") == (701, 701)
    assert one(owner, "select count(*) from item_unit where withdrawn_at is null and code = 'BOX'") > 100
    assert one(owner, "select count(*) from price where unit_price is not null and assigned_to = 'group'") > 250
    assert one(owner, "select count(*) from erp_order o where exists"
                      " (select from erp_order_line l where l.erp_order_id = o.id)") == one(
        owner, "select count(*) from erp_order")  # fmt: skip
    assert one(owner, "select count(*) from sync_state where problem <> '' or quarantined > 0") == 0


def test_a_second_full_run_changes_nothing(settings: Settings, mirrored: list[str]) -> None:
    said: list[str] = []
    sync.run_now(settings, full=True, say=said.append)
    assert len(said) == 9
    assert all(" 0 changed" in line for line in said)


def test_a_changed_price_arrives_with_the_next_delta(
    worker: None, sandbox: Sandbox, owner: psycopg.Connection[Any]
) -> None:
    code, item = one(owner, "select list_code, item_number from price where assigned_to = 'group' order by id limit 1")
    line = {"priceListCode": code, "assetNo": item, "sourceType": "Customer Price Group", "sourceNo": "DEALER",
            "unitPrice": 1.25, "amountType": "Price", "minimumQuantity": 7}  # fmt: skip
    requests.post(f"http://127.0.0.1:{sandbox.port}/_sandbox/prices", json=line, timeout=10).raise_for_status()
    sync.reference()
    query = f"select unit_price from price where item_number = '{item}' and minimum_quantity = 7"
    assert one(owner, query) == Decimal("1.25")


def test_the_clock_follows_documents_only_as_far_as_they_changed(worker: None, followed: list[Collection[str]]) -> None:
    sync.documents()
    assert followed == [frozenset()]


def test_an_order_whose_follow_up_was_lost_is_found_again(
    worker: None, followed: list[Collection[str]], owner: psycopg.Connection[Any]
) -> None:
    customer_id = one(owner, "select id from customer where number = 'AW00000001'")
    owner.execute(
        "insert into erp_order (customer_id, number, order_key, channel, status, ordered_on, currency, net, tax, gross,"
        " source, erp_key, synced_at)"
        " values (%s, 'S-LOST', 'P0LOST', 'portal', 'open', now(), 'USD', 1, 0, 1, 'main', 'lost', %s)",
        [customer_id, clock.now()],
    )
    owner.execute(
        "with u as (insert into ab_user (id, first_name, last_name, username, email) values (99, '', '', 'u', 'u')"
        " returning id), p as (insert into person (user_id, login, name) select id, 'p', 'P' from u returning id)"
        " insert into customer_order (customer_id, source, number, key, currency, placed_by)"
        " select %s, 'main', 'P-1', 'P0LOST', 'USD', id from p",
        [customer_id],
    )
    sync.reference()
    sync.reference()
    assert ["P0LOST" in keys for keys in followed] == [True, False]


def test_an_erp_that_does_not_answer_is_named_and_what_we_have_stays(
    settings: Settings, mirrored: list[str], owner: psycopg.Connection[Any]
) -> None:
    silent = replace(settings, erp_url="http://127.0.0.1:9")
    with pytest.raises(PortalError) as problem:
        sync.run_now(silent, say=mirrored.append)
    assert problem.value.message.count("The next run goes on from the last page.") == 9
    assert one(owner, "select count(*) from item where withdrawn_at is null") == 295
    sync.run_now(settings, say=mirrored.append)
    assert one(owner, "select count(*) from sync_state where problem <> ''") == 0


def test_an_unknown_connection_is_named(settings: Settings) -> None:
    with pytest.raises(PortalError, match="There is no ERP connection elsewhere"):
        sync.run_now(settings, connection="elsewhere", say=print)


def test_a_user_of_a_customer_and_a_token_from_the_command_line(settings: Settings, mirrored: list[str]) -> None:
    said = account_commands.create_user(
        settings, name="emma", email="emma@example.com", roles=["buyer"], customer="AW00000001"
    )
    assert said.startswith("emma can sign in now.")
    token = account_commands.create_token(settings, name="emma", days=1)
    with at_work(settings):
        assert (actor := by_token(hash_of(token))) is not None
        assert actor.customer_id is not None
    account_commands.disable_user(settings, name="emma")
    with at_work(settings):
        assert by_token(hash_of(token)) is None
    with pytest.raises(PortalError, match="no customer AW9"):
        account_commands.create_user(settings, name="x", email="", roles=["buyer"], customer="AW9")
    with pytest.raises(PortalError, match="no role king"):
        account_commands.create_user(settings, name="x", email="", roles=["king"])
