"""How long a message waits before its next try."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.retry import (
    ATTEMPTS,
    BASE,
    BUDGET,
    LONGEST,
    Family,
    abandoned,
    counted,
    exhausted,
    may_be_there,
    pause,
    spent,
    wait,
)


class Always(Random):
    """Draws the same end of every range."""

    def __init__(self, end: str) -> None:
        super().__init__()
        self.end = end

    def uniform(self, a: float, b: float) -> float:
        return a if self.end == "low" else b


def test_the_wait_doubles_up_to_ten_minutes() -> None:
    waits = [wait(attempt, rng=Always("high")) for attempt in range(1, ATTEMPTS)]

    assert waits[:4] == [BASE, BASE * 2, BASE * 4, BASE * 8]
    assert all(later in (earlier * 2, LONGEST) for earlier, later in pairwise(waits))
    assert max(waits) == LONGEST


@pytest.mark.parametrize("attempt", [1, 5, 12, 39, 10_000])
def test_jitter_takes_up_to_half_of_the_wait_away_and_never_all(attempt: int) -> None:
    least, most = wait(attempt, rng=Always("low")), wait(attempt, rng=Always("high"))

    assert least == most / 2 > timedelta(0)
    assert all(least <= wait(attempt, rng=Random(seed)) <= most for seed in range(50))


def test_many_messages_do_not_come_back_at_one_moment() -> None:
    rng = Random(7)

    assert len({wait(9, rng=rng) for _ in range(20)}) == 20


def test_an_outage_of_hours_is_waited_out_before_a_person_is_called() -> None:
    shortest = sum((wait(attempt, rng=Always("low")) for attempt in range(1, ATTEMPTS)), timedelta())

    assert shortest > timedelta(hours=2)
    assert [spent(ATTEMPTS - 1), spent(ATTEMPTS)] == [False, True]


# --- messages to an ERP


COUNTS = st.dictionaries(st.sampled_from([each.value for each in Family]), st.integers(0, 30))


@given(st.sampled_from([each for each in Family if each not in (Family.UNSENT, Family.BEFORE)]), st.integers(0, 999))
def test_an_order_calls_the_erp_three_times_a_minute_at_most(family: Family, seed: int) -> None:
    """One call to begin with, two for every repeat: a look and an entry."""
    rng, now, tries, calls = Random(seed), 0.0, {}, []
    for made in (1, 2, 2, 2, 2):
        calls += [now] * made
        tries = counted(tries, family)
        now += pause(family, tries, calls=made, rng=rng).total_seconds()

    assert all(sum(1 for each in calls if start <= each < start + 60) <= 3 for start in calls)


@given(COUNTS, st.sampled_from(list(Family)), st.integers(1, 3), st.integers(0, 99))
def test_no_wait_of_a_message_is_longer_than_some_minutes(
    tries: dict[str, int], family: Family, calls: int, seed: int
) -> None:
    wait = pause(family, counted(tries, family), calls=calls, rng=Random(seed))

    assert timedelta(seconds=0.5) <= wait <= timedelta(minutes=5, seconds=1)


@pytest.mark.parametrize("family", [Family.UNSENT, Family.LINE, Family.BEFORE])
def test_what_befalls_the_whole_line_never_uses_a_message_up(family: Family) -> None:
    assert not exhausted(family, {family: 1_000_000})


@pytest.mark.parametrize("family", list(BUDGET))
def test_each_way_to_end_has_its_own_budget(family: Family) -> None:
    others = {other.value: 1_000 for other in Family if other is not family}

    assert not exhausted(family, {**others, family: BUDGET[family] - 1})
    assert exhausted(family, {**others, family: BUDGET[family]})


@pytest.mark.parametrize(
    ("attempts", "tries", "look"),
    [
        (1, {}, False),
        (4, {"unsent": 3}, False),  # nothing ever left the house
        (2, {}, True),  # somebody died with it
        (3, {"unsent": 1}, True),
        (3, {"unsent": 1, "unknown": 1}, True),
        (13, {"before": 12}, True),  # a person sent it again
    ],
)
def test_it_is_looked_for_first_unless_it_certainly_never_left(
    attempts: int, tries: dict[str, int], look: bool
) -> None:
    assert may_be_there(attempts, tries) is look


def test_tries_nobody_finished_are_counted_since_a_person_sent_it_again() -> None:
    assert [abandoned(12, {}), abandoned(12, {"before": 9, "unknown": 1})] == [11, 1]
