"""What a buyer reads: three short lanes, who has the ball, and what happens next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

import pytest

from app.domain.lanes import Situation, ball_of, check_lane, next_step, order_lane, payment_lane
from app.domain.order_states import CLOSED, Ball, Payment, Process, Validation

P, V = Process, Validation
FORBIDDEN = re.compile(r"\b(error|invalid|failed|validation|administrator)\b", re.IGNORECASE)


def situations() -> Iterator[Situation]:
    """Every state, with and without prepayment, cancellation and lines that have left."""
    for process, check, payment, prepaid, asked in product(Process, Validation, Payment, (True, False), (True, False)):
        for left in (0, 1, 3):
            yield Situation(process, check, payment, prepaid, "SO-1", asked, 3, left, 1, left > 0)


def test_every_situation_has_whole_sentences_and_plain_words() -> None:
    for at in situations():
        lanes = [order_lane(at), check_lane(at), payment_lane(at, "30 days net")]

        assert next_step(at).endswith(".")
        assert all(lanes)
        assert not FORBIDDEN.search(" ".join([next_step(at), *lanes]))


def test_the_next_step_fits_whoever_has_the_ball() -> None:
    """Two who hold the ball never read the same sentence."""
    said: dict[str, set[Ball]] = {}
    for at in situations():
        said.setdefault(next_step(at), set()).add(ball_of(at))

    assert {words: balls for words, balls in said.items() if len(balls) > 1} == {}


def test_a_closed_and_paid_order_is_nobodys_and_nothing_else_is() -> None:
    for at in situations():
        done = at.process is P.CANCELLED or (at.process is P.DELIVERED and at.payment is Payment.PAID)
        assert (ball_of(at) is Ball.NOBODY) is done


@pytest.mark.parametrize("process", [each for each in Process if each not in CLOSED])
def test_while_the_erp_is_asked_to_cancel_the_ball_is_there(process: Process) -> None:
    at = Situation(process, V.APPROVED, Payment.NONE, cancel_requested=True)

    assert ball_of(at) is Ball.ERP
    assert "can still be cancelled" in next_step(at)


@pytest.mark.parametrize(
    ("process", "check", "ball"),
    [
        (P.DRAFT, V.NOT_CHECKED, Ball.BUYER),
        (P.AWAITING_APPROVAL, V.NOT_CHECKED, Ball.APPROVER),
        (P.RECEIVED, V.PENDING, Ball.VALIDATOR),
        (P.IN_VALIDATION, V.PENDING, Ball.VALIDATOR),
        (P.IN_VALIDATION, V.APPROVED, Ball.ERP),
        (P.IN_VALIDATION, V.REJECTED, Ball.BUYER),
        (P.RECEIVED, V.APPROVED, Ball.ERP),
        (P.CONFIRMED, V.APPROVED, Ball.WAREHOUSE),
        (P.DELIVERED, V.APPROVED, Ball.PAYER),
        (P.CANCELLED, V.APPROVED, Ball.NOBODY),
    ],
)
def test_the_ball_follows_the_order(process: Process, check: Validation, ball: Ball) -> None:
    assert ball_of(Situation(process, check, Payment.NONE, lines=3)) is ball


@pytest.mark.parametrize(("left", "ball"), [(0, Ball.WAREHOUSE), (2, Ball.WAREHOUSE), (3, Ball.CARRIER)])
def test_the_carrier_has_the_ball_when_every_line_has_left(left: int, ball: Ball) -> None:
    assert ball_of(Situation(P.IN_DISPATCH, V.APPROVED, Payment.NONE, lines=3, shipped_lines=left)) is ball


@pytest.mark.parametrize("payment", Payment)
def test_with_payment_in_advance_the_payer_has_the_ball_until_it_is_here(payment: Payment) -> None:
    at = Situation(P.CONFIRMED, V.APPROVED, payment, prepayment=True)

    assert ball_of(at) is (Ball.WAREHOUSE if payment is Payment.PAID else Ball.PAYER)


def test_a_rejected_order_says_that_nothing_was_ordered() -> None:
    at = Situation(P.IN_VALIDATION, V.REJECTED, Payment.NONE)

    assert "Nothing was ordered" in order_lane(at)
    assert next_step(at) == "Change the order and send it again."


def test_the_lanes_name_numbers() -> None:
    at = Situation(P.CONFIRMED, V.APPROVED, Payment.NONE, erp_number="SO-101")
    checked = Situation(P.IN_VALIDATION, V.PENDING, Payment.NONE, points=2)
    leaving = Situation(P.IN_DISPATCH, V.APPROVED, Payment.NONE, lines=5, shipped_lines=2)

    assert "SO-101" in order_lane(at)
    assert "2 points" in check_lane(checked)
    assert "2 of 5 lines" in order_lane(leaving)


def test_payment_terms_are_said_until_there_is_an_invoice() -> None:
    before = Situation(P.CONFIRMED, V.APPROVED, Payment.NONE)
    after = Situation(P.DELIVERED, V.APPROVED, Payment.NONE, invoiced=True)

    assert payment_lane(before, "30 days net") == "Invoice with delivery, 30 days net"
    assert payment_lane(after, "30 days net") == "Invoiced, not paid yet"
