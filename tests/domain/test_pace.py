"""No more calls in any minute than the ERP allows, and hardly fewer while there is something to call for."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.pace import Bucket, Pace, filled, ready_at, taken

START = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)


def calls_made(allowed: int, seconds: float, *, bucket: Bucket, pauses: list[float]) -> list[datetime]:
    """Somebody calls as often as permitted, with a pause now and then."""
    pace, now, made = Pace.of(allowed), bucket.at, []
    ends = now + timedelta(seconds=seconds)
    waits = iter(pauses)
    while now < ends:
        now = max(now, ready_at(bucket, pace, now))
        bucket = taken(filled(bucket, pace, now), 1)
        made.append(now)
        now += timedelta(seconds=next(waits, 0.0))
    return made


@settings(max_examples=40, deadline=None)
@given(st.integers(60, 900), st.lists(st.floats(0, 30), max_size=60), st.floats(-50, 50))
def test_never_more_than_allowed_in_any_minute(allowed: int, pauses: list[float], left: float) -> None:
    pace = Pace.of(allowed)
    made = calls_made(allowed, 90, bucket=Bucket(min(left, pace.most), START), pauses=pauses)

    for first, moment in enumerate(made):
        assert bisect_left(made, moment + timedelta(seconds=60)) - first <= allowed


@pytest.mark.parametrize("allowed", [60, 300, 600])
def test_a_full_queue_uses_at_least_ninety_five_percent_of_what_is_allowed(allowed: int) -> None:
    made = calls_made(allowed, 600, bucket=Bucket(0.0, START), pauses=[])

    assert len(made) >= 0.95 * allowed * 10


def test_what_was_called_too_much_is_paid_back_first() -> None:
    pace = Pace.of(600)

    assert ready_at(Bucket(-9.0, START), pace, START) == START + timedelta(seconds=10 / pace.a_second)


@given(st.floats(-10, 10), st.floats(0, 3600))
def test_a_clock_that_goes_back_adds_no_calls(left: float, back: float) -> None:
    bucket = Bucket(left, START)

    assert filled(bucket, Pace.of(600), START - timedelta(seconds=back)).left <= left


def test_calls_come_evenly_once_nothing_is_saved_up() -> None:
    made = calls_made(600, 5, bucket=Bucket(0.0, START), pauses=[])

    gaps = [later - earlier for earlier, later in pairwise(made)]
    assert max(gaps) - min(gaps) < timedelta(milliseconds=1)
