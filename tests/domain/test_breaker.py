"""An ERP that answers nobody is left alone, and one call at a time finds out when it is back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.domain.breaker import RULES, Breaker, State, entered, lets_pass_at, noted

START = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
PROBE = timedelta(seconds=90)
SECOND = timedelta(seconds=1)


def after(*ends: bool, every: timedelta = SECOND, breaker: Breaker | None = None) -> tuple[Breaker, datetime]:
    """Calls that end like this, one after the other."""
    breaker, now, rng = breaker or Breaker(State.CLOSED, START), START, Random(1)
    for answered in ends:
        now += every
        breaker = noted(breaker, answered, now, rng=rng)
    return breaker, now


@pytest.mark.parametrize(
    ("ends", "state"),
    [
        ([False] * 4, State.CLOSED),  # too few to say anything
        ([False] * 5, State.OPEN),
        ([True] * 5 + [False] * 4, State.CLOSED),
        ([True] * 5 + [False] * 5, State.OPEN),
        ([True, False, False] * 2, State.OPEN),
        ([True, True, False] * 10, State.CLOSED),
        ([True] * 300, State.CLOSED),
        ([True] * 30 + [False] * 15, State.OPEN),
    ],
)
def test_it_opens_when_half_of_the_latest_calls_got_no_answer(ends: list[bool], state: State) -> None:
    assert after(*ends)[0].state is state


def test_failures_of_long_ago_say_nothing() -> None:
    assert after(*[False] * 20, every=timedelta(seconds=20))[0].state is State.CLOSED


def test_while_open_nothing_passes_until_the_time_has_come() -> None:
    breaker, now = after(*[False] * 5)

    assert now < lets_pass_at(breaker, now) <= now + RULES.first
    assert lets_pass_at(breaker, now + RULES.first) == now + RULES.first


def test_half_open_lets_one_out_and_no_other() -> None:
    breaker, now = after(*[False] * 5)
    now += RULES.first
    probing = entered(breaker, now, probe_for=PROBE)

    assert probing.state is State.HALF_OPEN
    assert lets_pass_at(probing, now) == now + PROBE


def test_a_probe_nobody_heard_of_again_is_given_up() -> None:
    breaker, now = after(*[False] * 5)
    probing = entered(breaker, now + RULES.first, probe_for=PROBE)
    late = now + RULES.first + PROBE

    assert lets_pass_at(probing, late) == late
    assert lets_pass_at(entered(probing, late, probe_for=PROBE), late) == late + PROBE


def test_an_answer_to_the_probe_closes_it_and_what_was_before_is_forgotten() -> None:
    breaker, now = after(*[False] * 5)
    closed = noted(entered(breaker, now + RULES.first, probe_for=PROBE), True, now, rng=Random(1))

    assert (closed.state, closed.recent) == (State.CLOSED, ())


def test_each_silence_of_a_probe_keeps_it_open_for_longer_up_to_a_minute() -> None:
    breaker, now = after(*[False] * 5)
    lengths = []
    for _ in range(12):
        now = lets_pass_at(breaker, now)
        breaker = noted(entered(breaker, now, probe_for=PROBE), False, now, rng=Random(3))
        lengths.append(lets_pass_at(breaker, now) - now)

    assert lengths == sorted(lengths)
    assert RULES.longest / 2 <= lengths[-1] <= RULES.longest


def test_one_that_had_been_well_for_long_begins_with_the_short_time_again() -> None:
    breaker = replace(Breaker(State.CLOSED, START - RULES.forget), openings=7)

    assert after(*[False] * 5, breaker=breaker)[0].openings == 1


def test_what_was_sent_before_it_opened_changes_nothing() -> None:
    breaker, now = after(*[False] * 5)

    assert noted(breaker, True, now, rng=Random(1)) == breaker


class Workers(RuleBasedStateMachine):
    """Any number of workers, who ask before each call and say how it ended, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.rng = Random(0)
        self.now = START
        self.breaker = Breaker(State.CLOSED, START)
        self.out: list[datetime] = []
        self.probes: list[datetime] = []

    @rule(seconds=st.floats(0, 200))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.probes = [each for each in self.probes if each + PROBE > self.now]

    @rule()
    def somebody_calls(self) -> None:
        if lets_pass_at(self.breaker, self.now) > self.now:
            return
        if self.breaker.state is not State.CLOSED:
            self.probes.append(self.now)
        self.breaker = entered(self.breaker, self.now, probe_for=PROBE)
        self.out.append(self.now)

    @precondition(lambda self: self.out)
    @rule(answered=st.booleans())
    def a_call_ends(self, answered: bool) -> None:
        self.out.pop(0)
        before = self.breaker.state
        self.breaker = noted(self.breaker, answered, self.now, rng=self.rng)
        if before is State.HALF_OPEN:
            self.probes.clear()

    @invariant()
    def one_probe_at_most(self) -> None:
        assert len(self.probes) <= 1

    @invariant()
    def it_never_waits_for_ever(self) -> None:
        assert lets_pass_at(self.breaker, self.now) <= self.now + max(PROBE, RULES.longest)

    @invariant()
    def it_remembers_no_more_than_it_needs(self) -> None:
        assert len(self.breaker.recent) <= RULES.most


TestWorkers = Workers.TestCase
TestWorkers.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
