"""Kills and freezes parts of the whole at random moments and starts them again, as a supervisor would.

Runs in the main thread: the servers die with the thread that started them.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress

import redis

from app.embedded.services import Running
from tests.world import World

PROCESSES = ("web", "worker", "scheduler")
ALL = (*PROCESSES, "worker", "worker_frozen", "postgres", "backends", "redis", "redis_flushed", "erp", "everything")


class Nemesis:
    """Strikes one victim after the other, each drawn from the seed.

    :param after_erp: called when the ERP is back, since its planned faults lived in its memory
    """

    def __init__(
        self,
        world: World,
        services: Running,
        *,
        pause: tuple[float, float],
        seed: int = 1,
        victims: Sequence[str] = ALL,
        after_erp: Callable[[], None] = lambda: None,
    ) -> None:
        self._world = world
        self._services = services
        self._pause = pause
        self._victims = victims
        self._random = random.Random(seed)
        self._after_erp = after_erp
        self.blows: Counter[str] = Counter()

    def strike_until(self, over: Callable[[], bool]) -> None:
        """Strike until `over()` holds; everything runs when this comes back."""
        while not over():
            ends = time.monotonic() + self._random.uniform(*self._pause)
            while time.monotonic() < ends and not over():
                time.sleep(0.05)
            if not over():
                self.strike(self._random.choice(self._victims))

    def strike(self, victim: str) -> None:
        """Kill it and start it again."""
        if victim in PROCESSES:
            self._process(victim)
        else:
            getattr(self, f"_{victim}")()
        self.blows[victim] += 1

    def _process(self, name: str) -> None:
        self._world.kill(name)
        self._world.start(name)

    def _worker_frozen(self) -> None:
        """Stands still for longer than its lease while another one works, then goes on as if nothing had been."""
        freeze(self._world, "worker")
        self._world.processes["frozen"] = self._world.processes.pop("worker")
        self._world.start("worker")
        time.sleep(self._world.lease + 0.5)
        thaw(self._world, "frozen")
        time.sleep(0.5)
        self._world.kill("frozen")

    def _postgres(self) -> None:
        """The postmaster and all it started, as a power cut would, except that what the kernel holds is kept."""
        process = self._services.postgres.process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
        self._services.postgres.launch()
        self._services.postgres.wait_until_ready()

    def _backends(self) -> None:
        """One connection of the portal, in whatever it is doing."""
        import psycopg

        with psycopg.connect(self._services.superuser_dsn(), autocommit=True) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where usename in ('portico_web', 'portico_worker') order by random() limit 2"
            )

    def _redis(self) -> None:
        process = self._services.redis.process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
        self._services.redis.launch()
        self._services.redis.wait_until_ready()

    def _redis_flushed(self) -> None:
        with suppress(redis.ConnectionError):
            redis.Redis.from_url(self._services.redis_url).flushall()

    def _erp(self) -> None:
        sandbox = self._world.sandbox
        assert sandbox.process is not None
        sandbox.process.kill()
        sandbox.process.wait(10)
        sandbox.start()
        self._after_erp()

    def _everything(self) -> None:
        for name in PROCESSES:
            self._world.kill(name)
        self._redis()
        self._postgres()
        self._erp()
        self._world.start(*PROCESSES)


def freeze(world: World, name: str) -> None:
    """SIGSTOP: the process stands still and does not know it."""
    os.killpg(world.processes[name].pid, signal.SIGSTOP)


def thaw(world: World, name: str) -> None:
    with suppress(ProcessLookupError):
        os.killpg(world.processes[name].pid, signal.SIGCONT)
