"""The job behind the doorbell empties the outbox; the rows are the truth, the ring is only a hint."""

from __future__ import annotations

from random import Random

import pytest

from app.extensions import current_scope, doorbell, session
from app.jobs.relay import drain
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp, Trouble


def test_everything_due_is_sent_for_every_customer(shop: Shop, erp: FakeErp) -> None:
    numbers = [shop.ordered("BIKE 1"), shop.ordered("BIKE 2", by=shop.charlie), shop.ordered("BIKE 3")]

    assert drain() == 3

    assert [shop.state(number)[0] for number in numbers] == ["confirmed"] * 3
    assert len(erp.created()) == 3


def test_a_second_ring_finds_nothing_to_do(shop: Shop, erp: FakeErp) -> None:
    shop.ordered("BIKE 1")

    assert [drain(), drain()] == [1, 0]
    assert erp.operations() == ["create_order"]


def test_one_bad_message_does_not_stop_the_others(shop: Shop, erp: FakeErp) -> None:
    erp.will("create_order", Trouble.REFUSED, Trouble.TIMEOUT_AFTER_COMMIT)
    numbers = [shop.ordered("BIKE 1") for _ in range(3)]

    drain()

    assert [shop.state(number)[0] for number in numbers] == ["received", "received", "confirmed"]
    assert [shop.messages(number)[0]["state"] for number in numbers] == ["dead", "waiting", "done"]


def test_a_lost_ring_loses_nothing(shop: Shop, erp: FakeErp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorbell, "_redis", None)
    number = shop.ordered("BIKE 1")
    monkeypatch.undo()

    assert drain() == 1
    assert shop.state(number)[0] == "confirmed"


def test_the_ring_comes_after_the_commit_and_carries_no_message(shop: Shop, erp: FakeErp) -> None:
    queue = doorbell.queue()
    queue.empty()
    doorbell.answered("relay.drain")

    shop.ordered("BIKE 1")
    shop.ordered("BIKE 1")

    jobs = queue.get_jobs()
    assert [(job.func_name, list(job.args), job.kwargs) for job in jobs] == [("app.jobs.relay.drain", [], {})]


def test_the_worker_leaves_no_scope_and_no_transaction_behind(shop: Shop, erp: FakeErp) -> None:
    shop.ordered("BIKE 1")
    drain()

    assert current_scope.get() is None
    assert not session().in_transaction()


@pytest.mark.parametrize("seed", range(3))
def test_whatever_goes_wrong_there_is_one_document_for_each_order(shop: Shop, erp: FakeErp, seed: int) -> None:
    troubles = [Trouble.TIMEOUT_AFTER_COMMIT, Trouble.TIMEOUT_BEFORE_COMMIT, Trouble.UNAVAILABLE, Trouble.BUSY]
    rng = Random(seed)
    erp.will("create_order", *(rng.choice(troubles) for _ in range(12)))
    keys = sorted(shop.order(shop.ordered("BIKE 1"))["key"] for _ in range(6))

    for _ in range(10):
        shop.planter.connection.execute("update outbox_message set due_at = now() where state = 'waiting'")
        shop.planter.connection.execute("delete from erp_line")
        drain()

    assert erp.created() == keys
    assert {row["process"] for row in shop.planter.all("select process from customer_order")} == {"confirmed"}
