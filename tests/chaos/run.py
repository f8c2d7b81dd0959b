"""`make chaos`: many orders while everything is killed in turn and the ERP swallows, delays, refuses and garbles answers.

Seeded and repeatable. Prints how many were lost, doubled, unexpected, differing, in limbo, and so on; exit code 1 if any.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from app.embedded.databases import dsn
from app.embedded.services import Running, start_services
from tests.chaos.checker import Evidence, Verdict, check
from tests.chaos.load import Buyer, Onlooker, all_numbers, histories_of, orders_of, settled
from tests.chaos.nemesis import PROCESSES, Nemesis
from tests.world import Sandbox, World, fill, sandbox_running, wait_until

PATIENCE = 1  # seconds the ERP asks for when it says 429
FAULTS: Sequence[Mapping[str, Any]] = (
    {"kind": "timeout_after_commit", "seconds": 0},
    {"kind": "timeout_before_commit", "seconds": 0},
    {"kind": "error_after_commit"},
    {"kind": "error_before_commit"},
    {"kind": "late_commit", "seconds": 5},
    {"kind": "busy", "retry_after": PATIENCE},
    {"kind": "truncated_json"},
    {"kind": "html_login"},
    {"kind": "bad_gateway"},
    {"kind": "error_after_commit", "status": 504},
    {"kind": "error_before_commit", "status": 503, "retry_after": "1"},
    {"kind": "empty_body"},
    {"kind": "wrong_type"},
    {"kind": "redirect", "location": "http://169.254.169.254/"},
    {"kind": "token_dies"},
    {"kind": "slow_drip", "seconds": 2},
    {"kind": "refuse_connection"},
)
SHARE = 0.015  # of the orders posted, for each of them
RETRY_SCALE = 0.05  # a minute between repeats becomes three seconds


@contextmanager
def chaotic_world(folder: Path) -> Iterator[tuple[World, Running]]:
    """Everything of its own, with durability on, filled with the demo data; nothing runs yet but the servers."""
    services = start_services(folder / "services")
    try:
        with sandbox_running(folder) as sandbox:
            world = World(services.new_database("chaos"), services.redis_url, sandbox, folder, tokens={}, lease=3)
            world.more = {"OUTBOX_RETRY_SCALE": str(RETRY_SCALE)}
            world.tokens = fill(world)
            try:
                yield world, services
            finally:
                world.stop()
    finally:
        services.stop()


def trial(
    world: World, services: Running, *, orders: int, seed: int, pause: tuple[float, float], pace: float = 0.0
) -> tuple[Verdict, Buyer, Nemesis]:
    """Orders under fire, then quiet until nothing is on its way, then the judgement."""
    world.start(*PROCESSES)
    misbehave(world.sandbox, seed)
    buyer, onlooker = Buyer(world, seed=seed), Onlooker(world)
    nemesis = Nemesis(
        world, services, pause=pause, seed=seed, after_erp=lambda: misbehave(world.sandbox, seed + time.monotonic_ns())
    )
    onlooker.start()
    buyer.begin(orders, lines=(1, 10), pace=pace)
    nemesis.strike_until(buyer.done)
    world.sandbox.behave()
    wait_until(lambda: settled(world), seconds=300, pause=1)
    onlooker.stop()
    return check(evidence(world, buyer, onlooker)), buyer, nemesis


def evidence(
    world: World, buyer: Buyer, onlooker: Onlooker | None = None, *, people: Sequence[str] = ("dora",)
) -> Evidence:
    """Collect what the judge needs.

    :param people: who placed orders in this world
    """
    numbers = {who: all_numbers(world, who) for who in people}
    return Evidence(
        acknowledged=buyer.acknowledged,
        tried=[entry["key"] for entry in buyer.ledger.tries],
        orders=[order for who in people for order in orders_of(world, numbers[who], who)],
        histories={key: value for who in people for key, value in histories_of(world, numbers[who], who).items()},
        ledger=world.sandbox.ledger(),
        mails=mails(world),
        seen=onlooker.seen if onlooker else (),
        foreign=all_numbers(world, "charlie"),
        patience=PATIENCE,
        minute=60 * RETRY_SCALE,
    )


def mails(world: World) -> list[tuple[str, str, str]]:
    with psycopg.connect(dsn(world.addresses.owner)) as owner:
        return owner.execute(
            "select m.kind, o.number, m.to_address from mail m join customer_order o on o.id = m.order_id"
        ).fetchall()


def misbehave(sandbox: Sandbox, seed: int) -> None:
    """Every fault on a share of the orders posted, drawn from the seed."""
    for number, fault in enumerate(FAULTS):
        sandbox.tell(
            "faults", match="portalOrders", method="POST", probability=SHARE, times=10**6, seed=seed + number, **fault
        )


def main() -> None:
    """ORDERS and SEED come from the environment."""
    orders, seed = int(os.environ.get("ORDERS", "1000")), int(os.environ.get("SEED", str(int(time.time()))))
    print(f"{orders} orders, seed {seed}", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, chaotic_world(Path(folder)) as (world, services):
        verdict, buyer, nemesis = trial(world, services, orders=orders, seed=seed, pause=(1.0, 10.0), pace=0.2)
    blows = ", ".join(f"{times} {victim}" for victim, times in sorted(nemesis.blows.items()))
    print(f"{len(buyer.acknowledged)} acknowledged, {len(buyer.refused)} refused; struck: {blows}")
    print(f"{verdict} ({time.monotonic() - began:.0f} s)")
    sys.exit(0 if verdict.clean and not buyer.refused else 1)


if __name__ == "__main__":
    main()
