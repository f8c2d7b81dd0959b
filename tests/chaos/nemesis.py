"""Kills and freezes parts of the portal at random moments and starts them again, as a supervisor would."""

from __future__ import annotations

import os
import random
import signal
import threading
from contextlib import suppress

from tests.world import World


class Nemesis(threading.Thread):
    """Until stopped, kills one of `victims` every `pause` seconds and starts it again."""

    def __init__(self, world: World, victims: tuple[str, ...], *, pause: tuple[float, float], seed: int = 1) -> None:
        super().__init__(daemon=True)
        self._world = world
        self._victims = victims
        self._pause = pause
        self._random = random.Random(seed)
        self._stop_asked = threading.Event()
        self.blows = 0

    def run(self) -> None:
        while not self._stop_asked.wait(self._random.uniform(*self._pause)):
            victim = self._random.choice(self._victims)
            self._world.kill(victim)
            self.blows += 1
            self._world.start(victim)

    def stop(self) -> None:
        self._stop_asked.set()
        self.join(90)


def freeze(world: World, name: str) -> None:
    """SIGSTOP: the process stands still and does not know it."""
    os.killpg(world.processes[name].pid, signal.SIGSTOP)


def thaw(world: World, name: str) -> None:
    with suppress(ProcessLookupError):
        os.killpg(world.processes[name].pid, signal.SIGCONT)
