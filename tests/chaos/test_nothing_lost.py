"""Orders while everything dies in turn and the ERP swallows its answers: none lost, none doubled, none different.

The short form of `make chaos`. The checker compares the client's, the ERP's and the portal's ledgers.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from app.embedded.services import Running
from tests.chaos.checker import Verdict, check
from tests.chaos.load import Buyer, settled
from tests.chaos.nemesis import PROCESSES, freeze, thaw
from tests.chaos.run import chaotic_world, evidence, trial
from tests.world import World, wait_until


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Running]]:
    with chaotic_world(tmp_path_factory.mktemp("chaos")) as made:
        yield made


@pytest.fixture
def running(whole: tuple[World, Running]) -> Iterator[World]:
    world, _ = whole
    world.start(*PROCESSES)
    yield world
    world.sandbox.behave()
    world.stop()


def verdict_on(world: World, buyer: Buyer) -> Verdict:
    assert buyer.refused == {}
    wait_until(lambda: settled(world), seconds=90, pause=0.5)
    return check(evidence(world, buyer))


def _commits(world: World) -> int:
    return sum(1 for entry in world.sandbox.ledger() if entry["kind"] == "order_committed" and entry["orderKey"])


def test_300_orders_while_every_part_is_killed_and_the_erp_misbehaves(whole: tuple[World, Running]) -> None:
    world, services = whole

    verdict, buyer, nemesis = trial(world, services, orders=300, seed=11, pause=(0.5, 2.0), pace=0.1)
    world.stop()

    assert buyer.refused == {}
    assert len(buyer.acknowledged) == 300
    assert nemesis.blows.total() >= 5
    assert verdict.clean, str(verdict)


def test_20_orders_while_the_worker_stands_still_past_its_lease(running: World) -> None:
    running.sandbox.tell("faults", kind="slow_drip", match="portalOrders", method="POST", times=20, seconds=1)
    buyer = Buyer(running, seed=22)
    already = _commits(running)

    buyer.begin(20)
    wait_until(lambda: _commits(running) > already)
    freeze(running, "worker")  # in the middle of a call, whose order the ERP may hold by now
    running.processes["frozen"] = running.processes.pop("worker")
    running.start("worker")
    wait_until(buyer.done, seconds=60)
    time.sleep(running.lease + 1)
    thaw(running, "frozen")

    verdict = verdict_on(running, buyer)
    assert verdict.clean, str(verdict)


def test_50_orders_whose_answer_is_often_lost_after_the_commit(running: World) -> None:
    running.sandbox.tell(
        "faults", kind="timeout_after_commit", match="portalOrders", method="POST", times=10**6, seconds=0,
        probability=0.4, seed=33,
    )  # fmt: skip
    buyer = Buyer(running, seed=33)

    buyer.place(50)

    verdict = verdict_on(running, buyer)
    assert verdict.clean, str(verdict)
