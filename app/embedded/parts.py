"""The parts of a running Portico as the supervisor sees them: something with a name that starts, gets ready and stops.

PostgreSQL and Redis are such parts themselves; everything else is a command with a log of its own.
"""

from __future__ import annotations

import http.client
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from app.embedded import processes
from app.embedded.problems import StartProblem
from app.embedded.processes import Process


class Part(Protocol):
    name: str
    log: Path
    process: Process | None

    @property
    def alive(self) -> bool: ...
    def launch(self) -> None: ...
    def wait_until_ready(self, seconds: float = ...) -> None: ...
    def stop(self) -> None: ...


class CommandPart:
    """A command of ours as a part.

    :param probe: port and path that answer 200 when it is ready; without one, running is being ready
    :param advice: what to do when it does not start
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        log: Path,
        advice: str,
        probe: tuple[int, str] | None = None,
    ) -> None:
        self.name = name
        self.log = log
        self.process: Process | None = None
        self._command = command
        self._env = env
        self._advice = advice
        self._probe = probe
        self._log_start = 0

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def launch(self) -> None:
        self._log_start = self.log.stat().st_size if self.log.exists() else 0
        self.process = processes.launch(self._command, log=self.log, env=self._env)

    def wait_until_ready(self, seconds: float = 120.0) -> None:
        """Come back when it answers.

        :raises StartProblem: when it stops instead, or stays silent
        """
        processes.wait_until(lambda: self._ready() or not self.alive, seconds=seconds, pause=0.1)
        if self._ready():
            return
        state = "does not answer" if self.alive else "stops while starting"
        words = processes.tail(self.log, since=self._log_start)
        raise StartProblem(f'The part "{self.name}" {state}. Its last words: "{words}" ({self.log}).', self._advice)

    def _ready(self) -> bool:
        return self.alive and (self._probe is None or answers(*self._probe))

    def stop(self) -> None:
        if self.process is not None:
            processes.end(self.process)
            self.process = None


def answers(port: int, path: str) -> bool:
    """Whether something on this machine says 200 there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
