"""Working days: Monday to Friday. Holidays and closures come with calendars of warehouse and carrier."""

from __future__ import annotations

from datetime import date, timedelta

_SATURDAY = 5


def add_working_days(start: date, days: int) -> date:
    """The working day that is `days` working days after `start`; 0 gives `start`, or the Monday after a weekend."""
    day = start
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    for _ in range(days):
        day += timedelta(days=3 if day.weekday() == _SATURDAY - 1 else 1)
    return day
