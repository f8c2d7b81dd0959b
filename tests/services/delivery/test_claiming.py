"""A claim is a lease with a fence: two workers never send one message at once, and who lost a claim settles nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app import clock
from app.extensions import session, transaction
from app.security.scopes import Scope, entered
from app.services.delivery import claiming, delivery
from app.services.delivery.protocol import Claimed
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp

Take = Callable[..., Claimed | None]
Bring = Callable[..., str]


def claim() -> Claimed | None:
    lease = timedelta(minutes=2)
    return claiming.claim("main", lease=lease, until=clock.now() + lease)


@pytest.fixture
def number(shop: Shop, erp: FakeErp) -> str:
    return shop.ordered("BIKE 5")


def test_a_claimed_message_is_nobody_elses(number: str, take: Take) -> None:
    assert take() is not None
    assert take() is None


def test_two_workers_at_one_moment_get_different_messages(shop: Shop, erp: FakeErp) -> None:
    numbers = {shop.order(shop.ordered("BIKE 1"))["key"] for _ in range(2)}
    both_hold = threading.Barrier(2, timeout=10)

    def work(_: int) -> str:
        try:
            with entered(Scope.staff()), transaction():
                message = claim()
                both_hold.wait()
                return message.order_key if message else ""
        finally:
            session.remove()

    with ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(work, range(2)))

    assert sorted(taken) == sorted(numbers)


def test_a_message_one_worker_is_claiming_is_stepped_over_by_the_other(number: str) -> None:
    first_holds, second_is_done = threading.Event(), threading.Event()

    def second() -> Claimed | None:
        first_holds.wait(10)
        try:
            with entered(Scope.staff()), transaction():
                return claim()
        finally:
            session.remove()
            second_is_done.set()

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(second)
        with entered(Scope.staff()), transaction():
            assert claim() is not None
            first_holds.set()
            assert second_is_done.wait(10)

    assert answer.result() is None


def test_a_lease_that_ran_out_is_taken_over(number: str, take: Take) -> None:
    first = take(lease_seconds=0)
    second = take()

    assert first is not None
    assert second is not None
    assert (first.id, first.attempts, second.attempts) == (second.id, 1, 2)


@pytest.fixture
def lose_the_claim(shop: Shop, erp: FakeErp, take: Take) -> Callable[[], Claimed]:
    """A worker's call takes longer than its lease, and meanwhile another one takes the message."""

    def lose_the_claim() -> Claimed:
        taken_over: list[Claimed | None] = []

        def meanwhile(_operation: str) -> None:
            erp.during = lambda operation: None
            shop.planter.connection.execute("update outbox_message set lease_until = now() - interval '1 second'")
            taken_over.append(take())

        erp.during = meanwhile
        slow = take()
        with entered(Scope.staff()):
            at_work = delivery()
            assert slow is not None
            assert at_work.finish(at_work.attempt(slow)) == "lost_claim"
        (other,) = taken_over
        assert other is not None
        return other

    return lose_the_claim


def test_a_worker_that_lost_its_claim_settles_nothing(
    shop: Shop, erp: FakeErp, number: str, bring: Bring, lose_the_claim: Callable[[], Claimed]
) -> None:
    other = lose_the_claim()
    assert shop.state(number)[0] == "received"
    assert shop.messages(number)[0]["state"] == "waiting"

    assert bring(other) == "done"
    assert erp.operations() == ["create_order", "find_order"]
    assert len(erp.created()) == 1
    assert shop.state(number)[0] == "confirmed"


def test_a_worker_that_wakes_up_after_its_lease_sends_nothing(
    shop: Shop, erp: FakeErp, number: str, take: Take, bring: Bring
) -> None:
    stopped = take(lease_seconds=0)
    bring()
    before = shop.order(number)

    assert bring(stopped) == "lost_claim"

    assert shop.order(number) == before
    assert erp.operations() == ["find_order", "create_order"]


def test_calls_of_a_lost_claim_are_kept_all_the_same(
    shop: Shop, number: str, lose_the_claim: Callable[[], Claimed]
) -> None:
    lose_the_claim()

    assert [row["operation"] for row in shop.planter.all("select operation from erp_call")] == ["create_order"]


def test_messages_are_taken_when_due_the_oldest_first(shop: Shop, erp: FakeErp, take: Take) -> None:
    early, late, future = (shop.order(shop.ordered("BIKE 1"))["key"] for _ in range(3))
    shop.planter.connection.execute(
        "update outbox_message set due_at = now() + interval '1 hour' where order_key = %s", [future]
    )

    taken = [take(), take(), take()]

    assert [message and message.order_key for message in taken] == [early, late, None]
