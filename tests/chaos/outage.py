"""`make outage`: the ERP is down while people order, then it is back. How long each had to wait, how fast it drains.

Figures for `docs/reliability.md`; nothing here is asserted, since it depends on the machine.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

from tests.chaos.checker import check, committed, moment
from tests.chaos.load import Buyer, settled
from tests.chaos.nemesis import PROCESSES
from tests.chaos.run import chaotic_world, evidence
from tests.world import World, wait_until

CALLS_A_MINUTE = 600


def measure(world: World, orders: int) -> None:
    """Order with the ERP dead, start it again, count."""
    world.more = {"ERP_CALLS_PER_MINUTE": str(CALLS_A_MINUTE)}
    world.start(*PROCESSES)
    process = world.sandbox.process
    assert process is not None
    process.kill()
    process.wait(10)
    buyer = Buyer(world, seed=4)
    buyer.place(orders, threads=4, lines=(1, 10))
    _say_latency(buyer)
    before = cpu_of(world.processes["worker"].pid)
    world.sandbox.start()
    wait_until(lambda: settled(world), seconds=orders, pause=1)
    spent = cpu_of(world.processes["worker"].pid) - before
    _say_drain(world, orders, spent)
    print(check(evidence(world, buyer)))


def _say_latency(buyer: Buyer) -> None:
    seconds = sorted(entry["seconds"] for entry in buyer.ledger.answers if entry["status"] == 201)
    centiles = statistics.quantiles(seconds, n=100)
    print(
        f"{len(seconds)} accepted with the ERP down: median {1000 * centiles[49]:.0f} ms, p95 {1000 * centiles[94]:.0f} ms"
    )


def _say_drain(world: World, orders: int, spent: float) -> None:
    ledger = world.sandbox.ledger()
    moments = [moment(entry["at"]) for entry in committed(ledger)]
    first, last = min(moments), max(moments)
    asked = [entry for entry in ledger if entry["kind"] == "request" and first <= moment(entry["at"]) <= last]
    rate = 60 * len(asked) / (last - first)
    print(
        f"{len(moments)} orders drained in {last - first:.0f} s: {rate:.0f} calls a minute of {CALLS_A_MINUTE} allowed"
    )
    print(f"worker: {1000 * spent / orders:.1f} ms of CPU a message, reading the ERP for the mirror included")


def cpu_of(group: int) -> float:
    """Seconds of CPU the processes of a group have used."""
    ticks = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == group:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """ORDERS comes from the environment."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, chaotic_world(Path(folder)) as (world, _):
        measure(world, int(os.environ.get("ORDERS", "300")))
    print(f"({time.monotonic() - began:.0f} s)")


if __name__ == "__main__":
    main()
