"""Keeps parts alive: a part that dies is started again, at once the first time, then with growing pauses.

Not for starting and stopping in order: that is ``supervisor``. Time comes from outside, so that tests need not wait.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.embedded.parts import Part

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
STEADY = 60.0  # seconds of life after which an earlier death is forgotten


@dataclass
class _Record:
    deaths: int = 0
    started: float = 0.0
    due: float | None = None


class Keeper:
    """
    :param say: told of every death and restart
    :param clock: seconds, monotonic
    """

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float]) -> None:
        self._say = say
        self._clock = clock
        self._records: dict[str, _Record] = {}

    def look(self, parts: Sequence[Part]) -> None:
        """Look at every part once, and start again those whose time has come."""
        for part in parts:
            record = self._records.setdefault(part.name, _Record(started=self._clock()))
            if record.due is None and not part.alive:
                self._plan(part, record)
            if record.due is not None and record.due <= self._clock():
                self._again(part, record)

    def _plan(self, part: Part, record: _Record) -> None:
        now = self._clock()
        if now - record.started > STEADY:
            record.deaths = 0
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**record.deaths)
        record.deaths += 1
        record.due = now + pause
        code = part.process.returncode if part.process else None
        self._say(f"{part.name} stopped (exit code {code}); starting it again in {pause:.0f} s; its log: {part.log}")

    def _again(self, part: Part, record: _Record) -> None:
        record.due = None
        record.started = self._clock()
        part.launch()
        self._say(f"{part.name} is running again")
