"""Thousands of installations, each from one seed, each with its own bad day: nothing lost, nothing twice, no storm.

`make simulate SEEDS=100000` runs more of them; `SEED=n` replays one and prints every call the ERP got.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.domain import retry
from app.erp import errors
from app.services.delivery import protocol
from tests.simulation.trial import Trial, as_words

SEEDS = 1000


def test_a_thousand_seeds_keep_every_promise() -> None:
    for seed in range(SEEDS):
        trial = Trial(seed)
        wrong = trial.run()
        assert not wrong, as_words(seed, wrong, trial.plan)


def test_the_same_seed_is_the_same_day() -> None:
    one, other = Trial(7), Trial(7)

    one.run(), other.run()

    assert one.books.asked == other.books.asked
    assert one.store.rows == other.store.rows


# --- it would notice --------------------------------------------------------------------------------------------------


def _no_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "may_be_there", lambda attempts, tries: False)


def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol.Delivery, "_longest_run", lambda *_: protocol.timedelta(0))


def _refusals_are_passing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "ErpRefused", errors.ErpAlreadyHas)


def _no_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "_MINUTE", protocol.timedelta(seconds=1))


def _everything_settles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.simulation.memory.MemoryDesk.holds", lambda *_: True)


@pytest.mark.parametrize(
    "mistake",
    [_no_look, _no_patience, _refusals_are_passing, _no_minute, _everything_settles],
    ids=lambda mistake: mistake.__name__.strip("_"),
)
def test_a_mistake_in_the_protocol_is_found(
    mistake: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    mistake(monkeypatch)

    assert any(Trial(seed).run() for seed in range(150))
