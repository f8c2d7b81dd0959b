"""The worker as a process: orders go out whatever else hangs, and it stops when told to, losing nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import psycopg
import pytest

from app.embedded.databases import dsn
from app.extensions import doorbell
from tests.world import World, wait_until

LINES = [{"item": "BC-M005", "quantity": "1", "unit": "PCS"}]


@pytest.fixture(scope="module")
def open_shop(world: World) -> World:
    world.lease = 5
    world.start("web")
    return world


@pytest.fixture
def place(open_shop: World) -> Callable[[str], str]:
    """A buyer places an order. :returns: its number"""

    def place(key: str) -> str:
        answer = open_shop.api("alice").order(key, LINES, reference=key)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["number"])

    return place


@pytest.fixture
def worker(open_shop: World) -> Iterator[Callable[..., None]]:
    """Start a worker, with other settings if need be; it is gone at the end."""

    def start(**more: str) -> None:
        open_shop.more = more
        open_shop.start("worker")

    yield start
    open_shop.sandbox.behave()
    open_shop.more = {}
    if "worker" in open_shop.processes:
        open_shop.kill("worker")


def confirmed(world: World, number: str) -> Callable[[], bool]:
    return lambda: world.api("alice").get(f"/orders/{number}")["state"]["process"] == "confirmed"


def stop_politely(world: World, name: str = "worker") -> float:
    """:returns: seconds until it was gone"""
    process = world.processes.pop(name)
    began = time.monotonic()
    process.terminate()
    process.wait(30)
    return time.monotonic() - began


def test_without_redis_orders_go_out_and_the_worker_stops_when_told(
    open_shop: World, place: Callable[[str], str], worker: Callable[..., None]
) -> None:
    worker(REDIS_URL="redis://127.0.0.1:1/0")
    number = place("no-redis")

    wait_until(confirmed(open_shop, number), seconds=30)
    assert stop_politely(open_shop) < 10


def test_a_sync_that_hangs_holds_up_no_order_and_no_stop(
    open_shop: World, place: Callable[[str], str], worker: Callable[..., None]
) -> None:
    open_shop.sandbox.tell("faults", kind="timeout_before_commit", match="orderStates", times=None, seconds=40)
    worker()
    doorbell.ring("sync.documents")
    time.sleep(3)  # it has begun
    number = place("beside-a-sync")

    wait_until(confirmed(open_shop, number), seconds=30)
    assert stop_politely(open_shop) < 10


def test_told_to_stop_in_the_middle_of_a_call_it_stops_and_the_next_one_takes_over(
    open_shop: World, place: Callable[[str], str], worker: Callable[..., None]
) -> None:
    open_shop.sandbox.tell("faults", kind="timeout_after_commit", match="portalOrders", method="POST", seconds=40)
    worker()
    number = place("cut-off")
    wait_until(lambda: any(e["kind"] == "order_committed" for e in open_shop.sandbox.ledger()[-3:]), seconds=30)

    assert stop_politely(open_shop) < 10
    worker()

    wait_until(confirmed(open_shop, number), seconds=40)


def test_what_ends_writes_down_the_calls_it_counted(
    open_shop: World, place: Callable[[str], str], worker: Callable[..., None]
) -> None:
    def counted() -> set[str]:
        with psycopg.connect(dsn(open_shop.addresses.owner)) as connection:
            return {name for (name,) in connection.execute("select distinct operation from erp_call_minute")}

    with psycopg.connect(dsn(open_shop.addresses.owner)) as connection:
        connection.execute("delete from erp_call_minute")
    place("counted")
    stop_politely(open_shop, "web")
    assert "quote" in counted()

    before = len(open_shop.sandbox.ledger())
    worker()
    wait_until(lambda: any(e["kind"] == "order_committed" for e in open_shop.sandbox.ledger()[before:]), seconds=30)
    stop_politely(open_shop)
    assert "create_order" in counted()
