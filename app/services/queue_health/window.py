"""The stretches of time people look at, and into how many parts each is cut for a plot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Window:
    """The last `length`, in parts of `step` each."""

    code: str
    length: timedelta
    step: timedelta

    @property
    def minutes(self) -> int:
        return int(self.length.total_seconds() // 60)


WINDOWS: dict[str, Window] = {
    window.code: window
    for window in (
        Window("1h", timedelta(hours=1), timedelta(minutes=2)),
        Window("24h", timedelta(hours=24), timedelta(minutes=30)),
        Window("7d", timedelta(days=7), timedelta(hours=4)),
    )
}
