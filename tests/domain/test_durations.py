"""Percentiles from counts: as right as a place of the scale is wide, and never longer than the slowest call."""

from __future__ import annotations

import pytest

from app.domain.durations import ENDS, PLACES, place, within


def on_the_scale(*milliseconds: int) -> list[int]:
    counts = [0] * PLACES
    for each in milliseconds:
        counts[place(each)] += 1
    return counts


def test_every_time_has_a_place_and_an_end_belongs_to_its_own() -> None:
    assert [place(each) for each in (0, 1, 2, 70_000, 70_001, 10**9)] == [0, 0, 1, 28, 29, 29]
    assert list(ENDS) == sorted(set(ENDS))


@pytest.mark.parametrize("share", [0.5, 0.95, 0.99])
def test_what_is_computed_lies_in_the_place_of_the_true_value(share: float) -> None:
    times = [each * each // 7 for each in range(1, 900)]
    true = sorted(times)[int(share * len(times))]

    computed = within(on_the_scale(*times), share, slowest=max(times))

    assert computed is not None
    assert place(computed) == place(true)
    assert computed == pytest.approx(true, rel=0.1)


def test_one_call_is_no_longer_than_itself() -> None:
    assert within(on_the_scale(160), 0.99, slowest=160) == 160
    assert within(on_the_scale(250_000), 0.5, slowest=250_000) == 160_000
    assert within(on_the_scale(0), 0.5, slowest=0) == 0


def test_of_no_calls_nothing_is_known() -> None:
    assert within((), 0.5, slowest=0) is None
    assert within([0] * PLACES, 0.5, slowest=0) is None
