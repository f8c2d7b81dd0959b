"""What needs a person: said in words, belonging to one, old ones named, with every call that was made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.errors import Conflict, NotAllowed
from app.extensions import transaction
from app.services import dead_letters
from app.words import use_language
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp, Trouble

Call = Callable[..., Any]
Id = Callable[[str], int]


def read(shop: Shop, ask: Callable[[], Any]) -> Any:
    with shop.scope(shop.ada), transaction():
        return ask()


def test_the_reason_is_a_sentence_in_the_readers_language_beside_the_erps_own_words(shop: Shop, dead: str) -> None:
    found = read(shop, dead_letters.dead)[0]

    assert found.reason == "The customer is blocked for orders."
    assert dead_letters.why(found).what == "The ERP does not take the order as it is."
    with use_language("de"):
        assert dead_letters.why(found).what == "Das ERP nimmt den Auftrag so nicht an."


def test_those_older_than_a_quarter_of_an_hour_are_named(shop: Shop, dead: str) -> None:
    assert read(shop, lambda: dead_letters.older_than(15)) == []
    shop.planter.connection.execute("update outbox_message set finished_at = now() - interval '16 minutes'")

    assert [found.number for found in read(shop, lambda: dead_letters.older_than(15))] == [dead]


def test_one_person_takes_it_up_and_others_keep_off(shop: Shop, dead: str, letter_id: Id) -> None:
    with shop.scope(shop.vera), transaction():
        dead_letters.take_up(shop.vera, letter_id(dead))
    found = read(shop, dead_letters.dead)[0]
    assert (found.owner, found.owner_id) == ("Vera", shop.vera.person_id)
    assert found.owned_at is not None

    with shop.scope(shop.ada):
        for act in (dead_letters.take_up, dead_letters.retry):
            with pytest.raises(Conflict, match="Vera has taken up"), transaction():
                act(shop.ada, letter_id(dead))
        with transaction():
            dead_letters.put_down(shop.ada, letter_id(dead))
        with transaction():
            dead_letters.retry(shop.ada, letter_id(dead))
    assert shop.tags(dead).count("outbox:owner:changed") == 2


def test_the_lane_holds_every_call_of_every_message(
    shop: Shop, dead: str, erp: FakeErp, letter_id: Id, bring: Call
) -> None:
    with shop.scope(shop.ada), transaction():
        dead_letters.retry(shop.ada, letter_id(dead))
    bring()
    lane = read(shop, lambda: dead_letters.lane(shop.order(dead)["id"]))

    assert [(message.state, message.attempts) for message in lane.messages] == [("done", 2)]
    assert [call.operation for call in lane.calls_of(letter_id(dead))] == ["create_order", "find_order", "create_order"]


def test_only_the_desk_and_administrators_act(shop: Shop, dead: str, letter_id: Id) -> None:
    for actor in (shop.alice, shop.bob, shop.carol):
        with shop.scope(actor), pytest.raises(NotAllowed), transaction():
            dead_letters.retry(actor, letter_id(dead))


def test_what_everybody_may_know_of_it_is_one_word(shop: Shop, erp: FakeErp, bring: Call) -> None:
    number = shop.ordered("BIKE 5")
    order_id = shop.order(number)["id"]

    def standing() -> str:
        with shop.scope(shop.alice), transaction():
            return dead_letters.standing(order_id)

    assert standing() == "waiting"
    erp.will("create_order", Trouble.REFUSED)
    bring()
    assert standing() == "dead"
