"""Every pair of states is a move or a refusal that names both; nothing else moves an order."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest

from app.domain.order_states import (
    CANCEL_AT_ONCE,
    CHECK_WORDS,
    CHECKS,
    CLOSED,
    ERP_FACTS,
    MOVES,
    TOGETHER,
    WORDS,
    Payment,
    Process,
    Standing,
    Validation,
    is_news,
    may_move,
    payment_state,
    ran_ahead,
)

P, V = Process, Validation
SOME_CHECK = {process: sorted(answers)[0] for process, answers in TOGETHER.items()}


def refusal(before: Standing, after: Standing, *, prepayment: bool = False, payment: Payment = Payment.PAID) -> str:
    return may_move(before, after, prepayment=prepayment, payment=payment) or ""


@pytest.mark.parametrize(("before", "after"), list(product(Process, Process)))
def test_every_pair_of_process_states_is_a_move_or_a_refusal_that_names_both(before: Process, after: Process) -> None:
    ways = [
        refusal(Standing(before, from_check), Standing(after, to_check))
        for from_check, to_check in product(TOGETHER[before], TOGETHER[after])
    ]

    if before is after or (before, after) in MOVES:
        assert "" in ways, "a move of the table that nobody can take"
    else:
        assert all(WORDS[before] in why and WORDS[after] in why for why in ways)


@pytest.mark.parametrize(("before", "after"), list(product(Validation, Validation)))
def test_every_pair_of_answers_of_the_check_is_a_step_or_a_refusal_that_names_both(
    before: Validation, after: Validation
) -> None:
    ways = [
        refusal(Standing(here, before), Standing(there, after))
        for here, there in product(Process, Process)
        if here is there or (here, there) in MOVES
    ]

    if before is after or (before, after) in CHECKS:
        assert "" in ways, "a step of the table that nobody can take"
    else:
        assert all(CHECK_WORDS[before] in why and CHECK_WORDS[after] in why for why in ways)


@pytest.mark.parametrize(("process", "check"), list(product(Process, Validation)))
def test_no_step_leads_to_a_check_that_cannot_stand_beside_the_process(process: Process, check: Validation) -> None:
    if check in TOGETHER[process]:
        assert Standing(process, check).stands
        return
    ways = [refusal(Standing(p, v), Standing(process, check)) for p, v in product(Process, Validation)]

    assert not Standing(process, check).stands
    assert all(ways)


def test_the_steps_are_those_of_the_product() -> None:
    before_dispatch = {P.DRAFT, P.AWAITING_APPROVAL, P.RECEIVED, P.IN_VALIDATION, P.CONFIRMED}

    assert {before for before, after in MOVES if after is P.CANCELLED} == before_dispatch
    assert {after for before, after in MOVES if before is P.AWAITING_APPROVAL} == {P.RECEIVED, P.DRAFT, P.CANCELLED}
    assert {before for before, after in MOVES if after is P.IN_DISPATCH} == {P.CONFIRMED}
    assert {before for before, after in MOVES if after is P.DELIVERED} == {P.IN_DISPATCH}
    assert before_dispatch - {P.CONFIRMED} == CANCEL_AT_ONCE


@pytest.mark.parametrize("before", sorted(CLOSED))
@pytest.mark.parametrize("after", Process)
def test_nothing_leads_out_of_a_closed_order(before: Process, after: Process) -> None:
    assert (before, after) not in MOVES
    assert not is_news(before, after)


@pytest.mark.parametrize("before", [P.RECEIVED, P.IN_VALIDATION])
@pytest.mark.parametrize("check", [V.PENDING, V.REJECTED])
def test_nothing_is_confirmed_before_its_check_is_passed(before: Process, check: Validation) -> None:
    assert refusal(Standing(before, check), Standing(P.CONFIRMED, check))
    assert not refusal(Standing(before, V.APPROVED), Standing(P.CONFIRMED, V.APPROVED))


def test_a_confirmed_order_can_be_checked_again_when_facts_change() -> None:
    confirmed, under_check = Standing(P.CONFIRMED, V.APPROVED), Standing(P.CONFIRMED, V.PENDING)

    assert not refusal(confirmed, under_check)
    assert not refusal(under_check, confirmed)


@pytest.mark.parametrize("check", sorted(TOGETHER[P.IN_VALIDATION]))
def test_only_an_order_the_desk_did_not_accept_becomes_a_draft_again(check: Validation) -> None:
    why = refusal(Standing(P.IN_VALIDATION, check), Standing(P.DRAFT, V.NOT_CHECKED))

    assert (why == "") is (check is V.REJECTED)


@pytest.mark.parametrize("payment", Payment)
@pytest.mark.parametrize("prepayment", [True, False])
def test_goods_leave_unpaid_unless_payment_in_advance_was_agreed(payment: Payment, prepayment: bool) -> None:
    leaving = Standing(P.CONFIRMED, V.APPROVED), Standing(P.IN_DISPATCH, V.APPROVED)
    why = refusal(*leaving, prepayment=prepayment, payment=payment)

    assert ("advance payment" in why) is (prepayment and payment is not Payment.PAID)


def test_every_state_has_words_of_its_own() -> None:
    assert set(WORDS) == set(Process)
    assert len(set(WORDS.values())) == len(Process)


# --- facts of the ERP -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "fact"), list(product(Process, Process)))
def test_a_fact_moves_an_order_on_and_never_back(before: Process, fact: Process) -> None:
    course = [P.RECEIVED, P.IN_VALIDATION, P.CONFIRMED, P.IN_DISPATCH, P.DELIVERED]
    ahead = (
        before in course and fact in ERP_FACTS and (fact is P.CANCELLED or course.index(fact) > course.index(before))
    )

    assert is_news(before, fact) is (ahead and before not in CLOSED)


@pytest.mark.parametrize("fact", [P.CONFIRMED, P.IN_DISPATCH, P.DELIVERED])
@pytest.mark.parametrize("check", Validation)
def test_the_erp_ran_ahead_when_our_check_was_not_passed(fact: Process, check: Validation) -> None:
    ahead = ran_ahead(Standing(P.IN_VALIDATION, check), fact, prepayment=False, payment=Payment.NONE)

    assert ahead is (check is not V.APPROVED)


@pytest.mark.parametrize(("fact", "ahead"), [(P.CONFIRMED, False), (P.IN_DISPATCH, True), (P.DELIVERED, True)])
def test_the_erp_ran_ahead_when_goods_left_before_the_advance_payment(fact: Process, ahead: bool) -> None:
    before = Standing(P.CONFIRMED, V.APPROVED)

    assert ran_ahead(before, fact, prepayment=True, payment=Payment.PROFORMA) is ahead
    assert not ran_ahead(before, fact, prepayment=True, payment=Payment.PAID)
    assert not ran_ahead(before, fact, prepayment=False, payment=Payment.NONE)


@pytest.mark.parametrize("check", Validation)
def test_a_cancellation_in_the_erp_needs_nobody_to_look(check: Validation) -> None:
    assert not ran_ahead(Standing(P.CONFIRMED, check), P.CANCELLED, prepayment=True, payment=Payment.NONE)


# --- payment ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gross", "remaining", "asked", "payment"),
    [
        ("0", "0", False, Payment.NONE),
        ("0", "0", True, Payment.PROFORMA),
        ("100", "100", False, Payment.NONE),
        ("100", "100", True, Payment.PROFORMA),
        ("100", "99.99", False, Payment.PARTIALLY_PAID),
        ("100", "0.01", True, Payment.PARTIALLY_PAID),
        ("100", "0", False, Payment.PAID),
        ("100", "0", True, Payment.PAID),
        ("100", "-5", False, Payment.PAID),
        ("-20", "-20", False, Payment.NONE),
    ],
)
def test_payment_is_derived_from_what_is_invoiced_and_what_is_open(
    gross: str, remaining: str, asked: bool, payment: Payment
) -> None:
    assert payment_state(Decimal(gross), Decimal(remaining), prepaid_request=asked) is payment
