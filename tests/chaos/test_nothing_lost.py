"""Orders while parts of the portal die and the ERP swallows its answers: none lost, none doubled, none different.

The short form of `make chaos`. The checker compares the client's, the ERP's and the portal's ledgers.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from tests.chaos.checker import Verdict, check
from tests.chaos.load import Buyer, all_numbers, orders_of, settled
from tests.chaos.nemesis import Nemesis, freeze, thaw
from tests.world import World, wait_until


@pytest.fixture(scope="module")
def beginning(world: World) -> int:
    """The ERP is shared with tests that ran before: its ledger is read from here on."""
    entries = world.sandbox.ledger()
    return max((entry["sequence"] for entry in entries), default=0)


@pytest.fixture
def running(world: World) -> Iterator[World]:
    world.lease = 3
    world.start("web", "worker", "scheduler")
    yield world
    world.sandbox.behave()
    world.stop()


def verdict_on(world: World, buyer: Buyer, beginning: int) -> Verdict:
    assert buyer.refused == {}
    wait_until(lambda: settled(world), seconds=90, pause=0.5)
    shown = orders_of(world, all_numbers(world))
    return check(buyer.acknowledged, shown, world.sandbox.ledger(after=beginning))


def _commits(world: World, after: int) -> int:
    return sum(1 for entry in world.sandbox.ledger(after) if entry["kind"] == "order_committed" and entry["orderKey"])


def test_200_orders_while_worker_and_web_are_killed(running: World, beginning: int) -> None:
    buyer = Buyer(running, seed=11)
    nemesis = Nemesis(running, ("worker", "web", "worker"), pause=(0.5, 2.0), seed=11)

    nemesis.start()
    buyer.place(200)
    nemesis.stop()

    assert nemesis.blows >= 3
    assert len(buyer.acknowledged) == 200
    verdict = verdict_on(running, buyer, beginning)
    assert verdict.clean, str(verdict)


def test_20_orders_while_the_worker_stands_still_past_its_lease(running: World, beginning: int) -> None:
    running.sandbox.tell("faults", kind="slow_drip", match="portalOrders", method="POST", times=20, seconds=1)
    buyer = Buyer(running, seed=22)
    already = _commits(running, beginning)
    placing = threading.Thread(target=buyer.place, args=(20,))

    placing.start()
    wait_until(lambda: _commits(running, beginning) > already)
    freeze(running, "worker")  # in the middle of a call, whose order the ERP may hold by now
    running.processes["frozen"] = running.processes.pop("worker")
    running.start("worker")
    placing.join()
    time.sleep(running.lease + 1)
    thaw(running, "frozen")

    verdict = verdict_on(running, buyer, beginning)
    assert verdict.clean, str(verdict)


def test_50_orders_whose_answer_is_lost_after_the_commit(running: World, beginning: int) -> None:
    running.sandbox.tell(
        "faults", kind="timeout_after_commit", match="portalOrders", method="POST", times=50, seconds=0
    )
    buyer = Buyer(running, seed=33)

    buyer.place(50)

    verdict = verdict_on(running, buyer, beginning)
    assert verdict.clean, str(verdict)
