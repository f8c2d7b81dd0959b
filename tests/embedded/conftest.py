"""Every test here starts servers of its own: starting and stopping is what is tested."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.embedded import processes


def living(trace: str | Path) -> list[str]:
    """The command lines of this machine that mention a folder of the test."""
    lines = [processes.command_of(pid) for pid in processes._all_pids()]
    return [line for line in lines if str(trace) in line]


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    """A ``var/`` after which no process is left."""
    folder = tmp_path / "var"
    yield folder
    assert living(folder) == []
