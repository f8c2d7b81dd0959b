"""Exactly one document in the ERP for one order, whatever happens on the way: look before you repeat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from app import clock
from app.domain.retry import BUDGET, Family
from app.erp.errors import ErpUnreachable
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp, Trouble

Bring = Callable[..., str]
Hurry = Callable[[], None]


@pytest.fixture
def number(shop: Shop, erp: FakeErp) -> str:
    """An order whose message waits."""
    return shop.ordered("BIKE 5", "HELMET 2")


def test_the_erps_number_comes_back_and_the_order_is_confirmed(
    shop: Shop, erp: FakeErp, number: str, bring: Bring
) -> None:
    assert bring() == "done"

    order = shop.order(number)
    assert shop.state(number) == ("confirmed", "approved", "warehouse")
    assert (order["erp_number"], order["erp_status"], order["hold_reason"]) == ("SO-101", "open", None)
    assert (order["net"], order["tax"], order["gross"]) == (460, 46, 506)
    assert [line["confirmed"] for line in shop.lines_of(number)] == [5, 2]
    assert erp.operations() == ["create_order"]


def test_every_call_is_kept_and_the_record_of_the_change_names_it(
    shop: Shop, erp: FakeErp, number: str, bring: Bring, hurry: Hurry
) -> None:
    erp.will("create_order", Trouble.TIMEOUT_AFTER_COMMIT)
    bring()
    hurry()
    bring()

    calls = shop.planter.all("select id, operation, outcome from erp_call order by id")
    assert [(call["operation"], call["outcome"]) for call in calls] == [
        ("create_order", "unknown"), ("find_order", "ok"),
    ]  # fmt: skip
    confirmed = [entry for entry in shop.history(number) if (entry["after"] or {}).get("process") == "confirmed"]
    assert [entry["erp_call_id"] for entry in confirmed] == [calls[-1]["id"]]
    assert confirmed[0]["actor_kind"] == "erp"


def test_a_timeout_after_the_commit_is_found_and_adopted_not_doubled(
    shop: Shop, erp: FakeErp, number: str, bring: Bring, hurry: Hurry
) -> None:
    erp.will("create_order", Trouble.TIMEOUT_AFTER_COMMIT)

    assert bring() == "later"
    assert shop.messages(number)[0]["reason"] == "The ERP did not answer in time."
    hurry()
    assert bring() == "done"

    assert erp.operations() == ["create_order", "find_order"]
    assert len(erp.created()) == 1
    assert shop.state(number)[0] == "confirmed"


def test_a_timeout_before_the_commit_is_looked_up_and_sent_again(
    shop: Shop, erp: FakeErp, number: str, bring: Bring, hurry: Hurry
) -> None:
    erp.will("create_order", Trouble.TIMEOUT_BEFORE_COMMIT)

    assert bring() == "later"
    hurry()
    assert bring() == "done"

    assert erp.operations() == ["create_order", "find_order", "create_order"]
    assert len(erp.created()) == 1


def test_a_commit_that_comes_after_the_look_up_is_met_by_the_unique_key(
    shop: Shop, erp: FakeErp, number: str, bring: Bring, hurry: Hurry
) -> None:
    erp.will("create_order", Trouble.LATE_COMMIT)
    bring()
    hurry()
    erp.during = lambda operation: erp.commit_late() if operation == "create_order" else None

    assert bring() == "later"  # an order calls the ERP three times a minute at most
    hurry()
    assert bring() == "done"

    assert erp.operations() == ["create_order", "find_order", "create_order", "find_order"]
    assert len(erp.created()) == 1


def test_without_a_unique_key_the_longest_run_is_waited_out_before_any_look_up(
    shop: Shop, erp: FakeErp, number: str, bring: Bring
) -> None:
    erp.unique_order_key = False
    erp.will("create_order", Trouble.LATE_COMMIT)
    bring()

    assert shop.messages(number)[0]["due_at"] >= clock.now() + timedelta(seconds=590)


def test_an_erp_that_cannot_be_reached_is_tried_later_and_nothing_is_lost(
    shop: Shop, erp: FakeErp, number: str, bring: Bring
) -> None:
    erp.will("create_order", Trouble.UNAVAILABLE)

    assert bring() == "later"

    message = shop.messages(number)[0]
    assert (message["state"], message["reason_code"], message["attempts"]) == ("waiting", "unavailable", 1)
    assert message["due_at"] > clock.now()
    assert shop.state(number) == ("received", "approved", "erp")
    assert shop.order(number)["hold_reason"] is None


def test_a_busy_erp_is_left_alone_until_the_moment_it_names(
    shop: Shop, erp: FakeErp, number: str, bring: Bring
) -> None:
    erp.not_before = clock.now() + timedelta(minutes=5)
    erp.will("create_order", Trouble.BUSY)

    bring()

    assert shop.messages(number)[0]["due_at"] >= erp.not_before


def test_an_absurd_wait_is_cut_to_an_hour(shop: Shop, erp: FakeErp, number: str, bring: Bring) -> None:
    erp.not_before = clock.now() + timedelta(days=365)
    erp.will("create_order", Trouble.BUSY)

    bring()

    assert shop.messages(number)[0]["due_at"] <= clock.now() + timedelta(hours=1, seconds=1)


def test_a_refusal_is_a_dead_letter_with_its_reason_and_the_order_goes_on_hold(
    shop: Shop, erp: FakeErp, number: str, bring: Bring
) -> None:
    erp.will("create_order", Trouble.REFUSED)

    assert bring() == "dead"

    (message,) = shop.messages(number)
    assert (message["state"], message["reason"]) == ("dead", "The customer is blocked for orders.")
    assert shop.order(number)["hold_reason"] == "erp_refused"
    assert shop.state(number)[0] == "received"
    assert "outbox:dead" in shop.tags(number)


def test_when_the_tries_are_spent_a_person_is_called(
    shop: Shop, erp: FakeErp, number: str, bring: Bring, hurry: Hurry
) -> None:
    erp.will("create_order", *[Trouble.UNAVAILABLE] * 30)
    for _ in range(BUDGET[Family.PASSING]):
        assert bring() == "later"
        hurry()

    assert bring() == "dead"

    (message,) = shop.messages(number)
    assert message["reason_code"] == "tries_spent"
    assert "The ERP cannot be reached." in message["reason"]
    assert message["tries"] == {"line": 1, "passing": BUDGET[Family.PASSING]}
    assert shop.order(number)["hold_reason"] == "erp_refused"


@pytest.mark.parametrize(
    ("field", "words"), [("customer_number", "belongs to customer"), ("item", "is item"), ("more", "is not ours")]
)
def test_a_document_that_carries_our_key_and_is_not_our_order_is_a_dead_letter(
    shop: Shop, erp: FakeErp, number: str, bring: Bring, hurry: Hurry, field: str, words: str
) -> None:
    erp.will("create_order", Trouble.TIMEOUT_AFTER_COMMIT)
    bring()
    hurry()
    key = shop.order(number)["key"]
    found = erp.documents[key]
    first, second = found.lines
    erp.documents[key] = {
        "customer_number": replace(found, customer_number="SOMEBODY"),
        "item": replace(found, lines=(replace(first, item_number="OTHER"), second)),
        "more": replace(found, lines=(first, second, replace(second, line_number=9))),
    }[field]

    assert bring() == "dead"

    (message,) = shop.messages(number)
    assert message["reason_code"] == "other_document"
    assert words in message["reason"]
    assert shop.state(number)[0] == "received"
    assert shop.order(number)["hold_reason"] == "erp_refused"


def test_a_line_missing_in_an_adopted_document_is_never_ignored(
    shop: Shop, erp: FakeErp, number: str, bring: Bring, hurry: Hurry
) -> None:
    erp.will("create_order", Trouble.TIMEOUT_AFTER_COMMIT)
    bring()
    hurry()
    key = shop.order(number)["key"]
    erp.documents[key] = replace(erp.documents[key], lines=erp.documents[key].lines[:1])

    bring()

    assert shop.order(number)["hold_reason"] in ("erp_differs", "erp_refused")


def test_another_price_than_we_sent_is_confirmed_and_asked_about(
    shop: Shop, erp: FakeErp, number: str, bring: Bring
) -> None:
    erp.will("create_order", Trouble.WRONG_PRICE)

    assert bring() == "done"

    assert shop.state(number)[0] == "confirmed"
    assert shop.order(number)["hold_reason"] == "your_answer"


def test_tries_are_counted_by_how_they_ended(shop: Shop, erp: FakeErp, number: str, bring: Bring, hurry: Hurry) -> None:
    erp.will("create_order", Trouble.TIMEOUT_BEFORE_COMMIT, Trouble.TIMEOUT_BEFORE_COMMIT, Trouble.BUSY)
    for _ in range(3):
        bring()
        hurry()

    # before the first answer nobody can tell whether it is the message or the line
    assert shop.messages(number)[0]["tries"] == {"line": 1, "unknown": 1, "busy": 1}


def test_after_the_first_repeat_an_order_leaves_the_erp_alone_for_a_minute(
    shop: Shop, erp: FakeErp, number: str, bring: Bring, hurry: Hurry
) -> None:
    erp.will("create_order", *[Trouble.TIMEOUT_BEFORE_COMMIT] * 2)
    waits = []
    for _ in range(2):
        bring()
        waits.append(shop.messages(number)[0]["due_at"] - clock.now())
        hurry()

    assert waits[0] < timedelta(seconds=7)
    assert waits[1] > timedelta(seconds=59)


def test_an_order_that_never_left_the_house_is_cancelled_without_asking_the_erp(
    shop: Shop, erp: FakeErp, number: str, bring: Bring
) -> None:
    def unreachable(_operation: str) -> None:
        raise ErpUnreachable("The ERP cannot be reached.")

    erp.during = unreachable
    assert bring() == "later"
    assert shop.messages(number)[0]["tries"] == {"unsent": 1}

    shop.cancel(number)

    assert shop.state(number)[0] == "cancelled"
    assert [message["state"] for message in shop.messages(number)] == ["withdrawn"]


def test_an_order_somebody_is_sending_is_cancelled_in_the_erp(
    shop: Shop, number: str, take: Callable[..., object]
) -> None:
    assert take() is not None

    shop.cancel(number)

    assert [message["state"] for message in shop.messages(number)] == ["waiting", "waiting"]
