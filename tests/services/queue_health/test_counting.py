"""Every call is counted, by many threads and processes, and nothing of it holds a call up."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from app.extensions import transaction
from app.security.scopes import Scope, entered
from app.services.queue_health import CallCounts, write
from app.services.queue_health.counting import MINUTES_KEPT
from tests.factories.counted import counted
from tests.factories.shop import Shop
from tests.world import wait_until

NOON = datetime(2026, 11, 25, 12, 0, 30, tzinfo=UTC)


@pytest.fixture
def shop(shop: Shop) -> Shop:
    shop.planter.connection.execute("delete from erp_call_minute")
    return shop


def count(counts: CallCounts, milliseconds: int = 40, *, at: datetime = NOON, operation: str = "read_items") -> None:
    counts.count(milliseconds, at=at, connection="main", operation=operation, outcome="ok")


def test_what_two_processes_counted_in_a_minute_is_added(shop: Shop) -> None:
    counted(40, 41, 9_000, at=NOON)
    counted(40, 99_000, at=NOON + timedelta(seconds=20))

    row = shop.planter.one("select * from erp_call_minute")
    assert (row["minute"], row["calls"], row["slowest"]) == (NOON.replace(second=0), 5, 99_000)
    assert [(place, number) for place, number in enumerate(row["buckets"]) if number] == [(9, 3), (23, 1), (29, 1)]


def test_each_kind_and_each_minute_has_a_row_of_its_own(shop: Shop) -> None:
    counted(40, at=NOON)
    counted(40, at=NOON + timedelta(seconds=40))
    counted(40, at=NOON, outcome="busy")
    counted(40, at=NOON, operation="quote")
    counted(40, at=NOON, connection="other")
    assert shop.planter.one("select count(*) as rows, sum(calls) as calls from erp_call_minute") == {
        "rows": 5, "calls": 5,
    }  # fmt: skip


def test_processes_that_write_the_same_minutes_at_once_lose_nothing(shop: Shop) -> None:
    together = threading.Barrier(6)

    def process(backwards: bool) -> None:
        counts = CallCounts()
        for step in reversed(range(100)) if backwards else range(100):
            count(counts, at=NOON + timedelta(minutes=step))
        together.wait()
        with entered(Scope.staff()), transaction():
            write(counts.take())

    threads = [threading.Thread(target=process, args=(bool(number % 2),)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shop.planter.one("select sum(calls) as calls from erp_call_minute")["calls"] == 600


def test_minutes_are_written_in_their_order_so_that_nobody_waits_in_a_circle(shop: Shop) -> None:
    first, last = NOON, NOON + timedelta(minutes=9)
    counted(40, at=first)
    counted(40, at=last)
    update = "update erp_call_minute set calls = calls + 1 where minute = date_trunc('minute', %s)"
    backwards = CallCounts()
    for minute in (last, first):
        count(backwards, at=minute, operation="create_order")

    def write_backwards() -> None:
        with entered(Scope.staff()), transaction():
            write(backwards.take())

    writing = threading.Thread(target=write_backwards)
    with shop.planter.connection.transaction():
        shop.planter.connection.execute("set local lock_timeout = '5s'")
        shop.planter.connection.execute(update, [first])
        writing.start()
        wait_until(lambda: shop.planter.all("select 1 from pg_locks where not granted"))
        shop.planter.connection.execute(update, [last])
    writing.join()
    assert shop.planter.one("select sum(calls) as calls from erp_call_minute")["calls"] == 6


def test_threads_count_while_others_take() -> None:
    counts, taken = CallCounts(), 0
    threads = [threading.Thread(target=lambda: [count(counts, operation=str(n)) for n in range(500)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        taken += sum(tally.calls for tally in counts.take().values())
    assert taken + sum(tally.calls for tally in counts.take().values()) == 2_000


def test_what_is_put_back_is_added_to_what_came_in_between() -> None:
    counts = CallCounts()
    count(counts, 40)
    taken = counts.take()
    count(counts, 50)
    counts.put_back(taken)

    (tally,) = counts.take().values()
    assert (tally.calls, tally.slowest, sum(tally.buckets)) == (2, 50, 2)


def test_of_a_long_time_without_database_the_oldest_minutes_are_given_up() -> None:
    counts = CallCounts()
    with capture_logs() as logs:
        for minute in range(MINUTES_KEPT + 3):
            count(counts, at=NOON + timedelta(minutes=minute))
    kept = {kind.minute for kind in counts.take()}
    assert len(kept) == MINUTES_KEPT
    assert min(kept) == NOON.replace(second=0) + timedelta(minutes=3)
    assert [each["event"] for each in logs] == ["erp_call_counts_given_up"] * 3
