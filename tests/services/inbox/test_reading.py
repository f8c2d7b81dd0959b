"""From a notice to the mirror: what the portal shows comes from reading the ERP, whatever became of the notices."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from app.embedded.databases import Addresses
from app.erp.port import connect
from app.extensions import session, start_database, stop_database
from app.jobs import sync
from app.services import inbox
from tests.factories.planting import Planter
from tests.services.inbox.conftest import notice, take
from tests.services.reference_sync.fake_port import FakePort, customer, item, price, stock

JOBS: dict[str, Callable[[], None]] = {
    "sync.prices": sync.prices, "sync.stock": sync.stock, "sync.items": sync.items, "sync.customers": sync.customers
}  # fmt: skip
TABLES = "sync_state, erp_event, price, stock, item_unit, item, ship_to, customer cascade"


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
