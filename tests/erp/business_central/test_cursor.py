"""Where the next reading starts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.erp.business_central.cursor import Cursor
from app.erp.business_central.fields import Unreadable
from app.erp.business_central.mapping import days_of
from app.erp.business_central.paging import settled

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OVERLAP = timedelta(minutes=2)


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(minutes=10), timedelta(minutes=-10)])
def test_a_fresh_change_leaves_room_for_others_that_become_visible_late(ago: timedelta) -> None:
    assert settled(NOON - ago, NOON, OVERLAP) == NOON - ago - OVERLAP


def test_an_old_change_is_not_read_again_and_again() -> None:
    assert settled(NOON - timedelta(hours=1), NOON, OVERLAP) == NOON - timedelta(hours=1)


def test_a_cursor_comes_back_as_it_was_written() -> None:
    cursor = Cursor(marks={"items": NOON}, open={"INV-1": "12.5"}).paused("http://erp/next", NOON + OVERLAP)

    assert Cursor.read(cursor.written()) == cursor


def test_a_mark_never_moves_backwards() -> None:
    cursor = Cursor(marks={"items": NOON})

    assert cursor.marked(items=NOON - OVERLAP) == cursor
    assert cursor.marked(items=None) == cursor


@pytest.mark.parametrize(
    ("formula", "days"), [("30D", 30), ("2W", 14), ("1M", 30), ("1M+10D", 40), ("CM+14D", 29), ("", 0), ("-5D", 0)]
)
def test_date_formulas_give_about_so_many_days(formula: str, days: int) -> None:
    assert days_of(formula) == days


@pytest.mark.parametrize("formula", ["30T", "D", "soon", "30D!"])
def test_other_letters_are_no_date_formula(formula: str) -> None:
    with pytest.raises(Unreadable):
        days_of(formula)
