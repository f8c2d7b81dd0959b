"""`make run`, with parts that do nothing but live: the order, the restarts, and that no process is ever left."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.embedded import notes, processes
from tests.embedded.conftest import living

ROOT = Path(__file__).parents[2]
FAKE = Path(__file__).parent / "fake"
SCRIPT = """
import os, sys
from pathlib import Path
from app.embedded.plan import Plan
from app.embedded.problems import StartProblem
from app.embedded.supervisor import Supervisor
var, fake, port, sandbox = sys.argv[1:]
given = {name: value for name, value in os.environ.items() if name == "PATH" or name.startswith("DATABASE_")}
plan = Plan(Path(var), int(port), int(sandbox), 60, given, ["the cast"], Path(fake))
try:
    sys.exit(Supervisor(plan, lambda line: print(line, flush=True)).run())
except StartProblem as problem:
    sys.exit(f"{problem.message} {problem.fix}")
"""


ELSEWHERE = dict.fromkeys(  # a database nobody of these parts ever calls
    ("DATABASE_URL", "DATABASE_WORKER_URL", "DATABASE_OWNER_URL"), "postgresql+psycopg://nobody@127.0.0.1:1/portico"
)


class Start:
    """One `make run` on the fake commands."""

    def __init__(self, var: Path, port: int, environment: dict[str, str] | None = None) -> None:
        words = [
            sys.executable,
            "-c",
            SCRIPT,
            var,
            Path(__file__).parent / "fake",
            str(port),
            str(processes.free_port()),
        ]
        self.process = subprocess.Popen(
            words,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
        )
        self.said = ""

    def until(self, words: str) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if words in line:
                return self.said
        raise AssertionError(f"never said {words!r}:\n{self.said}")

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(how)
        return self.wait()

    def wait(self) -> int:
        self.said += self.process.communicate(timeout=60)[0]
        return self.process.returncode


@pytest.fixture
def place(var: Path) -> Iterator[Path]:
    var.mkdir()
    yield var
    assert living(FAKE) == []
    for label in Path("/var/lib").glob("portico-*/belongs-to"):
        if label.read_text() == str(var):
            shutil.rmtree(label.parent)


def calls(place: Path) -> list[str]:
    return (place / "calls").read_text().splitlines()


def test_parts_start_in_order_leave_nothing_and_a_second_start_repeats_no_step(place: Path) -> None:
    start = Start(place, processes.free_port())
    start.until("the cast")
    assert processes.wait_until(lambda: {"worker", "scheduler"} < set(calls(place)), seconds=20)
    assert calls(place)[:5] == ["sandbox --port", "db upgrade", "sync", "demo load", "web"]
    assert notes.read_addresses(place)["DATABASE_URL"].startswith("postgresql+psycopg://portico_web:")
    assert start.stop() == 0
    assert living(place) == []
    assert notes.read_addresses(place) == {}
    second = Start(place, processes.free_port())
    second.until("the cast")
    assert second.stop(signal.SIGTERM) == 0
    assert [calls(place).count(step) for step in ("db upgrade", "demo load", "sync", "web")] == [1, 1, 1, 2]


def test_a_part_that_dies_is_started_again(place: Path) -> None:
    (place / "frail").touch()
    start = Start(place, processes.free_port(), ELSEWHERE)
    start.until("worker stopped (exit code 3); starting it again in 1 s")
    start.until("worker is running again")
    assert start.stop() == 0


def test_a_killed_supervisor_leaves_nothing_and_the_next_start_goes_on(place: Path) -> None:
    port = processes.free_port()
    start = Start(place, port, ELSEWHERE)
    start.until("the cast")
    start.stop(signal.SIGKILL)
    again = Start(place, port, ELSEWHERE)
    again.until("the cast")
    assert again.stop() == 0


def test_a_step_that_does_not_finish_stops_everything_in_words(place: Path) -> None:
    (place / "no-erp").touch()
    start = Start(place, processes.free_port(), ELSEWHERE)
    assert start.wait() == 1
    assert 'The step `run.py sync` did not come to its end. Its last words: "The ERP does not answer."' in start.said
    assert "web" not in calls(place)


def test_a_busy_port_is_named_with_the_way_out(place: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        start = Start(place, port, ELSEWHERE)
        assert start.wait() == 1
    assert f"Port {port} is used by another program" in start.said
    assert f"PORT={port + 1} make run" in start.said


def test_a_second_supervisor_on_the_same_folder_gives_way(place: Path) -> None:
    start = Start(place, processes.free_port(), ELSEWHERE)
    start.until("the cast")
    second = Start(place, processes.free_port(), ELSEWHERE)
    assert second.wait() == 1
    assert f"already runs on the folder {place} (process {start.process.pid})" in second.said
    assert start.stop() == 0


def test_ctrl_c_while_starting_stops_what_had_started(place: Path) -> None:
    start = Start(place, processes.free_port(), ELSEWHERE)
    start.until("Redis is ready")
    assert start.stop() == 0
    assert living(place) == []


def test_a_database_of_your_own_needs_all_three_addresses(place: Path) -> None:
    start = Start(place, processes.free_port(), {"DATABASE_URL": ELSEWHERE["DATABASE_URL"]})
    assert start.wait() == 1
    assert "DATABASE_WORKER_URL and DATABASE_OWNER_URL is not" in start.said
