"""The line to an ERP: who asks for patience is left alone for exactly as long, and no longer than an hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.breaker import State
from app.domain.line import LONGEST_WAIT, End, Line, LineRules, charged, entered, noted, open_at
from app.domain.pace import Pace

START = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
RULES = LineRules(Pace.of(600))
HOUR = timedelta(hours=1)

ends = st.builds(
    End,
    st.sampled_from(["ok", "refused", "already_there", "busy", "unavailable", "unknown", "misread"]),
    st.none() | st.timedeltas(timedelta(days=-400), timedelta(days=400)),
)


def told(*ends: End, at: datetime = START, line: Line | None = None) -> Line:
    return noted(line or Line.new(START), ends, RULES, at, rng=Random(5))


@given(st.timedeltas(timedelta(0), HOUR))
def test_no_call_goes_out_earlier_than_asked(wait: timedelta) -> None:
    line = told(End("busy", wait))

    assert open_at(line, RULES, START) >= START + wait
    assert open_at(line, RULES, START + wait) == START + wait


@given(st.timedeltas(HOUR, timedelta(days=400)))
def test_an_absurd_wait_is_an_hour(wait: timedelta) -> None:
    assert open_at(told(End("busy", wait)), RULES, START) == START + LONGEST_WAIT


@pytest.mark.parametrize("outcome", ["busy", "unknown", "unavailable"])
def test_whatever_the_call_came_to_the_wait_counts(outcome: str) -> None:
    line = told(End(outcome, timedelta(minutes=2)))

    assert open_at(line, RULES, START) == START + timedelta(minutes=2)


def test_a_shorter_wait_does_not_cancel_a_longer_one() -> None:
    line = told(End("busy", timedelta(minutes=5)), End("busy", timedelta(seconds=1)))

    assert open_at(line, RULES, START) == START + timedelta(minutes=5)


def test_without_a_named_time_it_waits_of_its_own_and_longer_each_time() -> None:
    line, now, waits = Line.new(START), START, []
    for _ in range(4):
        line = told(End("busy"), at=now, line=line)
        waits.append(open_at(line, RULES, now) - now)
        now += waits[-1]

    assert all(timedelta(seconds=2) <= wait <= timedelta(minutes=1) for wait in waits)
    assert waits[3] > waits[0]


def test_an_erp_that_names_its_times_is_busy_not_broken() -> None:
    assert told(*[End("busy", timedelta(seconds=1))] * 20).breaker.state is State.CLOSED


def test_a_refusal_is_an_answer() -> None:
    line = told(*[End("refused")] * 20)

    assert (line.breaker.state, line.answered_at) == (State.CLOSED, START)


def test_the_reason_says_why_it_is_not_used_and_goes_with_the_next_answer() -> None:
    line = told(End("unavailable", reason="The ERP cannot be reached."))

    assert line.reason == "The ERP cannot be reached."
    assert told(End("ok"), line=line).reason == ""


@given(st.lists(st.tuples(ends, st.floats(0, 400)), max_size=40), st.integers(0, 1_000))
def test_whatever_happens_it_opens_again_within_an_hour(story: list[tuple[End, float]], seed: int) -> None:
    line, now, rng = Line.new(START), START, Random(seed)
    for end, seconds in story:
        now += timedelta(seconds=seconds)
        opens = open_at(line, RULES, now)
        assert now <= opens <= now + LONGEST_WAIT
        line = noted(entered(line, RULES, opens), [end], RULES, opens, rng=rng)
        now = opens


def test_calls_beyond_those_that_were_asked_for_count_too() -> None:
    line = charged(entered(Line.new(START), RULES, START), 9, RULES, START)

    assert open_at(line, RULES, START) > START + timedelta(seconds=0.9)
    assert open_at(charged(line, -9, RULES, START), RULES, START) < START + timedelta(seconds=0.2)
