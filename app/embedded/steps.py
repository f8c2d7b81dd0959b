"""The steps between an empty database and a portal with something in it; a step that was done is not done again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from app.embedded import notes, processes
from app.embedded.foundation import Foundation
from app.embedded.plan import Plan
from app.embedded.problems import StartProblem
from app.embedded.services import log_file

Say = Callable[[str], None]
_PATIENCE = 2.0  # seconds of silence before we say that a step still runs

STEPS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("migrations", ("db", "upgrade"), "bringing the database up to date"),
    ("synchronised", ("sync",), "reading the ERP for the first time"),
    ("demo", ("demo", "load"), "loading the demo cast, who work for customers of the ERP"),
)


def prepare(plan: Plan, foundation: Foundation, say: Say) -> None:
    """Migrations, first synchronisation and demo cast, each in a process of its own.

    What was done is remembered beside the embedded database only, and only for the code that did it.

    :raises StartProblem: when a step does not come to its end
    """
    version = notes.code_version(plan.root / "app")
    for name, words, meaning in STEPS:
        done_for = "once" if name == "synchronised" else version
        if not foundation.external_database and notes.is_done(plan.var, name, done_for):
            continue
        say(meaning)
        _run(plan, words, foundation.environment, say)
        notes.mark_done(plan.var, name, done_for)


def _run(plan: Plan, words: tuple[str, ...], environment: Mapping[str, str], say: Say) -> None:
    log = log_file(plan.var, "setup")
    start = log.stat().st_size if log.exists() else 0
    step = processes.launch(plan.command(*words), log=log, env=environment)
    try:
        _follow(step, log, start, say)
    finally:
        processes.end(step)
    if step.returncode != 0:
        words_left = processes.tail(log, since=start)
        raise StartProblem(
            f'The step `run.py {" ".join(words)}` did not come to its end. Its last words: "{words_left}" ({log}).',
            "Mend what it names and start again: finished steps are not repeated.",
        )


def _follow(step: processes.Process, log: Path, start: int, say: Say) -> None:
    """Show what the step writes, and that it still runs when it says nothing."""
    began = last = time.monotonic()
    with log.open(errors="replace") as lines:
        lines.seek(start)
        while True:
            ended = step.poll() is not None
            said = [line.rstrip() for line in lines.readlines() if line.strip()]
            for line in said:
                say(f"  {line}")
            last = time.monotonic() if said else last
            if ended:
                return
            if time.monotonic() - last > _PATIENCE:
                last = time.monotonic()
                say(f"  still at it, {last - began:.0f} s so far")
            time.sleep(0.1)
