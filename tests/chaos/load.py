"""A client that orders and never gives up: its own key before the first try, the same key with every repeat."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

from tests.world import World

ITEMS = (
    "BC-M005",
    "BC-R205",
    "LJ-0192-L",
    "LJ-0192-M",
    "TT-M928",
    "PK-7098",
    "CL-9009",
    "WB-H098",
    "CA-1098",
    "GL-H102-M",
)


class Buyer:
    """Places orders as `who` until each is acknowledged; `acknowledged` maps the key to the number it was answered."""

    def __init__(self, world: World, who: str = "dora", *, seed: int = 1) -> None:
        self._world = world
        self._who = who
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self.acknowledged: dict[str, str] = {}
        self.refused: dict[str, str] = {}

    def place(self, count: int, *, threads: int = 4, lines: Sequence[int] = (1, 4)) -> None:
        """Place `count` orders; comes back when each has been answered."""
        bodies = [self._body(lines) for _ in range(count)]
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(self._until_answered, bodies))

    def _body(self, lines: Sequence[int]) -> dict[str, Any]:
        items = self._random.sample(ITEMS, self._random.randint(*lines))
        return {
            "reference": f"CH-{self._random.randrange(10**9)}",
            "submit": True,
            "lines": [{"item": item, "quantity": str(self._random.randint(1, 9)), "unit": "PCS"} for item in items],
        }

    def _until_answered(self, body: dict[str, Any]) -> None:
        key = str(uuid.uuid4())
        ends = time.monotonic() + 120
        while time.monotonic() < ends:
            try:
                answer = self._world.api(self._who).post("/orders", body, **{"Idempotency-Key": key})
            except requests.RequestException:
                time.sleep(0.2)
                continue
            if answer.status_code in (200, 201):
                with self._lock:
                    self.acknowledged[key] = answer.json()["number"]
                return
            if answer.status_code not in (409, 429, 500, 502, 503):
                with self._lock:
                    self.refused[key] = answer.text
                return
            time.sleep(0.2)
        with self._lock:
            self.refused[key] = "never answered"


def orders_of(world: World, numbers: Sequence[str], who: str = "dora") -> list[dict[str, Any]]:
    """Each order as the portal shows it."""
    api = world.api(who)
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda number: api.get(f"/orders/{number}"), numbers))


def all_numbers(world: World, who: str = "dora") -> list[str]:
    """The number of every order this person can see."""
    api, cursor, numbers = world.api(who), "", []
    while True:
        page = api.get(f"/orders?limit=100&cursor={cursor}")
        numbers += [row["number"] for row in page["items"]]
        cursor = page["next"]
        if not cursor:
            return numbers


def settled(world: World, who: str = "dora") -> bool:
    """Whether no order is on its way any more: all have the ERP's number, or wait for a person."""
    api = world.api(who)
    cursor = ""
    while True:
        page = api.get(f"/orders?process=received&limit=100&cursor={cursor}")
        if any(not row["on_hold"] for row in page["items"]):
            return False
        cursor = page["next"]
        if not cursor:
            return True
