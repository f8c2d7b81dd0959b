"""Two people, or a person and a machine, do something about one order in the same instant. One of them wins, wholly."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app import clock
from app.errors import PortalError
from app.extensions import transaction
from app.security.actor import RULES, acting
from app.security.scopes import Scope, entered
from app.services import dead_letters, delivery, rejudging
from app.services.delivery.protocol import Claimed
from app.services.lifecycle import locked
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp, Trouble
from tests.services.adversary.conftest import Agreeing
from tests.services.agreeing.conftest import at

Call = Callable[..., Any]
ROUNDS = 3


def only_one_of(came: list[Any]) -> None:
    """Whoever came second was told so in words; nobody was in anybody's way."""
    refused = [each for each in came if isinstance(each, BaseException)]
    assert all(isinstance(each, PortalError) for each in refused), refused
    assert len(refused) == len(came) - 1, came


def told_in_words(came: list[Any]) -> None:
    refused = [each for each in came if isinstance(each, BaseException)]
    assert all(isinstance(each, PortalError) for each in refused), refused


def drain(bring: Call) -> None:
    while bring() is not None:
        pass


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_dead_letter_is_sent_again_while_the_buyer_cancels(
    shop: Shop, erp: FakeErp, dead: str, letter_id: Call, bring: Call, side_by_side: Call, _round: int
) -> None:
    letter = letter_id(dead)

    def again() -> None:
        with shop.scope(shop.ada), transaction():
            dead_letters.retry(shop.ada, letter)

    told_in_words(side_by_side(again, lambda: shop.cancel(dead)))
    drain(bring)

    there = erp.documents.get(shop.order(dead)["key"])
    assert shop.state(dead)[0] == "cancelled"
    assert there is None or there.status.value == "cancelled"


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_corrected_by_two_people(
    shop: Shop, erp: FakeErp, dead: str, letter_id: Call, as_actor: Call, bring: Call, side_by_side: Call, _round: int
) -> None:
    letter = letter_id(dead)
    before = dead_letters.Correction.of(shop.messages(dead)[0]["body"])

    def correct(reference: str) -> Callable[[], None]:
        return lambda: as_actor(shop.ada, dead_letters.correct, letter, replace(before, reference=reference))

    came = side_by_side(correct("PO-A"), correct("PO-B"))

    only_one_of(came)
    drain(bring)
    assert erp.operations().count("create_order") == 2  # the refused one, and the corrected one
    document = erp.documents[shop.order(dead)["key"]]
    assert document.reference == shop.order(dead)["reference"] == ("PO-A" if came[0] is None else "PO-B")


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_message_is_claimed_while_the_buyer_cancels(
    shop: Shop, erp: FakeErp, bring: Call, side_by_side: Call, _round: int
) -> None:
    number = shop.ordered("BIKE 5")
    shop.planter.connection.execute("delete from erp_line")

    came = side_by_side(lambda: shop.cancel(number), bring)
    told_in_words(came)
    drain(bring)

    there = erp.documents.get(shop.order(number)["key"])
    assert shop.state(number)[0] == "cancelled"
    assert there is None or there.status.value == "cancelled"


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_taken_out_while_it_is_claimed(
    shop: Shop, erp: FakeErp, bring: Call, letter_id: Call, side_by_side: Call, _round: int
) -> None:
    number = shop.ordered("BIKE 5")
    letter = letter_id(number)
    shop.planter.connection.execute("delete from erp_line")

    def out() -> None:
        with shop.scope(shop.ada), transaction():
            dead_letters.take_out(shop.ada, letter)

    came = side_by_side(out, bring)
    told_in_words(came)

    taken_out = came[0] is None
    assert (shop.messages(number)[0]["state"] == "dead") == taken_out
    assert bool(erp.documents) != taken_out


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_difference_is_accepted_on_the_page_and_declined_over_the_api(
    shop: Shop, agreeing: Agreeing, side_by_side: Call, _round: int
) -> None:
    number = agreeing.ordered_and_held(at(1, quantity=3))

    came = side_by_side(lambda: agreeing.accept(number), lambda: agreeing.decline(number))

    only_one_of([each if not isinstance(each, IndexError) else PortalError("") for each in came])
    assert [row["state"] for row in agreeing.proposals(number)] == ["accepted" if came[0] is None else "declined"]
    answers = [entry for entry in shop.history(number) if "proposal" in (entry["after"] or {})]
    assert len(answers) == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_judged_again_while_somebody_at_the_desk_lets_it_pass(
    shop: Shop, erp: FakeErp, bring: Call, side_by_side: Call, _round: int
) -> None:
    planter = shop.planter
    planter.connection.execute("update customer set credit_limit = 1000 where id = %s", [shop.gamma["id"]])
    number = shop.ordered("BIKE 20", by=shop.dora)
    assert shop.state(number)[0] == "in_validation"
    planter.connection.execute("update customer set credit_limit = 100000 where id = %s", [shop.gamma["id"]])

    def again() -> None:
        with entered(Scope.staff()), acting(RULES), transaction():
            rejudging.judge_again(locked(number), clock.now())

    told_in_words(side_by_side(again, lambda: shop.pass_check(number)))
    drain(bring)

    assert len(shop.messages(number)) == 1
    assert erp.operations().count("create_order") == 1
    assert shop.state(number)[0] == "confirmed"


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_orders_are_handed_over_to_one_document(
    shop: Shop, erp: FakeErp, dead: str, letter_id: Call, by_hand: Call, as_actor: Call, bring: Call,
    side_by_side: Call, _round: int,
) -> None:  # fmt: skip
    erp.will("create_order", Trouble.REFUSED)
    other = shop.ordered("BIKE 5", "HELMET 2", reference="PO-1", ship_to="MAIN")
    assert bring() == "dead"
    by_hand(dead)
    letters = letter_id(dead), letter_id(other)

    came = side_by_side(
        *(lambda each=each: as_actor(shop.ada, dead_letters.hand_over, each, "101047") for each in letters)
    )

    only_one_of([each if isinstance(each, BaseException) else None for each in came])
    numbers = [shop.order(number)["erp_number"] for number in (dead, other)]
    assert sorted(numbers) == ["", "101047"]


@pytest.mark.parametrize("_round", range(2))
def test_a_worker_settles_while_somebody_wants_to_take_the_message_out(
    shop: Shop, erp: FakeErp, bring: Call, letter_id: Call, side_by_side: Call, _round: int
) -> None:
    number = shop.ordered("BIKE 5")
    letter = letter_id(number)
    shop.planter.connection.execute("delete from erp_line")
    with entered(Scope.staff()):
        at_work = delivery.delivery()
        held = at_work.take("main")
        assert isinstance(held, Claimed)
        asked = at_work.attempt(held)

    def finish() -> str:
        with entered(Scope.staff()):
            return at_work.finish(asked)

    def out() -> None:
        with shop.scope(shop.ada), transaction():
            dead_letters.take_out(shop.ada, letter)

    came = side_by_side(finish, out)

    told_in_words(came)
    assert came[0] == "done"
    assert shop.state(number)[0] == "confirmed"


def test_a_frozen_worker_wakes_after_the_order_was_given_back(
    shop: Shop, erp: FakeErp, dead: str, letter_id: Call, as_actor: Call, bring: Call
) -> None:
    """It held the message before it was refused; its lease is over, so it sends nothing."""
    shop.planter.connection.execute("update outbox_message set state = 'waiting', due_at = now(), attempts = 0")
    shop.planter.connection.execute("delete from erp_line")
    with entered(Scope.staff()):
        frozen = delivery.delivery(lease=timedelta(seconds=0.2))
        held = frozen.take("main")
    assert isinstance(held, Claimed)
    shop.planter.connection.execute("update outbox_message set state = 'dead', lease_until = null, attempts = 2")
    calls = len(erp.calls)
    time.sleep(0.3)
    with entered(Scope.staff()):
        assert frozen.finish(frozen.attempt(held)) == "lost_claim"

    assert len(erp.calls) == calls
    assert shop.messages(dead)[0]["state"] == "dead"
