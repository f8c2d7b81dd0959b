"""All 8 × 4 × 4 combinations of process, check and payment: reachable and meaningful, or unreachable for a reason.

Walked from the draft through the tables: steps of people, and facts of the ERP with the payment that comes with them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product

import pytest

from app.domain.order_states import (
    CLOSED,
    ERP_FACTS,
    TOGETHER,
    WITH_PAYMENT,
    Payment,
    Process,
    Standing,
    Validation,
    is_news,
    may_move,
    ran_ahead,
)

P, V = Process, Validation
Combination = tuple[Process, Validation, Payment]
EVERYTHING = list(product(Process, Validation, Payment))
NAMES = ["-".join(each) for each in EVERYTHING]
IN_THE_ERP = frozenset({P.CONFIRMED, P.IN_DISPATCH, P.DELIVERED, P.CANCELLED})


def by_people(at: Combination) -> Iterator[Combination]:
    """One step of a person or the portal; payment stays, it is the ERP's."""
    process, check, payment = at
    before = Standing(process, check)
    for there, answer, prepayment in product(Process, Validation, (True, False)):
        after = Standing(there, answer)
        if after != before and may_move(before, after, prepayment=prepayment, payment=payment) is None:
            yield there, answer, payment


def by_the_erp(at: Combination) -> Iterator[tuple[Combination, bool]]:
    """One look at the ERP's documents: the payment they add up to, then the fact; with whether it goes on hold."""
    process, check, _ = at
    before = Standing(process, check)
    for fact, payment, prepayment in product(ERP_FACTS, Payment, (True, False)):
        if is_news(process, fact):
            yield (fact, check, payment), ran_ahead(before, fact, prepayment=prepayment, payment=payment)


@cache
def walk() -> dict[Combination, frozenset[bool]]:
    """Every combination that can be reached, and whether it can be so without and with a hold."""
    start = ((P.DRAFT, V.NOT_CHECKED, Payment.NONE), False, False)  # combination, on hold, known to the ERP
    seen, queue = {start}, deque([start])
    while queue:
        at, held, known = queue.popleft()
        following = [(each, held, known) for each in by_people(at)]
        following += [(each, held or ahead, True) for each, ahead in by_the_erp(at)]
        if known:  # invoices and payments go on after the last fact
            following += [((at[0], at[1], payment), held, known) for payment in Payment]
        for each in following:
            if each not in seen:
                seen.add(each)
                queue.append(each)
    found: dict[Combination, set[bool]] = {}
    for at, held, _ in seen:
        found.setdefault(at, set()).add(held)
    return {at: frozenset(holds) for at, holds in found.items()}


def nothing_invoiced(process: Process, _: Validation, payment: Payment) -> bool:
    return payment is not Payment.NONE and process not in IN_THE_ERP


def not_sent(process: Process, check: Validation, _: Payment) -> bool:
    return process in (P.DRAFT, P.AWAITING_APPROVAL) and check is not V.NOT_CHECKED


def check_begun(process: Process, check: Validation, _: Payment) -> bool:
    return process not in (P.DRAFT, P.AWAITING_APPROVAL, P.CANCELLED) and check is V.NOT_CHECKED


def no_desk_yet(process: Process, check: Validation, _: Payment) -> bool:
    return process is P.RECEIVED and check is V.REJECTED


def never_in_the_erp(process: Process, check: Validation, payment: Payment) -> bool:
    return process is P.CANCELLED and check is V.NOT_CHECKED and payment is not Payment.NONE


UNREACHABLE: dict[str, Callable[[Process, Validation, Payment], bool]] = {
    "nothing is invoiced before the ERP holds the order": nothing_invoiced,
    "an order that was not sent is not checked": not_sent,
    "the check begins when the order reaches us": check_begun,
    "only the desk says no, and it sees an order in validation": no_desk_yet,
    "an order cancelled before its check never was in the ERP": never_in_the_erp,
}


def reasons(at: Combination) -> list[str]:
    return [words for words, holds in UNREACHABLE.items() if holds(*at)]


@pytest.mark.parametrize("at", EVERYTHING, ids=NAMES)
def test_every_combination_is_reachable_and_meaningful_or_unreachable_for_a_reason(at: Combination) -> None:
    holds = walk().get(at)
    if holds is None:
        assert reasons(at), "nothing leads here, and no reason says why"
        return
    assert not reasons(at), "it can be reached, although a reason says it cannot"
    without_hold = False in holds
    assert Standing(at[0], at[1]).stands or not without_hold, "it cannot stand, and nobody is called to look"


def test_every_combination_that_stands_is_reached_without_a_hold() -> None:
    standing = [(p, v, Payment.NONE) for p in Process for v in TOGETHER[p]]

    assert [each for each in standing if False not in walk().get(each, ())] == []


def test_every_reason_is_needed() -> None:
    assert all(any(reasons(at) == [words] for at in EVERYTHING) for words in UNREACHABLE)


def test_payment_stands_only_where_the_table_says_it_can() -> None:
    assert {process for process, _, payment in walk() if payment is not Payment.NONE} <= WITH_PAYMENT


def test_nothing_closed_moves_again() -> None:
    for process, check, payment in walk():
        if process in CLOSED:
            after = {each[0] for each in by_people((process, check, payment))}
            assert after <= {process}
            assert not list(by_the_erp((process, check, payment)))
