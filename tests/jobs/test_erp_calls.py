"""Counts are written by a thread of their own, kept while the database is away, and what is old is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.audit.history import history
from app.clock import now
from app.embedded.databases import Addresses
from app.erp.port import Exchange
from app.extensions import start_database, transaction
from app.jobs import erp_calls as jobs
from app.jobs import schedule
from app.security.scopes import Scope, entered
from app.services.queue_health import counts, forgetting, start_forgetting
from app.starting import _count_call
from tests.factories.counted import counted
from tests.factories.shop import Shop
from tests.services.conftest import erp, opened
from tests.services.conftest import shop as emptied

__all__ = ["emptied", "erp", "opened"]


@pytest.fixture
def shop(emptied: Shop) -> Iterator[Shop]:
    emptied.planter.connection.execute("delete from erp_call_minute")
    counts.take()
    start_forgetting(90)
    yield emptied
    counts.take()


def made(operation: str = "read_items", milliseconds: int = 40) -> None:
    """A call that the connector has just told of."""
    _count_call(
        Exchange(
            operation=operation, method="GET", url="http://erp", started_at=now(), milliseconds=milliseconds,
            status=200, outcome="ok",
        )
    )  # fmt: skip


def written(shop: Shop) -> list[Any]:
    return shop.planter.all("select operation, calls, slowest from erp_call_minute order by operation")


def test_a_call_that_reads_is_counted_and_written_when_the_process_ends(shop: Shop) -> None:
    writing = jobs.Writing(every=3600).start()
    made()
    made("quote", 70)
    assert written(shop) == []

    writing.stop(within=30)

    assert written(shop) == [
        {"operation": "quote", "calls": 1, "slowest": 70},
        {"operation": "read_items", "calls": 1, "slowest": 40},
    ]


def test_while_the_database_is_away_counting_goes_on_and_is_written_later(shop: Shop, database: Addresses) -> None:
    start_database("postgresql+psycopg://nobody@127.0.0.1:9/nothing")
    made()
    assert not jobs.write_counts()
    made()
    assert not jobs.write_counts()

    start_database(database.web)
    assert jobs.write_counts()
    assert jobs.write_counts()

    assert written(shop) == [{"operation": "read_items", "calls": 2, "slowest": 40}]


def test_old_calls_and_counts_are_forgotten_in_batches(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "BATCH", 2)
    for days in (89, 91, 92, 93, 500, 501):
        shop.planter.row("erp_call", started_at=now() - timedelta(days=days))
    for days in (399, 401, 402, 403):
        counted(40, at=now() - timedelta(days=days))

    jobs.forget()

    assert shop.planter.one("select count(*) as n from erp_call")["n"] == 1
    assert shop.planter.one("select count(*) as n from erp_call_minute")["n"] == 1


def test_how_long_calls_are_kept_is_a_setting(shop: Shop) -> None:
    start_forgetting(7)
    shop.planter.row("erp_call", started_at=now() - timedelta(days=8))
    jobs.forget()
    assert shop.planter.all("select 1 from erp_call") == []


def test_a_story_outlives_the_calls_it_tells_of(shop: Shop) -> None:
    number = shop.ordered("BIKE 1")
    call = shop.planter.row("erp_call", started_at=now() - timedelta(days=91))
    shop.planter.row(
        "audit_event", tag="order.confirm", object_kind="order", object_number=number, erp_call_id=call["id"]
    )
    assert told(number)[-1].erp_call is not None

    jobs.forget()

    last = told(number)[-1]
    assert (last.what, last.erp_call) == ("order.confirm", None)


def told(number: str) -> Any:
    with entered(Scope.staff()), transaction():
        return history("order", number)


def test_the_schedule_rings_for_it_once_a_day(shop: Shop) -> None:
    assert "erp_calls.forget" in schedule.tick()
    assert "erp_calls.forget" not in schedule.tick()
