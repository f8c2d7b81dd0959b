"""How long a message waits before its next try."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest

from app.domain.retry import ATTEMPTS, BASE, LONGEST, spent, wait


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
