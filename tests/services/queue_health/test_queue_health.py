"""Figures of the way to the ERP, from what is stored: counted, sorted into parts of time, and the percentiles right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app import heartbeat
from app.clock import now
from app.extensions import transaction
from app.security.scopes import Scope, entered
from app.services import queue_health
from app.services.queue_health import WINDOWS
from tests.factories.counted import counted
from tests.factories.shop import Shop

HOUR = WINDOWS["1h"]


def ago(**time: float) -> Any:
    return now() - timedelta(**time)


@pytest.fixture
def shop(shop: Shop) -> Iterator[Shop]:
    for table in ("drift", "schedule_tick", "erp_call_minute"):
        shop.planter.connection.execute(f"delete from {table}")
    with entered(Scope.staff()):
        yield shop


def message(shop: Shop, **values: Any) -> None:
    shop.planter.row("outbox_message", **{"kind": "create_order", "connection": "main", "body": {}, **values})


def test_calls_are_counted_by_kind_with_their_percentiles(shop: Shop) -> None:
    counted(*range(1, 101), at=ago(minutes=5))
    for outcome in ("refused", "busy", "unknown", "misread", "unavailable", "already_there"):
        counted(10, at=ago(minutes=5), operation="read_items", outcome=outcome)
    counted(99_999, at=ago(minutes=62))

    create, find = queue_health.operations(HOUR)

    assert (create.operation, create.calls, create.p50, create.p95, create.p99) == ("create_order", 100, 50, 95, 99)
    assert (find.operation, find.p50) == ("read_items", 8)
    assert (find.calls, find.refused, find.unanswered) == (6, 1, 4)
    assert find.per_minute == pytest.approx(0.1)
    assert find.unanswered_share == pytest.approx(4 / 6)


@pytest.mark.parametrize(("code", "parts"), [("1h", 30), ("24h", 48), ("7d", 42)])
def test_time_is_cut_into_equal_parts_that_end_now(shop: Shop, code: str, parts: int) -> None:
    window = WINDOWS[code]
    counted(40, at=ago(seconds=2))
    counted(60, at=now() - window.length / 2, outcome="unknown")

    found = queue_health.calls_over(window)

    assert len(found) == parts
    assert [each.calls for each in found if each.calls] == [1, 1]
    assert (found[-1].calls, found[-1].p50, found[-1].unanswered) == (1, 35, 0)
    assert sum(each.unanswered for each in found) == 1
    assert found[0].p95 is None
    assert found[-1].at + window.step <= now()


def test_how_much_waited_at_each_moment_is_known_afterwards(shop: Shop) -> None:
    message(shop, created_at=ago(minutes=50))
    message(shop, state="done", created_at=ago(minutes=40), finished_at=ago(minutes=20))
    message(shop, state="dead", created_at=ago(minutes=39), finished_at=ago(minutes=19))
    message(shop, state="done", created_at=ago(hours=9), finished_at=ago(hours=8))

    found = queue_health.waiting_over(HOUR)

    waited = {round((now() - each.at).total_seconds() / 60): each.messages for each in found}
    assert (waited[60], waited[48], waited[30], waited[18], waited[0]) == (0, 1, 3, 1, 1)


def test_what_waits_now_and_since_when(shop: Shop) -> None:
    number = shop.ordered("BIKE 1")
    shop.planter.connection.execute("delete from outbox_message")
    shop.planter.connection.execute("delete from mail")
    message(shop, created_at=ago(minutes=9), due_at=ago(minutes=-2), order_id=shop.order(number)["id"])
    message(shop, created_at=ago(minutes=8), due_at=ago(minutes=7), lease_until=ago(minutes=-1))
    message(shop, created_at=ago(minutes=3), due_at=ago(minutes=1), lease_until=ago(seconds=5))
    message(shop, state="dead")
    shop.planter.row("mail", kind="receipt", language="en", created_at=ago(minutes=4))
    shop.planter.row("mail", kind="receipt", language="en", state="dead")
    shop.planter.row("drift", source="main", kind="twice", found_at=ago(hours=2))

    found = queue_health.backlog()

    assert (found.waiting, found.dead, found.in_hand, found.overdue.messages) == (3, 1, 1, 1)
    assert (found.mails_waiting, found.mails_dead, found.drifts) == (1, 1, 1)
    moments = (found.oldest_order, found.overdue.since, found.mails_since, found.drifts_since)
    assert [round((now() - moment).total_seconds() / 60) for moment in moments if moment] == [9, 1, 4, 120]
    assert found.oldest_number == number


def test_an_empty_house_has_nothing_to_tell(shop: Shop) -> None:
    found = queue_health.backlog()
    assert (found.waiting, found.oldest_order, found.oldest_number, found.overdue.since) == (0, None, "", None)
    assert queue_health.operations(HOUR) == []
    assert heartbeat.lag() is None


@pytest.mark.parametrize(
    ("rung", "answered", "lag"),
    [
        (5, 4.5, 0.5),  # the last ring was answered half a second later
        (30, None, 30),  # nobody has ever answered
        (3, 60, 48),  # rings go on, the work of the ring after the last answer is missing
        (50, 49, 37),  # nobody rings any more
    ],
)
def test_the_lag_is_measured_from_the_ring_to_the_work(
    shop: Shop, rung: float, answered: float | None, lag: float
) -> None:
    shop.planter.row("schedule_tick", job=heartbeat.RING, ran_at=ago(seconds=rung))
    if answered is not None:
        shop.planter.row("schedule_tick", job=heartbeat.ANSWERED, ran_at=ago(seconds=answered))
    assert heartbeat.lag() == pytest.approx(lag, abs=1)


def test_an_answer_ends_the_lag(shop: Shop) -> None:
    shop.planter.row("schedule_tick", job=heartbeat.RING, ran_at=ago(seconds=30))
    with transaction():
        heartbeat.note(heartbeat.ANSWERED)
    shop.planter.connection.execute("update schedule_tick set ran_at = now() where job = %s", [heartbeat.RING])
    with transaction():
        heartbeat.note(heartbeat.ANSWERED)
    assert heartbeat.lag() == pytest.approx(0, abs=1)
