"""Orders that people linked to a document of another number: the number counts, for cancelling and sending, too."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from app.errors import PortalError
from app.services import dead_letters
from app.services.reconciliation import Decision, Kind
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp, Trouble
from tests.services.reconciliation.conftest import Books

Call = Callable[..., Any]
WHY = "Entered twice by mistake; 101050 is the one that ships."


@pytest.fixture
def relinked(shop: Shop, erp: FakeErp, bring: Call, by_hand: Call, as_actor: Call) -> str:
    """The ERP holds it as SO-101 under our key; two people said that it is 101050."""
    shop.planter.connection.execute("delete from relink")
    number = shop.ordered("BIKE 5", "HELMET 2")
    assert bring() == "done"
    by_hand(number, "101050")
    as_actor(shop.vera, dead_letters.ask_relink, number, "101050", WHY)
    asked = as_actor(shop.ada, lambda _: dead_letters.relinks(number=number))[0]
    as_actor(shop.ada, dead_letters.decide_relink, asked.id, agree=True)
    assert shop.order(number)["erp_number"] == "101050"
    return number


def test_cancelling_does_not_stop_at_the_document_under_our_key(
    shop: Shop, erp: FakeErp, relinked: str, bring: Call
) -> None:
    shop.cancel(relinked)
    came = bring()

    assert shop.state(relinked)[0] == "confirmed"
    assert "cancel_order" not in erp.operations()
    assert came == "dead"
    assert "cancelled there" in shop.messages(relinked)[-1]["reason"]


def test_cancelled_by_hand_under_its_number_it_is_cancelled_here(
    shop: Shop, erp: FakeErp, relinked: str, bring: Call
) -> None:
    there = erp.by_hand["101050"]
    erp.by_hand["101050"] = replace(there, status=type(there.status)("cancelled"))
    shop.cancel(relinked)

    assert bring() == "done"
    assert shop.state(relinked)[0] == "cancelled"


def test_no_other_number_is_agreed_to_while_a_message_is_about_to_enter_the_order(
    books: Books, bring: Call, sent: Call, as_actor: Call
) -> None:
    shop, _, number = books.shop, books.order(), books.order()
    books.compare()
    del books.erp.documents[books.key(number)]
    books.compare()
    books.decide(Kind.VANISHED, Decision.SEND_AGAIN)
    books.erp.enter_by_hand("101050", sent(number))
    with suppress(PortalError):
        as_actor(shop.vera, dead_letters.ask_relink, number, "101050", WHY)
        asked = as_actor(shop.ada, lambda _: dead_letters.relinks(number=number))[0]
        as_actor(shop.ada, dead_letters.decide_relink, asked.id, agree=True)
    bring()

    assert shop.order(number)["erp_number"] == books.document(number).number


def test_a_linked_order_that_was_cancelled_here_is_cancelled_under_its_number(
    books: Books, bring: Call, dead_one: str, as_actor: Call, letter_id: Call
) -> None:
    shop, number = books.shop, dead_one
    assert as_actor(shop.ada, dead_letters.hand_over, letter_id(number), "101047").done
    books.compare()
    shop.planter.connection.execute("update customer_order set process = 'cancelled'")
    books.compare()
    assert ("cancelled_here", number) in books.open()
    books.decide(Kind.CANCELLED_HERE, Decision.CANCEL_THERE)
    bring()

    assert [message["state"] for message in shop.messages(number)][-1] == "dead"  # a person has to do it


@pytest.fixture
def dead_one(books: Books, bring: Call, sent: Call) -> str:
    books.erp.will("create_order", Trouble.REFUSED)
    number = books.shop.ordered("BIKE 5")
    assert bring() == "dead"
    books.erp.enter_by_hand("101047", sent(number))
    return number
