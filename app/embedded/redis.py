"""One Redis-speaking server for this machine, as a direct child; a doorbell and a cache, so it keeps nothing on disk.

Not for production, which names its own with REDIS_URL.
"""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

from app.embedded import processes
from app.embedded.binaries import find_redis
from app.embedded.problems import StartProblem
from app.embedded.processes import Process
from app.embedded.sockets import short_folder

_SOCKET = "redis.sock"


class Redis:
    """A server reached through a Unix socket in a folder of its own.

    :param home: the folder of the socket, for nobody else's eyes
    :param log: where the server writes
    """

    def __init__(self, *, home: Path, log: Path) -> None:
        self.home = short_folder(home, _SOCKET)
        self.log = log
        self.name = "Redis"
        self.process: Process | None = None
        self._own_folder = self.home != home
        self._log_start = 0

    @property
    def socket(self) -> Path:
        return self.home / _SOCKET

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def launch(self) -> None:
        """Start the server; ``wait_until_ready`` tells when it answers. Call from a thread that lives on."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        self._log_start = self.log.stat().st_size if self.log.exists() else 0
        self.process = processes.launch(
            [find_redis(), *(word for name, value in self._options().items() for word in (f"--{name}", value))],
            log=self.log,
        )

    def _options(self) -> dict[str, str]:
        return {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.home),
            "save": "",
            "appendonly": "no",
            "maxmemory-policy": "noeviction",
        }

    def wait_until_ready(self, seconds: float = 30.0) -> None:
        """Come back when the server answers.

        :raises StartProblem: when it stops instead, or stays silent
        """
        processes.wait_until(lambda: self._answers() or not self.alive, seconds=seconds)
        if not self._answers():
            words = processes.tail(self.log, since=self._log_start, lines=2)
            self.stop()
            raise StartProblem(
                f'Redis does not start. Its last words: "{words}" (all of them: {self.log}).',
                "Set REDIS_URL to a Redis that runs elsewhere, or mend what the log names and start again.",
            )

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(2)
            try:
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
            except OSError:
                return False

    def stop(self) -> None:
        if self.process is not None:
            processes.end(self.process)
            self.process = None
        self.socket.unlink(missing_ok=True)
        if self._own_folder:
            shutil.rmtree(self.home, ignore_errors=True)
