"""Fail points do nothing unless a test arms them, and never outside of a test."""

from __future__ import annotations

import subprocess
import sys

import pytest

REACH = "from app.failpoints import reach; [reach('S9') for _ in range(3)]; print('alive')"


@pytest.mark.parametrize(
    ("environment", "armed", "code"),
    [
        ("test", "S9=kill", -9),
        ("test", "S9=kill@3", -9),
        ("test", "S9=kill@4", 0),
        ("test", "S10=kill, S8=stop", 0),
        ("test", "S9=sleep:0.01", 0),
        ("test", "", 0),
        ("demo", "S9=kill", 0),
        ("production", "S9=kill", 0),
    ],
)
def test_a_process_dies_only_where_a_test_wants_it(environment: str, armed: str, code: int) -> None:
    armed_with = {"PORTICO_ENV": environment, "PORTICO_FAILPOINTS": armed}

    ended = subprocess.run([sys.executable, "-c", REACH], env=armed_with, capture_output=True, text=True, timeout=30)

    assert ended.returncode == code
    assert ended.stdout.strip() == ("alive" if code == 0 else "")
