"""The worker's threads that send: several at once, never the same message, not held up by anything else in the worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from app.extensions import doorbell
from app.jobs import relay, senders
from app.jobs.senders import Senders
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp, Trouble
from tests.world import wait_until


@pytest.fixture
def crew(shop: Shop, erp: FakeErp) -> Iterator[Callable[[int], Senders]]:
    """Start that many threads; they are gone at the end."""
    started: list[Senders] = []

    def crew(threads: int) -> Senders:
        started.append(Senders(threads))
        started[-1].start()
        return started[-1]

    yield crew
    for each in started:
        each.stop()
        assert each.finished(10)


def done(shop: Shop, count: int) -> Callable[[], bool]:
    def done() -> bool:
        found = shop.planter.one("select count(*) as times from outbox_message where state = 'done'")
        return bool(found["times"] == count)

    return done


def test_messages_of_several_orders_are_on_their_way_at_once(
    shop: Shop, erp: FakeErp, crew: Callable[[int], Senders]
) -> None:
    for _ in range(3):
        shop.ordered("BIKE 1")
    together = threading.Barrier(3, timeout=20)

    def meet(_operation: str) -> None:
        together.wait()

    erp.during = meet

    crew(3)

    wait_until(done(shop, 3), seconds=30)
    assert len(erp.created()) == 3


def test_one_that_hangs_in_the_erp_holds_up_no_other(shop: Shop, erp: FakeErp, crew: Callable[[int], Senders]) -> None:
    slow = shop.order(shop.ordered("BIKE 1"))["key"]
    others = [shop.ordered("BIKE 1") for _ in range(3)]
    answer = threading.Event()

    def hang(_operation: str) -> None:
        if erp.calls[-1] == ("create_order", slow):
            answer.wait(30)

    erp.during = hang

    crew(2)

    wait_until(done(shop, 3), seconds=30)
    assert [shop.state(number)[0] for number in others] == ["confirmed"] * 3
    answer.set()
    wait_until(done(shop, 4), seconds=30)


def test_a_message_that_kills_its_thread_is_left_behind_and_the_thread_replaced(
    shop: Shop, erp: FakeErp, crew: Callable[[int], Senders], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda args: None)
    poison, *_ = [shop.order(shop.ordered("BIKE 1"))["key"] for _ in range(3)]
    shop.planter.connection.execute("update outbox_message set body = '{}' where order_key = %s", [poison])

    crew(1)

    wait_until(done(shop, 2), seconds=30)
    left = shop.planter.one("select state, attempts from outbox_message where order_key = %(key)s", key=poison)
    assert left == {"state": "waiting", "attempts": 1}


def test_a_ring_wakes_them_and_an_empty_redis_costs_nothing(
    shop: Shop, erp: FakeErp, crew: Callable[[int], Senders], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(senders, "_here", crew(2))
    for number in range(1, 7):
        shop.ordered("BIKE 1")
        doorbell.redis.flushall()
        if number % 2:
            assert relay.drain() == 0

    wait_until(done(shop, 6), seconds=30)


def test_told_to_stop_they_finish_what_is_under_way_and_take_nothing_more(
    shop: Shop, erp: FakeErp, crew: Callable[[int], Senders]
) -> None:
    begun, answer = threading.Event(), threading.Event()

    def take_long(_operation: str) -> None:
        begun.set()
        answer.wait(30)

    erp.during = take_long
    number = shop.ordered("BIKE 1")
    crew_of_one = crew(1)
    assert begun.wait(20)

    crew_of_one.stop()
    shop.ordered("BIKE 1")
    answer.set()

    assert crew_of_one.finished(20)
    assert shop.state(number)[0] == "confirmed"
    assert len(erp.created()) == 1


def test_while_the_breaker_is_open_none_of_them_calls(shop: Shop, erp: FakeErp, crew: Callable[[int], Senders]) -> None:
    erp.will("create_order", *[Trouble.UNAVAILABLE] * 100)
    for _ in range(12):
        shop.ordered("BIKE 1")

    crew(4)
    opened = "select 1 from erp_line where breaker = 'open'"
    wait_until(lambda: bool(shop.planter.all(opened)), seconds=20)
    time.sleep(0.2)  # those that were on their way
    calls = len(erp.calls)
    probe_at = shop.planter.one("select probe_at > clock_timestamp() as later from erp_line")
    time.sleep(0.5)

    assert calls <= 5 + 4
    assert not probe_at["later"] or len(erp.calls) <= calls + 1
