"""Working days are Monday to Friday."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.working_days import add_working_days
from tests.domain.tools import quick

MONDAY, FRIDAY, SATURDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 27), date(2026, 11, 28), date(2026, 11, 29)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (MONDAY, 0, MONDAY),
        (MONDAY, 1, date(2026, 11, 24)),
        (FRIDAY, 1, date(2026, 11, 30)),
        (MONDAY, 5, date(2026, 11, 30)),
        (SATURDAY, 0, date(2026, 11, 30)),
        (SUNDAY, 1, date(2026, 12, 1)),
    ],
)
def test_a_weekend_is_stepped_over(start: date, days: int, end: date) -> None:
    assert add_working_days(start, days) == end


@quick
@given(st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.integers(0, 60))
def test_as_many_working_days_lie_between_as_were_asked_for(start: date, days: int) -> None:
    end = add_working_days(start, days)
    first = add_working_days(start, 0)
    passed = sum((first + timedelta(n + 1)).weekday() < 5 for n in range((end - first).days))

    assert end.weekday() < 5
    assert passed == days
