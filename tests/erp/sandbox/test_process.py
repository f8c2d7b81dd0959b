"""The sandbox as its own process: it starts, keeps what it committed through a kill, and stops when asked."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.erp.sandbox.conftest import Client


@contextmanager
def launched(store: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """A sandbox process that is gone when the block ends, whatever happened in it."""
    command = [sys.executable, "-m", "app.erp.sandbox", "--port", str(port), "--store", str(store), "--speed", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert "ready" in process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.communicate()


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def test_a_killed_sandbox_keeps_every_answered_order(filled_store: Path, tmp_path: Path) -> None:
    store, port = tmp_path / "erp.db", free_port()
    shutil.copy(filled_store, store)
    with launched(store, port):
        keys = [Client(port).order(orderKey=f"kill-{n}").json()["orderKey"] for n in range(5)]
    with launched(store, port) as process:
        again = Client(port)
        assert [len(again.control("GET", f"orders?key={key}")["value"]) for key in keys] == [1] * 5
        committed = again.control("GET", "ledger?kind=order_committed")["value"]
        assert [entry["orderKey"] for entry in committed] == keys
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0


def test_a_busy_port_and_a_damaged_store_get_a_sentence(filled_store: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"not a database" * 1000)
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        for store, port, words in (
            (filled_store, door.getsockname()[1], "Choose another --port"),
            (broken, 0, "Remove the file"),
        ):
            command = [sys.executable, "-m", "app.erp.sandbox", "--port", str(port), "--store", str(store)]
            ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
            assert ended.returncode == 1
            assert words in ended.stderr
