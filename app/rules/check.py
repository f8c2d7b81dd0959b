"""What `run.py rules check` asks: is the set in this folder usable, and if not, why not. Not for publishing."""

from __future__ import annotations

from pathlib import Path

from app.rules.engine import RuleSet
from app.rules.problems import RuleSetError


def check(path: str | Path) -> list[str]:
    """Every problem of the set as text of several lines; empty when it can be used."""
    try:
        RuleSet.load(path)
    except RuleSetError as err:
        return [str(problem) for problem in err.problems]
    return []
