"""`make chaos`: many orders while web and worker are killed and the ERP swallows, delays and refuses answers.

Seeded and repeatable. Prints what was lost, doubled, unexpected, differing or left in limbo; exit code 1 if anything was.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from app.embedded.services import start_services
from tests.chaos.checker import Verdict, check
from tests.chaos.load import Buyer, all_numbers, orders_of, settled
from tests.chaos.nemesis import Nemesis
from tests.world import Sandbox, World, fill, sandbox_running, wait_until

FAULTS = (
    {"kind": "timeout_after_commit", "seconds": 0},
    {"kind": "timeout_before_commit", "seconds": 0},
    {"kind": "error_after_commit"},
    {"kind": "late_commit", "seconds": 5},
    {"kind": "busy", "retry_after": 1},
    {"kind": "truncated_json"},
    {"kind": "bad_gateway"},
)


def run(orders: int, seed: int) -> Verdict:
    """One whole run on services of its own."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        services = start_services(place / "services", throwaway=True)
        try:
            with sandbox_running(place) as sandbox:
                world = World(services.new_database("chaos"), services.redis_url, sandbox, place, tokens={}, lease=3)
                world.tokens = fill(world)
                world.start("web", "worker", "scheduler")
                try:
                    return _trial(world, orders, seed)
                finally:
                    world.stop()
        finally:
            services.stop()


def _trial(world: World, orders: int, seed: int) -> Verdict:
    misbehave(world.sandbox, seed)
    buyer = Buyer(world, seed=seed)
    nemesis = Nemesis(world, ("worker", "worker", "web"), pause=(1.0, 6.0), seed=seed)
    nemesis.start()
    buyer.place(orders, lines=(1, 10))
    nemesis.stop()
    world.sandbox.behave()
    wait_until(lambda: settled(world), seconds=300, pause=1)
    print(f"{len(buyer.acknowledged)} orders acknowledged, {len(buyer.refused)} refused, {nemesis.blows} kills")
    return check(buyer.acknowledged, orders_of(world, all_numbers(world)), world.sandbox.ledger())


def misbehave(sandbox: Sandbox, seed: int) -> None:
    """Every fault on a share of the orders posted, drawn from the seed."""
    for number, fault in enumerate(FAULTS):
        sandbox.tell(
            "faults", match="portalOrders", method="POST", probability=0.05, times=10**6, seed=seed + number, **fault
        )


def main() -> None:
    """ORDERS and SEED come from the environment."""
    orders, seed = int(os.environ.get("ORDERS", "1000")), int(os.environ.get("SEED", str(int(time.time()))))
    print(f"{orders} orders, seed {seed}")
    verdict = run(orders, seed)
    print(verdict)
    sys.exit(0 if verdict.clean else 1)


if __name__ == "__main__":
    main()
