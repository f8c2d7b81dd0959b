"""The door for everybody else who calls the ERP: the same breaker, the same pace, the same patience as delivery."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from app import clock
from app.erp.errors import ErpBusy, ErpRefused, ErpUnavailable, ErpUnreachable
from app.extensions import session
from app.services.delivery.gate import LineGate, admitted
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp, Trouble

Bring = Callable[..., str]


def gate(*, leads: bool = True, patience: float = 0.0) -> LineGate:
    engine = session.session_factory.kw["bind"]
    return LineGate(engine, "main", patience=timedelta(seconds=patience), leads=leads)


def line(shop: Shop, column: str) -> object:
    return shop.planter.one(f"select {column} as found from erp_line")["found"]


@pytest.fixture
def broken(shop: Shop) -> None:
    """Nobody has got an answer lately."""
    for _ in range(5):
        gate(patience=1).enter()
        gate().leave(ErpUnavailable("The ERP did not answer in time."))
    assert line(shop, "breaker") == "open"


def test_a_broken_line_lets_nobody_out_and_says_why(shop: Shop, broken: None) -> None:
    for door in (gate(), gate(leads=False)):
        with pytest.raises(ErpUnreachable, match=r"left alone for a while\. The ERP did not answer in time"):
            door.enter()


def test_delivery_takes_nothing_while_a_reading_job_finds_the_line_broken(
    shop: Shop, erp: FakeErp, broken: None, take: Callable[..., object]
) -> None:
    shop.ordered("BIKE 1")

    assert take() is None
    assert erp.operations() == []


def test_the_one_who_tries_it_out_is_no_person_in_front_of_a_screen(shop: Shop, broken: None) -> None:
    shop.planter.connection.execute("update erp_line set probe_at = now() - interval '1 second'")

    with pytest.raises(ErpUnreachable):
        gate(leads=False).enter()
    gate(patience=1).enter()
    with pytest.raises(ErpUnreachable):
        gate(patience=1).enter()
    gate().leave(None)

    assert line(shop, "breaker") == "closed"


def test_whoever_is_asked_to_wait_everybody_does(shop: Shop, erp: FakeErp, take: Callable[..., object]) -> None:
    shop.ordered("BIKE 1")
    door = gate(leads=False)
    door.enter()
    door.leave(ErpBusy("The ERP asks us to wait.", not_before=clock.now() + timedelta(minutes=5)))

    assert take() is None
    with pytest.raises(ErpUnreachable, match="asks us to wait"):
        gate().enter()


def test_what_delivery_is_asked_to_wait_for_holds_up_the_others(shop: Shop, erp: FakeErp, bring: Bring) -> None:
    erp.not_before = clock.now() + timedelta(minutes=5)
    erp.will("create_order", Trouble.BUSY)
    shop.ordered("BIKE 1")
    bring()

    with pytest.raises(ErpUnreachable):
        gate().enter()


def test_live_calls_that_are_too_slow_say_nothing_about_the_line(shop: Shop) -> None:
    door = gate(leads=False, patience=1)
    for _ in range(8):
        door.enter()
        door.leave(ErpUnavailable("The ERP did not answer in time."))

    assert line(shop, "breaker") == "closed"


def test_a_refusal_is_an_answer(shop: Shop) -> None:
    for _ in range(8):
        gate(patience=1).enter()
        gate().leave(ErpRefused("No."))

    assert line(shop, "breaker") == "closed"
    assert line(shop, "answered_at") is not None


def test_the_pace_is_waited_for_within_ones_patience(shop: Shop) -> None:
    gate(patience=5).enter()
    shop.planter.connection.execute("update erp_line set allowance = 0, allowance_at = clock_timestamp()")

    with pytest.raises(ErpUnreachable, match="As many calls were made"):
        gate(patience=0.01).enter()
    began = time.monotonic()
    gate(patience=5).enter()

    assert time.monotonic() - began < 5


def test_reading_jobs_leave_some_calls_to_whoever_waits_in_front_of_a_screen(shop: Shop) -> None:
    gate(patience=5).enter()
    shop.planter.connection.execute("update erp_line set allowance = 4, allowance_at = clock_timestamp()")

    with pytest.raises(ErpUnreachable, match="As many calls were made"):
        gate().enter()
    gate(leads=False).enter()


def test_delivery_has_asked_already(shop: Shop, broken: None) -> None:
    with admitted(10):
        gate().enter()
        gate().leave(None)

    assert line(shop, "breaker") == "open"


def test_an_absurd_wait_is_kept_in_words(shop: Shop) -> None:
    problem = ErpBusy("The ERP asks us to wait, but not for how long we could: 31536000.")
    problem.odd_wait, problem.not_before = "31536000", clock.now() + timedelta(hours=1)
    gate(patience=5).enter()
    gate().leave(problem)

    assert "31536000" in str(line(shop, "reason"))
