"""The kill matrix: at each named step the process stands still, a victim dies, everything runs on, the judge looks.

`make kills` tries every cell TRIALS times; the suite tries one cell of each step. Cells that cannot occur are named.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import signal
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import requests

from app.embedded.databases import dsn
from app.embedded.services import Running
from app.extensions import doorbell
from tests.chaos.checker import Verdict, check
from tests.chaos.load import Buyer, settled
from tests.chaos.nemesis import PROCESSES, Nemesis
from tests.chaos.run import chaotic_world, evidence
from tests.world import World, wait_until

VICTIMS = ("web", "worker", "postgres", "backends", "redis", "erp", "everything")

# step → the process that stands still there
STEPS: Mapping[str, str] = {
    "S1": "web",
    "S2": "web",
    "S3": "web",
    "S4": "web",
    "S5": "web",
    "S6": "web",
    "S7": "worker",
    "S8": "worker",
    "S9": "worker",
    "S10": "worker",
    "S11": "worker",
    "S12a": "web",
    "S12b": "web",
    "S13": "worker",
}

CANNOT_OCCUR: Mapping[str, str] = {
    "reverse proxy": "Portico ships none; what one would do, send a request twice, the load does all the time",
    "S14": "a migration is one transaction: killed at its end the schema is the old one (its own test)",
    "S5 per layer": "the four layers are one calculation in memory, inside the accepting transaction",
}


@dataclass(frozen=True)
class Cell:
    step: str
    victim: str

    def __str__(self) -> str:
        return f"{self.step}-{self.victim}"


def cells() -> list[Cell]:
    return [Cell(step, victim) for step in STEPS for victim in VICTIMS]


def try_cell(world: World, services: Running, cell: Cell, *, seed: int) -> Verdict:
    """One order brought to the step, the blow, and the judgement once all is quiet again."""
    still = STEPS[cell.step]
    world.more["ERP_EVENT_SECRETS"] = f"whsec_{SECRET}"
    world.more[ARMING] = "" if cell.step == "S9" else f"{cell.step}=stop@1"
    _renew(world, still)
    world.more[ARMING] = ""
    world.start(*(name for name in PROCESSES if name not in world.processes))
    buyer = Buyer(world, "dora", seed=seed)
    aside = threading.Thread(target=_brought_to(world, cell.step, buyer))
    aside.start()
    stopped = _wait_for_stop(world, still, cell.step)
    Nemesis(world, services, pause=(0, 0), seed=seed).strike(cell.victim)
    for pid in stopped:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
    _renew(world, still)
    aside.join()
    world.sandbox.behave()
    wait_until(lambda: settled(world), seconds=200, pause=0.2)
    return check(evidence(world, buyer, people=("dora", "alice")))


ARMING = "PORTICO_FAILPOINTS"
SECRET = base64.b64encode(b"a secret of the kill matrix").decode()


def _renew(world: World, name: str) -> None:
    """The armed process has done its part; one without fail points takes over."""
    if name in world.processes:
        world.kill(name)
    world.start(name)


def _brought_to(world: World, step: str, buyer: Buyer) -> Callable[[], None]:
    """What makes a process reach the step."""
    if step == "S6":
        return lambda: _approved(world, buyer)
    if step in ("S12a", "S12b"):
        return lambda: _told(world)
    if step == "S9":
        world.sandbox.tell(
            "faults", kind="timeout_after_commit", match="portalOrders", method="POST", times=1, seconds=8
        )
    if step == "S13":
        return lambda: _reconciled(world)
    return lambda: buyer.place(1, threads=1)


def _approved(world: World, buyer: Buyer) -> None:
    """Alice's order is over her limit; Bob says yes to it until he is heard."""
    key, line = str(uuid.uuid4()), {"item": "BK-M68B-42", "quantity": "9", "unit": "PCS"}
    buyer.ledger.tried(key, line)
    placed = world.api("alice").order(key, [line]).json()
    buyer.ledger.answered(key, 201, placed, seconds=0)
    for _ in range(100):
        with suppress(requests.RequestException):
            if world.api("bob").post(f"/approvals/{placed['approval']['id']}/approve", {}).status_code in (
                200,
                404,
                409,
            ):
                return
        time.sleep(0.3)


def _told(world: World) -> None:
    """An ERP says that prices have changed, signed as Standard Webhooks asks."""
    body, name, at = b'{"entity": "prices"}', f"msg_{uuid.uuid4().hex}", str(int(time.time()))
    mac = hmac.new(base64.b64decode(SECRET), f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
    headers = {
        "webhook-id": name,
        "webhook-timestamp": at,
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
        "Content-Type": "application/json",
    }
    with suppress(requests.RequestException):
        requests.post(f"{world.url}/api/v1/erp/main/events", data=body, headers=headers, timeout=30)


def _reconciled(world: World) -> None:
    with psycopg.connect(dsn(world.addresses.owner)) as owner:
        owner.execute("insert into reconciliation_run (source, asked_by_name) values ('main', 'kills')")
    doorbell.start(world.redis_url)
    doorbell.ring("reconcile.go_on")


def _wait_for_stop(world: World, name: str, step: str) -> list[int]:
    """The processes of the group that stand still now; for S9 none does, the ERP holds its answer instead."""
    found: list[int] = []

    def reached() -> bool:
        if step == "S9":
            entries = world.sandbox.ledger()
            return any(entry["kind"] == "order_committed" and entry["orderKey"] for entry in entries[-20:])
        found[:] = standing_still(world.processes[name].pid)
        return bool(found)

    wait_until(reached, seconds=60)
    return found


def standing_still(group: int) -> list[int]:
    """Stopped processes of a process group."""
    stopped = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError, IndexError):
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                if fields[0] == "T" and int(fields[2]) == group:
                    stopped.append(int(folder.name))
    return stopped


def run(wanted: Sequence[Cell], *, trials: int, say: Any = print) -> int:
    """Every cell, each on the same world; how many judgements were not clean."""
    guilty = 0
    with tempfile.TemporaryDirectory() as folder, chaotic_world(Path(folder)) as (world, services):
        for number, cell in enumerate(cell for cell in wanted for _ in range(trials)):
            began = time.monotonic()
            verdict = try_cell(world, services, cell, seed=1000 + number)
            guilty += not verdict.clean
            say(f"{cell}: {'clean' if verdict.clean else verdict} ({time.monotonic() - began:.1f} s)", flush=True)
    return guilty


def main() -> None:
    """CELLS (like S7-worker,S9-erp; all when empty) and TRIALS come from the environment."""
    named = [name for name in os.environ.get("CELLS", "").split(",") if name]
    wanted = [cell for cell in cells() if not named or str(cell) in named]
    sys.exit(1 if run(wanted, trials=int(os.environ.get("TRIALS", "1"))) else 0)


if __name__ == "__main__":
    main()
