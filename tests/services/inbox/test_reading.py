"""From a notice to the mirror: what the portal shows comes from reading the ERP, whatever became of the notices."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest

from app.embedded.databases import Addresses
from app.erp.port import connect
from app.extensions import session, start_database, stop_database, transaction
from app.jobs import schedule, sync
from app.security.scopes import Scope, entered
from app.services import inbox
from tests.factories.planting import Planter
from tests.services.inbox.conftest import Notices, message, notice, take
from tests.services.reference_sync.fake_port import FakePort, customer, item, price, stock

JOBS: dict[str, Callable[[], None]] = {
    "sync.prices": sync.prices, "sync.stock": sync.stock, "sync.items": sync.items, "sync.customers": sync.customers
}  # fmt: skip
TABLES = "sync_state, erp_event, reading_wish, price, stock, item_unit, item, ship_to, customer cascade"


@pytest.fixture(scope="module")
def worker(planter: Planter, database: Addresses) -> Iterator[None]:
    """This process as the worker: it may write the mirror."""
    start_database(database.worker)
    yield
    session.remove()
    stop_database()


@pytest.fixture
def erp(worker: None, planter: Planter) -> FakePort:
    """An ERP with one item at 10, read once."""
    planter.connection.execute(f"truncate {TABLES}")
    port = FakePort()
    connect("main", port)  # type: ignore[arg-type]
    port.tell("items", item("A"))
    port.tell("customers", customer("C1"))
    port.tell("prices", price("p1", "A", "10"))
    sync.reference()
    port.asked.clear()
    return port


def shown(planter: Planter) -> Any:
    return planter.one("select (select unit_price from price) as price, (select sum(quantity) from stock) as stock")


def change_in_the_erp(port: FakePort) -> list[dict[str, Any]]:
    """Three changes, and the notices the ERP writes for them."""
    port.tell("prices", price("p1", "A", "11"))
    port.tell("prices", price("p1", "A", "12.5"))
    port.tell("stock", stock("A", "7"))
    return [notice("prices", 1), notice("prices", 2), notice("stock", 3)]


@pytest.mark.parametrize("seed", range(25))
def test_late_repeated_lost_and_out_of_order_notices_end_at_what_the_erp_has(
    seed: int, erp: FakePort, planter: Planter, rung: list[str]
) -> None:
    chance = random.Random(seed)
    told = change_in_the_erp(erp) * 2
    chance.shuffle(told)
    for event in told[: chance.randint(0, len(told))]:  # the rest is lost
        inbox.wake_readers(take(event))
        if chance.random() < 0.5:
            JOBS[rung.pop()]()
    sync.reference()  # the clock, which comes in any case
    assert shown(planter) == {"price": Decimal("12.5"), "stock": Decimal(7)}


def test_a_notice_reads_what_it_is_about_and_nothing_else(erp: FakePort, planter: Planter, rung: list[str]) -> None:
    told = change_in_the_erp(erp)
    inbox.wake_readers(take(told[0]))
    JOBS[rung.pop()]()
    assert shown(planter) == {"price": Decimal("12.5"), "stock": None}
    assert {stream for stream, _ in erp.asked} == {"prices"}


def test_with_every_notice_lost_the_clock_brings_it(erp: FakePort, planter: Planter) -> None:
    change_in_the_erp(erp)
    assert shown(planter)["price"] == Decimal(10)
    sync.reference()
    assert shown(planter) == {"price": Decimal("12.5"), "stock": Decimal(7)}


def test_a_notice_about_a_customer_brings_the_balance_too(erp: FakePort, rung: list[str]) -> None:
    sync.customers()
    assert {stream for stream, _ in erp.asked} == {"customers", "balances"}


def test_news_that_come_while_the_erp_is_being_read_are_not_lost(
    erp: FakePort, planter: Planter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run that has the pen may have passed prices already: the job waits for it and reads after it."""
    change_in_the_erp(erp)
    busy = iter([[], [], None])
    real = sync.sync
    monkeypatch.setattr(sync, "sync", lambda *a, **k: real(*a, **k) if (found := next(busy)) is None else found)
    monkeypatch.setattr(sync, "_PAUSE", 0)
    sync.prices()
    assert shown(planter)["price"] == Decimal("12.5")


@pytest.mark.parametrize("seed", range(10))
def test_with_every_ring_lost_the_scheduler_finds_the_wish(
    seed: int, erp: FakePort, planter: Planter, rung: list[str]
) -> None:
    """Redis forgets everything between the event and the job: what was wished stands in the database."""
    chance = random.Random(seed)
    told = change_in_the_erp(erp)
    for event in chance.sample(told, len(told)):
        take(event)
    planter.connection.execute("delete from schedule_tick")
    for job in schedule.tick():
        JOBS.get(job, sync.documents)()
    assert shown(planter) == {"price": Decimal("12.5"), "stock": Decimal(7)}
    assert wishes(planter) == []
    planter.connection.execute("delete from schedule_tick")
    assert not {"sync.prices", "sync.stock"} & set(schedule.tick())


def test_a_wish_renewed_while_the_job_reads_stays(erp: FakePort, planter: Planter, monkeypatch: Any) -> None:
    told = change_in_the_erp(erp)
    take(told[0])
    real = sync.sync

    def news_in_the_middle(*given: Any, **named: Any) -> Any:
        results = real(*given, **named)
        take(told[1])
        return results

    monkeypatch.setattr(sync, "sync", news_in_the_middle)
    sync.prices()
    assert wishes(planter) == ["sync.prices"]
    monkeypatch.setattr(sync, "sync", real)
    sync.prices()
    assert wishes(planter) == []


def test_an_erp_that_does_not_answer_leaves_the_wish(erp: FakePort, planter: Planter) -> None:
    take(*change_in_the_erp(erp))
    erp.stops_at["prices"] = 1
    sync.prices()
    assert wishes(planter) == ["sync.prices", "sync.stock"]
    erp.stops_at.clear()
    sync.reference()
    assert wishes(planter) == []


def test_an_event_whose_transaction_is_lost_leaves_neither_event_nor_wish(erp: FakePort, planter: Planter) -> None:
    with entered(Scope.staff()), suppress(ZeroDivisionError), transaction():
        inbox.take_notices("main", Notices(), message(*change_in_the_erp(erp)))  # type: ignore[arg-type]
        raise ZeroDivisionError
    assert wishes(planter) == []
    assert planter.all("select 1 from erp_event") == []


def wishes(planter: Planter) -> list[str]:
    return [row["job"] for row in planter.all("select job from reading_wish order by job")]
