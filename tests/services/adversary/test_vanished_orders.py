"""Orders the ERP has lost, and what people and workers do about them at the same time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from app.errors import Conflict, PortalError
from app.extensions import transaction
from app.services import dead_letters
from app.services.reconciliation import Decision, Kind
from tests.fakes.erp import Trouble
from tests.services.reconciliation.conftest import Books

Call = Callable[..., Any]


def lost(books: Books, number: str) -> None:
    books.compare()
    del books.erp.documents[books.key(number)]
    books.compare()


def entered(books: Books, number: str) -> bool:
    return books.key(number) in books.erp.documents


@pytest.fixture
def vanished(books: Books) -> str:
    """Confirmed, and gone from the ERP."""
    _, number = books.order(), books.order()
    lost(books, number)
    assert books.open() == [("vanished", number)]
    return number


def test_cancelled_here_it_is_not_sent_by_a_message_that_waited(books: Books, vanished: str, bring: Call) -> None:
    books.decide(Kind.VANISHED, Decision.SEND_AGAIN)
    books.compare()
    with suppress(PortalError, AssertionError):
        books.decide(Kind.VANISHED, Decision.CANCEL)
    bring()

    assert (books.shop.state(vanished)[0] == "cancelled") != entered(books, vanished)


def test_the_buyer_cancels_and_somebody_sends_it_again(books: Books, vanished: str, bring: Call) -> None:
    books.shop.cancel(vanished)
    with suppress(PortalError):
        books.decide(Kind.VANISHED, Decision.SEND_AGAIN)
    while bring() is not None:
        pass

    assert (books.shop.state(vanished)[0], entered(books, vanished)) == ("cancelled", False)


def test_refused_when_sent_again_people_can_still_bring_it_in(
    books: Books, vanished: str, bring: Call, as_actor: Call, letter_id: Call
) -> None:
    books.decide(Kind.VANISHED, Decision.SEND_AGAIN)
    books.erp.will("create_order", Trouble.REFUSED)
    assert bring() == "dead"
    letter = as_actor(books.shop.ada, lambda _: dead_letters.dead())[0]
    assert letter.wanted
    with books.shop.scope(books.shop.ada), transaction():
        dead_letters.retry(books.shop.ada, letter.id)
    assert bring() == "done"

    assert entered(books, vanished)
    assert books.shop.order(vanished)["hold_reason"] is None


def test_one_that_is_refused_and_let_stand_comes_back_to_the_list(
    books: Books, vanished: str, bring: Call, as_actor: Call
) -> None:
    books.decide(Kind.VANISHED, Decision.SEND_AGAIN)
    books.erp.will("create_order", Trouble.REFUSED)
    assert bring() == "dead"
    letter = as_actor(books.shop.ada, lambda _: dead_letters.dead())[0]
    with suppress(PortalError), books.shop.scope(books.shop.ada), transaction():
        dead_letters.let_stand(books.shop.ada, letter.id)
    books.compare()

    on_a_list = bool(books.open()) or books.shop.messages(vanished)[-1]["state"] == "dead"
    assert on_a_list


def test_a_linked_order_sent_again_has_the_new_number(
    books: Books, bring: Call, sent: Call, as_actor: Call, letter_id: Call
) -> None:
    books.order()
    number = books.shop.ordered("BIKE 5")
    books.erp.will("create_order", Trouble.REFUSED)
    assert bring() == "dead"
    books.erp.enter_by_hand("101047", sent(number))
    assert as_actor(books.shop.ada, dead_letters.hand_over, letter_id(number), "101047").done
    books.compare()
    del books.erp.by_hand["101047"]
    books.compare()
    books.decide(Kind.VANISHED, Decision.SEND_AGAIN)
    assert bring() == "done"

    assert books.shop.order(number)["erp_number"] == books.document(number).number
    books.compare()
    assert books.open() == []


def test_lost_a_second_time_it_is_on_the_list_a_second_time(books: Books, vanished: str, bring: Call) -> None:
    """Nothing about it looks different from the first time: an ERP restored from a backup counts on from there, too."""
    before = books.shop.order(vanished)["erp_number"]
    for between in (books.compare, lambda: None):
        books.decide(Kind.VANISHED, Decision.SEND_AGAIN)
        assert bring() == "done"
        assert books.shop.order(vanished)["erp_number"] == before
        between()
        del books.erp.documents[books.key(vanished)]
        books.compare()

        assert books.open() == [("vanished", vanished)]
        assert books.shop.order(vanished)["hold_reason"] == "erp_vanished"


def test_linked_to_a_document_meanwhile_it_is_not_sent_again(
    books: Books, vanished: str, bring: Call, sent: Call, as_actor: Call
) -> None:
    shop = books.shop
    books.erp.enter_by_hand("101050", sent(vanished))
    as_actor(shop.vera, dead_letters.ask_relink, vanished, "101050", "It was typed in there again.")
    asked = as_actor(shop.ada, lambda _: dead_letters.relinks(number=vanished))[0]
    as_actor(shop.ada, dead_letters.decide_relink, asked.id, agree=True)

    with pytest.raises(Conflict, match="changed meanwhile"):
        books.decide(Kind.VANISHED, Decision.SEND_AGAIN)
    assert bring() is None
