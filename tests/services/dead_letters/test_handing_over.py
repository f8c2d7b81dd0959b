"""An order somebody has entered in the ERP by hand: checked there by its number, confirmed, and never sent again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from app import clock
from app.erp.port import ErpOrderStatus
from app.errors import Conflict, NotAllowed, NotFound, Unprocessable
from app.extensions import transaction
from app.security.scopes import Scope, entered
from app.services import dead_letters, delivery
from app.services.dead_letters.asking import NotAnswering
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp, Trouble

Call = Callable[..., Any]
Id = Callable[[str], int]


def test_the_order_is_confirmed_with_the_number_and_the_lines_of_the_document(
    shop: Shop, dead: str, by_hand: Call, as_actor: Call, letter_id: Id
) -> None:
    by_hand(dead)

    done = as_actor(shop.ada, dead_letters.hand_over, letter_id(dead), " 101047 ")

    assert done.done
    order = shop.order(dead)
    assert (order["process"], order["erp_number"], order["hold_reason"]) == ("confirmed", "101047", None)
    assert [line["confirmed"] for line in shop.lines_of(dead)] == [5, 2]
    assert all(line["confirmed_date"] for line in shop.lines_of(dead))
    assert shop.messages(dead)[0]["state"] == "handed_over"
    entry = next(entry for entry in shop.history(dead) if entry["tag"] == "outbox:handed_over")
    assert (entry["actor_id"], entry["after"]["erp_number"]) == (shop.ada.person_id, "101047")


def test_nothing_sends_it_ever_again(
    shop: Shop, dead: str, erp: FakeErp, by_hand: Call, as_actor: Call, letter_id: Id, bring: Call
) -> None:
    by_hand(dead)
    as_actor(shop.ada, dead_letters.hand_over, letter_id(dead), "101047")

    for again in (dead_letters.retry, dead_letters.take_up):
        with pytest.raises(Conflict), transaction():
            as_actor(shop.ada, again, letter_id(dead))
    with pytest.raises(Conflict, match="never sent again"):
        as_actor(shop.ada, dead_letters.hand_over, letter_id(dead), "101047")
    assert bring() is None
    assert erp.operations().count("create_order") == 1


def test_the_erp_is_asked_for_our_key_too_and_every_question_is_kept(
    shop: Shop, dead: str, erp: FakeErp, by_hand: Call, as_actor: Call, letter_id: Id
) -> None:
    by_hand(dead)
    as_actor(shop.ada, dead_letters.hand_over, letter_id(dead), "101047")

    assert erp.operations() == ["create_order", "find_order", "find_order_by_number"]
    kept = shop.planter.all("select operation from erp_call where message_id = %(id)s order by id", id=letter_id(dead))
    assert [call["operation"] for call in kept] == erp.operations()


@pytest.mark.parametrize(
    ("different", "said"),
    [
        ({"customer_number": "SOMEBODY"}, "belongs to customer SOMEBODY"),
        ({"currency": "EUR"}, "It is in EUR"),
        ({"status": ErpOrderStatus.CANCELLED}, "cancelled there"),
    ],
)
def test_what_cannot_be_this_order_is_refused_whatever_anybody_says(
    shop: Shop, dead: str, by_hand: Call, as_actor: Call, letter_id: Id, different: dict[str, Any], said: str
) -> None:
    by_hand(dead, **different)

    with pytest.raises(Unprocessable, match=said):
        as_actor(shop.ada, dead_letters.hand_over, letter_id(dead), "101047", agreed="all of it")
    assert shop.order(dead)["erp_number"] == ""


def test_differences_are_shown_and_taken_only_by_whoever_has_seen_exactly_these(
    shop: Shop, dead: str, erp: FakeErp, by_hand: Call, as_actor: Call, letter_id: Id
) -> None:
    by_hand(dead)
    typed = erp.by_hand["101047"]
    lines = (replace(typed.lines[0], quantity=Decimal(4)), typed.lines[1])
    erp.by_hand["101047"] = replace(typed, lines=lines, net=Decimal(380))

    first = as_actor(shop.ada, dead_letters.hand_over, letter_id(dead), "101047")

    assert not first.done
    assert [each.words for each in first.comparison.differences] == [
        "Line 1, BIKE: 4 pieces there, 5 pieces ordered.",
        "It comes to USD 380.00 before tax; the order came to USD 460.00.",
    ]
    assert shop.messages(dead)[0]["state"] == "dead"

    erp.by_hand["101047"] = replace(erp.by_hand["101047"], net=Decimal(370))
    second = as_actor(shop.ada, dead_letters.hand_over, letter_id(dead), "101047", agreed=first.comparison.mark)
    assert not second.done

    assert as_actor(shop.ada, dead_letters.hand_over, letter_id(dead), "101047", agreed=second.comparison.mark).done
    assert shop.messages(dead)[0]["state"] == "handed_over"
    assert shop.order(dead)["hold_reason"] == "your_answer"


def test_lines_in_another_order_are_the_same_order(
    shop: Shop, dead: str, erp: FakeErp, by_hand: Call, as_actor: Call, letter_id: Id
) -> None:
    by_hand(dead)
    typed = erp.by_hand["101047"]
    erp.by_hand["101047"] = replace(typed, lines=typed.lines[::-1])

    assert as_actor(shop.ada, dead_letters.hand_over, letter_id(dead), "101047").done
    assert [line["confirmed"] for line in shop.lines_of(dead)] == [5, 2]


def test_a_number_the_erp_does_not_know_or_that_is_none_is_said(
    shop: Shop, dead: str, as_actor: Call, letter_id: Id
) -> None:
    with pytest.raises(Unprocessable, match="The ERP has no order 999"):
        as_actor(shop.ada, dead_letters.hand_over, letter_id(dead), "999")
    with pytest.raises(Unprocessable, match="cannot be the number"):
        as_actor(shop.ada, dead_letters.hand_over, letter_id(dead), "'; drop")


def test_what_lies_there_under_our_key_is_not_entered_a_second_time(
    shop: Shop, dead: str, erp: FakeErp, by_hand: Call, as_actor: Call, letter_id: Id, sent: Call
) -> None:
    by_hand(dead)
    order = sent(dead)
    erp.documents[order.key] = replace(erp.by_hand["101047"], number="SO-7", key=order.key)

    with pytest.raises(Conflict, match="already, as SO-7"):
        as_actor(shop.ada, dead_letters.hand_over, letter_id(dead), "101047")


def test_a_document_is_one_order_only(
    shop: Shop, dead: str, erp: FakeErp, by_hand: Call, as_actor: Call, letter_id: Id, bring: Call
) -> None:
    other = shop.ordered("BIKE 5", "HELMET 2")
    bring()
    number = shop.order(other)["erp_number"]

    with pytest.raises(Unprocessable, match=f"{number} is {other} already"):
        as_actor(shop.ada, dead_letters.hand_over, letter_id(dead), number)


def test_while_a_try_may_still_be_under_way_there_nobody_can_know(
    shop: Shop, erp: FakeErp, by_hand: Call, as_actor: Call, letter_id: Id, dead: str
) -> None:
    by_hand(dead)
    shop.planter.connection.execute(
        "update erp_call set outcome = 'unknown', started_at = %(at)s where message_id = %(id)s",
        {"at": clock.now() - timedelta(minutes=5), "id": letter_id(dead)},
    )

    with pytest.raises(Conflict, match="may still be working"):
        as_actor(shop.ada, dead_letters.hand_over, letter_id(dead), "101047")


def test_an_erp_that_does_not_answer_decides_nothing(
    shop: Shop, dead: str, erp: FakeErp, by_hand: Call, as_actor: Call, letter_id: Id
) -> None:
    by_hand(dead)
    erp.will("find_order_by_number", Trouble.UNAVAILABLE)

    with pytest.raises(NotAnswering, match="cannot be reached"):
        as_actor(shop.ada, dead_letters.hand_over, letter_id(dead), "101047")
    assert shop.messages(dead)[0]["state"] == "dead"
    assert "find_order_by_number" in [row["operation"] for row in shop.planter.all("select operation from erp_call")]


def test_one_that_waits_is_taken_out_of_the_queue_first_and_belongs_to_whoever_did(
    shop: Shop, erp: FakeErp, by_hand: Call, as_actor: Call, letter_id: Id, bring: Call
) -> None:
    number = shop.ordered("BIKE 5")
    with shop.scope(shop.ada), transaction():
        dead_letters.take_out(shop.ada, letter_id(number))

    assert bring() is None
    assert shop.order(number)["hold_reason"] == "by_hand"
    with pytest.raises(Conflict, match="Ada has taken up"), shop.scope(shop.vera), transaction():
        dead_letters.retry(shop.vera, letter_id(number))

    by_hand(number)
    assert as_actor(shop.ada, dead_letters.hand_over, letter_id(number), "101047").done
    assert shop.order(number)["hold_reason"] is None


def test_what_is_being_sent_at_this_moment_is_not_taken_out(shop: Shop, erp: FakeErp, letter_id: Id) -> None:
    number = shop.ordered("BIKE 5")
    with entered(Scope.staff()):
        delivery.delivery().take("main")

    with pytest.raises(Conflict, match="being sent"), shop.scope(shop.ada), transaction():
        dead_letters.take_out(shop.ada, letter_id(number))


def test_two_at_the_same_moment_end_in_one_decision(
    shop: Shop, dead: str, erp: FakeErp, by_hand: Call, as_actor: Call, letter_id: Id
) -> None:
    by_hand(dead)

    def somebody_else(operation: str) -> None:
        if operation == "find_order":
            erp.during = lambda _: None
            as_actor(shop.vera, dead_letters.hand_over, letter_id(dead), "101047")

    erp.during = somebody_else

    with pytest.raises(Conflict, match="changed since you opened it"):
        as_actor(shop.ada, dead_letters.hand_over, letter_id(dead), "101047")
    assert [message["state"] for message in shop.messages(dead)] == ["handed_over"]


def test_buyers_have_no_business_here(shop: Shop, dead: str, as_actor: Call, letter_id: Id) -> None:
    for act in (dead_letters.hand_over, dead_letters.give_back):
        with pytest.raises(NotAllowed):
            as_actor(shop.alice, act, letter_id(dead), "101047")
    with pytest.raises(NotFound):
        as_actor(shop.ada, dead_letters.hand_over, 0, "101047")
