"""A claim is a lease with a fence: two workers never send one message at once, and who lost a claim settles nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.extensions import session, transaction
from app.security.scopes import Scope, entered
from app.services.delivery import claim
from app.services.delivery.claiming import Claimed
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp

Take = Callable[..., Claimed | None]
Bring = Callable[..., str]


@pytest.fixture
def number(shop: Shop, erp: FakeErp) -> str:
    return shop.ordered("BIKE 5")


def test_a_claimed_message_is_nobody_elses(number: str, take: Take) -> None:
    assert take() is not None
    assert take() is None


def test_two_workers_at_one_moment_get_different_messages(shop: Shop, erp: FakeErp) -> None:
    numbers = {shop.order(shop.ordered("BIKE 1"))["key"] for _ in range(2)}
    both_hold = threading.Barrier(2, timeout=10)

    def work(_: int) -> list[str]:
        try:
            with entered(Scope.staff()), transaction():
                keys = [message.order_key for message in claim(1)]
                both_hold.wait()
                return keys
        finally:
            session.remove()

    with ThreadPoolExecutor(2) as pool:
        taken = [key for keys in pool.map(work, range(2)) for key in keys]

    assert sorted(taken) == sorted(numbers)


def test_a_message_one_worker_is_claiming_is_stepped_over_by_the_other(number: str) -> None:
    first_holds, second_is_done = threading.Event(), threading.Event()

    def second() -> int:
        first_holds.wait(10)
        try:
            with entered(Scope.staff()), transaction():
                return len(claim(5))
        finally:
            session.remove()
            second_is_done.set()

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(second)
        with entered(Scope.staff()), transaction():
            assert len(claim(5)) == 1
            first_holds.set()
            assert second_is_done.wait(10)

    assert answer.result() == 0


def test_a_lease_that_ran_out_is_taken_over(number: str, take: Take) -> None:
    first = take(lease_seconds=0)
    second = take()

    assert first is not None
    assert second is not None
    assert (first.id, first.attempts, second.attempts) == (second.id, 1, 2)


def test_a_worker_that_lost_its_claim_settles_nothing(
    shop: Shop, erp: FakeErp, number: str, take: Take, bring: Bring
) -> None:
    stopped = take(lease_seconds=0)
    other = take()

    assert bring(stopped) == "lost_claim"
    assert shop.state(number)[0] == "received"
    assert shop.messages(number)[0]["state"] == "waiting"

    assert bring(other) == "done"
    assert erp.operations() == ["create_order", "find_order"]
    assert len(erp.created()) == 1
    assert shop.state(number)[0] == "confirmed"


def test_a_worker_that_wakes_up_after_another_has_finished_changes_nothing(
    shop: Shop, erp: FakeErp, number: str, take: Take, bring: Bring
) -> None:
    stopped = take(lease_seconds=0)
    bring()
    before = shop.order(number)

    assert bring(stopped) == "lost_claim"

    assert shop.order(number) == before
    assert len(erp.created()) == 1


def test_calls_of_a_lost_claim_are_kept_all_the_same(shop: Shop, number: str, take: Take, bring: Bring) -> None:
    stopped = take(lease_seconds=0)
    take()
    bring(stopped)

    assert [row["operation"] for row in shop.planter.all("select operation from erp_call")] == ["create_order"]


def test_messages_are_taken_when_due_the_oldest_first(shop: Shop, erp: FakeErp, take: Take) -> None:
    early, late, future = (shop.order(shop.ordered("BIKE 1"))["key"] for _ in range(3))
    shop.planter.connection.execute(
        "update outbox_message set due_at = now() + interval '1 hour' where order_key = %s", [future]
    )

    taken = [take(), take(), take()]

    assert [message and message.order_key for message in taken] == [early, late, None]
