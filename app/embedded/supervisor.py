"""`make run`: everything Portico needs on one machine, started in order, watched, and stopped without a trace.

PostgreSQL, Redis and the sandbox ERP first, side by side; then migrations, the first synchronisation and the demo cast;
then web, worker and scheduler. Not for production, where a service manager starts each command of `run.py`.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from app.embedded import folder, notes, processes, steps
from app.embedded.foundation import Foundation
from app.embedded.keeper import Keeper
from app.embedded.parts import Part
from app.embedded.plan import Plan
from app.embedded.problems import StartProblem

_SETTLING = 15.0  # seconds that the parts of a killed run get to go down
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopAsked(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal while starting."""


class Supervisor:
    """
    :param print_line: shows a line to the person who started us
    """

    def __init__(self, plan: Plan, print_line: Callable[[str], None]) -> None:
        self._plan = plan
        self._print = print_line
        self._began = time.monotonic()
        self._parts: list[Part] = []
        self._stop_asked = False
        self._may_interrupt = True

    def say(self, line: str) -> None:
        self._print(f"[{time.monotonic() - self._began:5.1f} s] {line}")

    def run(self) -> int:
        """Start everything, watch it until somebody asks to stop, stop everything; gives back the exit code.

        :raises StartProblem: in words, after what had started was stopped again
        """
        for wanted in _SIGNALS:
            signal.signal(wanted, self._on_signal)
        with folder.lock_folder(self._plan.var):
            try:
                self._start()
                self._watch()
            except StopAsked:
                self.say("not everything was ready yet")
            finally:
                self._stop()
        return 0

    # --- starting ---------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        self._check_ports()
        self.say("starting PostgreSQL, Redis and the sandbox ERP")
        with self._undisturbed():
            foundation = Foundation(self._plan, self.say)
        for part in foundation.parts:
            self._launch(part)
        for part in foundation.parts:
            self._wait_for(part)
        foundation.prepare()
        notes.write_addresses(self._plan.var, foundation.environment)
        steps.prepare(self._plan, foundation, self.say)
        for part in self._plan.portal_parts(foundation.environment):
            self._launch(part)
            self._wait_for(part)
        self._announce()

    def _check_ports(self) -> None:
        patience = _SETTLING if notes.was_killed(self._plan.var) else 0.0
        for name, port in self._plan.ports().items():
            if not _becomes_free(port, patience):
                raise StartProblem(
                    f"Port {port} is used by another program, or may not be used by this account.",
                    f"Stop that program, or choose another port: {name}={port + 1} make run",
                )

    def _launch(self, part: Part) -> None:
        with self._undisturbed():
            self._parts.append(part)
            part.launch()

    def _wait_for(self, part: Part) -> None:
        part.wait_until_ready()
        self.say(f"{part.name} is ready")

    def _announce(self) -> None:
        self.say(f"ready in {time.monotonic() - self._began:.0f} s")
        for line in self._plan.closing:
            self._print(line)

    # --- watching and stopping --------------------------------------------------------------------------------------

    def _watch(self) -> None:
        keeper = Keeper(self.say, time.monotonic)
        self._may_interrupt = False
        while not self._stop_asked:
            keeper.look(self._parts)
            time.sleep(0.3)

    def _stop(self) -> None:
        self._may_interrupt = False
        self._stop_asked = True
        if self._parts:
            self.say("stopping; Ctrl-C again stops at once")
        for part in reversed(self._parts):
            part.stop()
        notes.forget_addresses(self._plan.var)
        if self._parts:
            self.say("stopped")

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._stop_asked and not self._may_interrupt:
            self._kill_everything()
            return
        self._stop_asked = True
        if self._may_interrupt:
            self._may_interrupt = False
            raise StopAsked

    def _kill_everything(self) -> None:
        for part in self._parts:
            if part.process is not None:
                processes.kill(part.process)

    @contextmanager
    def _undisturbed(self) -> Iterator[None]:
        """No interruption in here, where a child could be started and not yet be known; it comes right after."""
        self._may_interrupt = False
        try:
            yield
        finally:
            self._may_interrupt = True
        if self._stop_asked:
            raise StopAsked


def _becomes_free(port: int, seconds: float) -> bool:
    return processes.wait_until(lambda: processes.port_is_free(port), seconds=seconds, pause=0.2)
