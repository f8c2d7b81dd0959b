"""The whole of Portico for tests: PostgreSQL, Redis, the sandbox ERP with its data, the demo cast, and the processes.

The database with the first sync and the cast is made once per test process and cloned; web, worker and scheduler are
real processes that can be killed.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from app.embedded.databases import Addresses
from config import Settings

ROOT = Path(__file__).parents[1]
CAST = ("alice", "bob", "carol", "charlie", "dora", "max", "vera", "ada")


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def wait_until(condition: Any, *, seconds: float = 30.0, pause: float = 0.05) -> None:
    """Come back when it holds.

    :raises AssertionError: it did not within `seconds`
    """
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, f"did not happen within {seconds} s"
        time.sleep(pause)


@dataclass
class Sandbox:
    """The sandbox ERP as a process, frozen in time unless told otherwise."""

    port: int
    store: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "app.erp.sandbox",
                "--port",
                str(self.port),
                "--store",
                str(self.store),
                "--speed",
                "0",
            ],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        wait_until(self._answers)

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/_sandbox/ledger", params={"after": 10**9}, timeout=5).ok
        except requests.ConnectionError:
            return False

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            self.process = None

    def tell(self, what: str, **body: Any) -> Any:
        """POST to a control address of the sandbox."""
        answer = requests.post(f"{self.url}/_sandbox/{what}", json=body, timeout=10)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def behave(self) -> None:
        """Take back every fault."""
        requests.delete(f"{self.url}/_sandbox/faults", timeout=10).raise_for_status()

    def ledger(self, after: int = 0) -> list[dict[str, Any]]:
        """Everything asked of the ERP and everything it committed."""
        answer = requests.get(f"{self.url}/_sandbox/ledger", params={"after": after}, timeout=30)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()["value"]
        return found


@dataclass
class World:
    """Addresses, tokens of the cast, and the processes that run."""

    addresses: Addresses
    redis_url: str
    sandbox: Sandbox
    var: Path
    tokens: dict[str, str]
    port: int = field(default_factory=free_port)
    lease: float = 120
    more: dict[str, str] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """What the processes are started with."""
        return {
            **os.environ,
            "PORTICO_ENV": "test",
            "DATABASE_URL": self.addresses.web,
            "DATABASE_WORKER_URL": self.addresses.worker,
            "DATABASE_OWNER_URL": self.addresses.owner,
            "REDIS_URL": self.redis_url,
            "PORTICO_VAR": str(self.var),
            "PORT": str(self.port),
            "PUBLIC_URL": self.url,
            "ERP_URL": self.sandbox.url,
            "ERP_ALLOWLIST": "127.0.0.0/8",
            "METRICS_TOKEN": "metrics-of-the-test",
            "WEB_WORKERS": "1",
            "OUTBOX_LEASE_SECONDS": str(self.lease),
            **self.more,
        }

    def settings(self) -> Settings:
        return Settings.from_environment(self.environment())

    def start(self, *names: str) -> None:
        """Start web, worker or scheduler as processes of their own."""
        for name in names:
            with (self.var / f"{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    [sys.executable, str(ROOT / "run.py"), name],
                    cwd=ROOT,
                    env=self.environment(),
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        if "web" in names:
            wait_until(self._web_answers, seconds=60)

    def _web_answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/health/live", timeout=2).ok
        except requests.RequestException:
            return False

    def kill(self, name: str) -> None:
        """SIGKILL the whole process group, as a power cut would."""
        process = self.processes.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def stop(self) -> None:
        for name in list(self.processes):
            self.kill(name)

    def api(self, who: str) -> Client:
        return Client(self.url, self.tokens[who])


@dataclass(frozen=True)
class Client:
    """The API as one of the cast uses it."""

    base: str
    token: str

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        return requests.request(
            method,
            f"{self.base}/api/v1{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.token}", **headers},
            timeout=30,
        )

    def get(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.ok, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None, **headers: str) -> requests.Response:
        return self.call("POST", path, body, **headers)

    def order(self, key: str, lines: list[dict[str, Any]], **more: Any) -> requests.Response:
        """POST /orders with an idempotency key; sent at once unless `submit=False`."""
        return self.post("/orders", {"submit": True, **more, "lines": lines}, **{"Idempotency-Key": key})


@contextmanager
def sandbox_running(folder: Path) -> Iterator[Sandbox]:
    """A sandbox ERP with its data, for as long as the block lasts."""
    sandbox = Sandbox(free_port(), folder / "sandbox.db")
    sandbox.start()
    try:
        yield sandbox
    finally:
        sandbox.stop()


def fill(world: World) -> dict[str, str]:
    """Migrate, publish the rules, read the ERP, load the cast.

    :returns: an API token for each of the cast
    """
    from app.demo import load
    from app.jobs import account_commands, rule_commands
    from app.jobs import sync as reading
    from app.migrations import commands as migrations

    settings = world.settings()
    migrations.upgrade(settings)
    rule_commands.publish(settings)
    reading.run_now(settings, full=True, say=lambda _: None)
    load.load(settings, lambda _: None)
    return {name: account_commands.create_token(settings, name=name, days=30) for name in CAST}
