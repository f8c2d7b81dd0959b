"""How one message gets to the ERP exactly once, and how a thousand do while it misbehaves. In memory."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import pytest

from app.domain.breaker import State
from app.domain.retry import BUDGET, Family
from app.erp.errors import (
    ErpBusy,
    ErpError,
    ErpMisread,
    ErpRefused,
    ErpUnavailable,
    ErpUnknownOutcome,
    ErpUnreachable,
)
from app.services import outbox
from tests.services.delivery.memory import LEASE, START, Bench, Killed

DAY = 86_400


def raises(problem: ErpError) -> object:
    def happen(operation: str, key: str) -> None:
        raise problem

    return happen


def unreachable(operation: str, key: str) -> None:
    raise ErpUnreachable("The ERP cannot be reached.")


# --- one message


@pytest.mark.parametrize(
    ("problem", "calls"),
    [
        (ErpUnreachable("no route"), ["create", "create"]),
        (ErpUnknownOutcome("no answer"), ["create", "find", "create"]),
        (ErpUnavailable("locked"), ["create", "find", "create"]),
        (ErpBusy("wait"), ["create", "find", "create"]),
    ],
)
def test_a_repeat_looks_first_unless_nothing_ever_left_the_house(problem: ErpError, calls: list[str]) -> None:
    bench = Bench()
    bench.erp.script.append(problem)
    bench.orders(1)

    bench.run(60)

    assert bench.erp.operations() == calls
    assert bench.states() == {"done": 1}


def test_what_was_entered_before_the_answer_was_lost_is_found_and_taken() -> None:
    bench = Bench()
    bench.orders(1)
    bench.erp.after = lambda operation, key: lose() if operation == "create" else None

    def lose() -> None:
        raise ErpUnknownOutcome("no answer")

    bench.run(60)

    assert bench.erp.operations() == ["create", "find"]
    assert bench.states() == {"done": 1}


def test_what_comes_between_the_look_and_the_entry_is_met_by_the_key_and_taken_a_minute_later() -> None:
    bench = Bench()
    bench.erp.script.append(ErpUnknownOutcome("no answer"))
    (message,) = bench.orders(1)
    bench.run(0.5)
    late = outbox.from_body(dict(message.body))
    bench.erp.before = lambda operation, key: bench.erp.create_order(late) if arrives(operation) else None
    waiting = [True]

    def arrives(operation: str) -> bool:
        return operation == "create" and bool(waiting) and waiting.pop()

    bench.run(180)

    assert bench.states() == {"done": 1}
    assert len(bench.erp.documents[message.key]) == 1


@pytest.mark.parametrize("kind", [outbox.CREATE, outbox.CANCEL])
def test_a_refusal_is_final(kind: str) -> None:
    bench = Bench()
    (message,) = bench.orders(1, kind=kind)
    bench.erp.documents[message.key] = []
    bench.erp.before = raises(ErpRefused("The customer is blocked."))  # type: ignore[assignment]

    bench.run(DAY, idle=600)

    assert (message.state, message.reason_code, message.reason) == ("dead", "erp_refused", "The customer is blocked.")
    assert bench.erp.operations().count("create") <= 1


def test_a_refused_look_leaves_open_what_the_erp_has() -> None:
    bench = Bench()
    bench.erp.script.extend([ErpUnknownOutcome("no answer"), ErpRefused("You may not read orders.")])
    (message,) = bench.orders(1)

    bench.run(60)

    assert (message.state, message.reason_code) == ("dead", "tries_spent")
    assert "You may not read orders." in message.reason


def test_messages_of_one_order_go_one_after_the_other() -> None:
    bench = Bench()
    bench.erp.script.append(ErpUnknownOutcome("no answer"))
    (message,) = bench.orders(1)
    bench.follow_up(message)

    bench.run(120)

    assert bench.erp.operations() == ["create", "find", "create", "cancel"]
    assert bench.states() == {"done": 2}


def test_cancelling_what_never_came_there_is_done_without_it() -> None:
    bench = Bench()
    bench.orders(1, kind=outbox.CANCEL)

    bench.run(5)

    assert bench.erp.operations() == ["cancel", "find"]
    assert bench.states() == {"done": 1}


# --- dying, and waking up too late


@pytest.mark.parametrize("where", ["before the call", "the ERP has it", "answered"])
def test_a_worker_may_die_anywhere_and_there_is_one_document(where: str) -> None:
    bench = Bench()
    (message,) = bench.orders(1)
    claimed = bench.take()
    if where == "the ERP has it":
        bench.erp.after = raises_killed
        with pytest.raises(Killed):
            bench.delivery.attempt(claimed)
        bench.erp.after = lambda operation, key: None
    elif where == "answered":
        bench.delivery.attempt(claimed)

    bench.run(LEASE.total_seconds() + 5)

    assert bench.states() == {"done": 1}
    assert len(bench.erp.documents[message.key]) == 1


def raises_killed(operation: str, key: str) -> None:
    raise Killed


def test_a_worker_stopped_past_its_lease_sends_nothing_when_it_wakes_up() -> None:
    bench = Bench()
    bench.orders(1)
    stopped = bench.take()
    bench.passes(LEASE.total_seconds() + 1)
    bench.run(5)
    before = bench.erp.operations()

    assert bench.delivery.finish(bench.delivery.attempt(stopped)) == "lost_claim"
    assert bench.erp.operations() == before


def test_a_worker_stopped_between_look_and_entry_enters_nothing_when_it_wakes_up() -> None:
    bench = Bench()
    bench.erp.script.append(ErpUnknownOutcome("no answer"))
    (message,) = bench.orders(1)
    bench.run(7)
    message.state, message.due_at = "waiting", bench.now
    bench.erp.documents.clear()
    slow = bench.take()

    def another_takes_over(operation: str, key: str) -> None:
        bench.erp.before = lambda operation, key: None
        bench.passes(LEASE.total_seconds() + 1)
        bench.run(2)

    bench.erp.before = another_takes_over
    assert bench.delivery.finish(bench.delivery.attempt(slow)) == "lost_claim"

    assert len(bench.erp.documents[message.key]) == 1
    assert bench.states() == {"done": 1}


def test_without_a_unique_key_an_abandoned_try_is_waited_out_before_anybody_looks() -> None:
    bench = Bench(unique=False)
    bench.orders(1)
    bench.take()  # and dies; its request may still be running over there

    bench.run(LEASE.total_seconds() + 590)
    assert bench.erp.operations() == []

    bench.run(60)
    assert bench.erp.operations() == ["find", "create"]


def test_a_message_that_no_worker_survives_becomes_a_persons() -> None:
    bench = Bench()
    poison, *others = bench.orders(5)
    for _ in range(11):
        poison.due_at = START - timedelta(days=1)
        assert bench.take().id == poison.id
        bench.passes(LEASE.total_seconds())

    bench.run(60)

    assert (poison.state, poison.reason_code) == ("dead", "tries_spent")
    assert {each.state for each in others} == {"done"}


# --- the whole line


def test_an_erp_that_is_down_for_a_day_kills_no_message_and_is_hardly_called() -> None:
    bench = Bench()
    messages = bench.orders(100)
    bench.erp.before = unreachable
    bench.run(DAY, idle=20)
    during = bench.erp.tried
    bench.erp.before = lambda operation, key: None

    bench.run(120)

    assert bench.states() == {"done": 100}
    assert during <= DAY / 30 + 20  # one probe every half minute to a minute
    assert all(set(each.tries) <= {"unsent"} for each in messages)


def test_an_erp_that_accepts_calls_and_answers_nobody_for_a_day_kills_no_message() -> None:
    bench = Bench()
    bench.orders(100)
    bench.erp.before = raises(ErpUnknownOutcome("no answer"))  # type: ignore[assignment]
    bench.run(DAY, idle=20)
    bench.erp.before = lambda operation, key: None

    bench.run(600)

    assert bench.states() == {"done": 100}


def test_after_an_outage_the_queue_drains_at_more_than_nine_tenths_of_the_allowed_rate() -> None:
    bench = Bench()
    bench.orders(600)
    bench.erp.before = unreachable
    bench.run(1800, idle=5)
    bench.erp.before = lambda operation, key: None
    back = bench.now

    bench.run(300)

    sent = [at for at, operation, _ in bench.erp.log if operation == "create" and at >= back][5:]
    rate = (len(sent) - 1) / (sent[-1] - sent[0]).total_seconds()
    assert 9.0 <= rate <= 10.0


@pytest.mark.parametrize(
    ("family", "problem"),
    [(Family.UNKNOWN, ErpUnknownOutcome("no answer")), (Family.MISREAD, ErpMisread("not readable"))],
)
def test_poison_becomes_a_persons_while_all_others_pass(family: Family, problem: ErpError) -> None:
    bench = Bench()
    poison, *_ = bench.orders(50)

    def poisonous(operation: str, key: str) -> None:
        if key == poison.key and operation == ("create" if family is Family.UNKNOWN else "find"):
            raise problem
        if key == poison.key and operation == "create":
            raise ErpUnknownOutcome("no answer")

    bench.erp.before = poisonous
    bench.run(60)
    assert bench.states() == {"done": 49, "waiting": 1}

    for _ in range(60):  # trade goes on
        bench.orders(5)
        bench.run(120, idle=5)

    assert (poison.state, poison.reason_code) == ("dead", "tries_spent")
    assert poison.tries[family] == BUDGET[family]
    assert bench.states() == {"done": 349, "dead": 1}


def test_while_the_breaker_is_open_only_probes_go_out() -> None:
    bench = Bench()
    bench.orders(300)
    bench.erp.before = unreachable
    bench.run(120)

    breaker = bench.store.lines["main"].breaker
    assert breaker.state is State.OPEN
    assert breaker.openings >= 3
    assert bench.erp.tried == 5 + breaker.openings - 1


@pytest.mark.parametrize("seconds", [1, 45, 3_000])
def test_nobody_calls_before_the_moment_the_erp_named(seconds: int) -> None:
    bench = Bench()
    bench.orders(30)
    asked: list[datetime] = []

    def busy_once(operation: str, key: str) -> None:
        if bench.erp.tried == 10:
            problem = ErpBusy("wait")
            problem.not_before = bench.now + timedelta(seconds=seconds)
            asked.append(problem.not_before)
            raise problem

    bench.erp.before = busy_once
    bench.run(seconds + 200)

    later = [at for at, _, _ in bench.erp.log[10:]]
    assert min(later) >= asked[0]
    assert bench.states() == {"done": 30}


@pytest.mark.parametrize("seed", range(8))
def test_whatever_the_erp_does_every_order_is_there_once_and_called_for_three_times_a_minute(seed: int) -> None:
    bench, rng = Bench(seed=seed), Random(seed)
    bench.orders(60)

    def moods(operation: str, key: str) -> None:
        if rng.random() < 0.2:
            raise rng.choice([ErpUnknownOutcome("?"), ErpUnavailable("?"), ErpBusy("?"), ErpUnreachable("?")])

    def loses(operation: str, key: str) -> None:
        if rng.random() < 0.2:
            raise ErpUnavailable("?") if operation == "find" else ErpUnknownOutcome("?")

    bench.erp.before, bench.erp.after = moods, loses
    bench.run(3_600, idle=2)
    bench.erp.before = bench.erp.after = lambda operation, key: None
    bench.run(900, idle=2)

    assert bench.states() == {"done": 60}
    assert {len(found) for found in bench.erp.documents.values()} == {1}
    assert len(bench.erp.documents) == 60
    calls: dict[str, list[datetime]] = {}
    for at, _, key in bench.erp.log:
        calls.setdefault(key, []).append(at)
    for moments in calls.values():
        assert all(later - first >= timedelta(seconds=60) for first, later in zip(moments, moments[3:], strict=False))
