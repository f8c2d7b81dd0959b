"""A client that orders and never gives up: its own key before the first try, the same key with every repeat."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import requests

from tests.chaos.ledger import ClientLedger
from tests.world import World, free_port

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
AGAIN = (409, 429, 500, 502, 503, 504)
LONGEST = 300.0  # seconds until a client gives up


class Buyer:
    """Places orders as `who` until each is acknowledged, and writes down every try and answer."""

    def __init__(self, world: World, who: str = "dora", *, seed: int = 1) -> None:
        self._world = world
        self._who = who
        self._random = random.Random(seed)
        self.ledger = ClientLedger(world.var / f"client-{seed}-{free_port()}.jsonl")
        self.refused: dict[str, str] = {}
        self._waiting: threading.Thread | None = None

    @property
    def acknowledged(self) -> dict[str, dict[str, Any]]:
        """Key → the order as it was shown when it was accepted."""
        return self.ledger.acknowledged()

    def place(self, count: int, *, threads: int = 4, lines: Sequence[int] = (1, 4), pace: float = 0.0) -> None:
        """Place `count` orders; comes back when each has been answered.

        :param pace: seconds a thread rests between two orders
        """
        bodies = [self._body(lines) for _ in range(count)]
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda body: self._until_answered(body, pace), bodies))

    def begin(self, count: int, **how: Any) -> None:
        """The same in the background; `done` tells."""
        self._waiting = threading.Thread(target=self.place, args=(count,), kwargs=how)
        self._waiting.start()

    def done(self) -> bool:
        return self._waiting is None or not self._waiting.is_alive()

    def _body(self, lines: Sequence[int]) -> dict[str, Any]:
        items = self._random.sample(ITEMS, min(len(ITEMS), self._random.randint(*lines)))
        return {
            "reference": f"CH-{self._random.randrange(10**12)}",
            "submit": True,
            "lines": [{"item": item, "quantity": str(self._random.randint(1, 9)), "unit": "PCS"} for item in items],
        }

    def _until_answered(self, body: dict[str, Any], pace: float) -> None:
        key = str(uuid.uuid4())
        ends = time.monotonic() + LONGEST
        while time.monotonic() < ends:
            self.ledger.tried(key, body)
            began = time.monotonic()
            try:
                answer = self._world.api(self._who).post("/orders", body, **{"Idempotency-Key": key})
            except requests.RequestException:
                time.sleep(0.2)
                continue
            taken = answer.status_code in (200, 201)
            shown = answer.json() if taken else {}
            self.ledger.answered(key, answer.status_code, shown, seconds=time.monotonic() - began)
            if taken:
                return time.sleep(pace)
            if answer.status_code not in AGAIN:
                self.refused[key] = answer.text
                return None
            time.sleep(0.2)
        self.refused[key] = "never answered"
        return None


class Onlooker(threading.Thread):
    """Looks at the list of orders again and again; `seen` is what it showed, and when the answer was complete."""

    def __init__(self, world: World, who: str = "dora", *, pause: float = 0.5) -> None:
        super().__init__(daemon=True)
        self._api = world.api(who)
        self._pause = pause
        self._stop_asked = threading.Event()
        self.seen: list[tuple[float, str, str, str]] = []

    def run(self) -> None:
        while not self._stop_asked.wait(self._pause):
            with suppress(requests.RequestException, AssertionError, ValueError):
                rows = self._api.get("/orders?limit=100")["items"]
                at = time.time()
                self.seen += [(at, row["number"], row["state"]["process"], "") for row in rows]

    def stop(self) -> None:
        self._stop_asked.set()
        self.join(60)


def orders_of(world: World, numbers: Sequence[str], who: str = "dora") -> list[dict[str, Any]]:
    """Each order as the portal shows it."""
    api = world.api(who)
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda number: api.get(f"/orders/{number}"), numbers))


def histories_of(world: World, numbers: Sequence[str], who: str = "dora") -> dict[str, list[dict[str, Any]]]:
    """Number → its history, oldest first."""
    api = world.api(who)
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda number: api.get(f"/orders/{number}/history")["items"], numbers)
        return dict(zip(numbers, found, strict=True))


def all_numbers(world: World, who: str = "dora") -> list[str]:
    """The number of every order of the portal this person can see."""
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
