"""An order that cannot get into the ERP goes back to its buyer, who reads why and can change it and send it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.errors import BadRequest, Conflict
from app.extensions import transaction
from app.services import dead_letters, delivery
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp, Trouble

Call = Callable[..., Any]
Id = Callable[[str], int]


def test_the_buyer_has_it_with_the_reason_and_a_mail(
    shop: Shop, dead: str, erp: FakeErp, as_actor: Call, letter_id: Id
) -> None:
    as_actor(shop.vera, dead_letters.give_back, letter_id(dead), "address_unclear", "Which gate?")

    assert shop.state(dead) == ("in_validation", "rejected", "buyer")
    order = shop.order(dead)
    assert (order["review_reason"], order["review_note"], order["hold_reason"]) == (
        "address_unclear", "Which gate?", None,
    )  # fmt: skip
    assert [(m["state"], m["reason_code"]) for m in shop.messages(dead)] == [("withdrawn", "given_back")]
    mail = shop.planter.one("select body_text from mail where kind = 'not_accepted'")
    assert "address_unclear" in mail["body_text"]
    assert erp.operations() == ["create_order", "find_order"]


def test_changed_and_sent_again_it_is_one_order_in_the_erp(
    shop: Shop, dead: str, erp: FakeErp, as_actor: Call, letter_id: Id, bring: Call
) -> None:
    as_actor(shop.vera, dead_letters.give_back, letter_id(dead), "item_not_available")
    shop.change(dead, "BIKE 5")
    shop.send(dead)

    assert bring() == "done"
    assert [len(record.lines) for record in erp.documents.values()] == [1]
    assert shop.state(dead)[0] == "confirmed"


def test_not_while_the_erp_holds_it(
    shop: Shop, dead: str, erp: FakeErp, as_actor: Call, letter_id: Id, sent: Call
) -> None:
    erp.documents[sent(dead).key] = erp._record(sent(dead))

    with pytest.raises(Conflict, match="already, as SO-"):
        as_actor(shop.vera, dead_letters.give_back, letter_id(dead), "item_not_available")
    assert shop.messages(dead)[0]["state"] == "dead"


@pytest.mark.parametrize(("code", "note"), [("price_changed", ""), ("other", "too short"), ("no_such_code", "")])
def test_it_needs_a_reason_the_buyer_can_read(
    shop: Shop, dead: str, as_actor: Call, letter_id: Id, code: str, note: str
) -> None:
    with pytest.raises(BadRequest):
        as_actor(shop.vera, dead_letters.give_back, letter_id(dead), code, note)


def test_the_letter_of_a_cancelled_order_is_not_sent_and_can_be_let_stand(
    shop: Shop, erp: FakeErp, letter_id: Id, bring: Call
) -> None:
    number = shop.ordered("BIKE 5")
    shop.planter.connection.execute(
        "update outbox_message set state = 'dead', reason_code = 'tries_spent', finished_at = now()"
    )
    shop.planter.connection.execute("update customer_order set process = 'cancelled'")

    with shop.scope(shop.ada):
        with pytest.raises(Conflict, match="cancelled meanwhile"), transaction():
            dead_letters.retry(shop.ada, letter_id(number))
        with transaction():
            dead_letters.let_stand(shop.ada, letter_id(number))
    assert shop.messages(number)[0]["state"] == "withdrawn"
    assert bring() is None


def test_an_order_that_is_still_to_come_cannot_be_let_stand(shop: Shop, dead: str, letter_id: Id) -> None:
    with pytest.raises(Conflict, match="still has to get"), shop.scope(shop.ada), transaction():
        dead_letters.let_stand(shop.ada, letter_id(dead))


def test_a_refused_cancellation_asked_again_waits_for_the_erp(
    shop: Shop, erp: FakeErp, letter_id: Id, bring: Call
) -> None:
    number = shop.ordered("BIKE 5")
    bring()
    shop.cancel(number)
    erp.will("cancel_order", Trouble.REFUSED)
    assert bring() == "dead"

    with shop.scope(shop.ada), transaction():
        delivery.retry(letter_id(number))
    assert shop.order(number)["ball_with"] == "erp"
    assert bring() == "done"
    assert shop.state(number)[0] == "cancelled"
