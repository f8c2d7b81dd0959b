"""The desk: the queue says why; an order is claimed, approved, or rejected with a reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.security.actor import Actor
from tests.factories.shop import Shop
from tests.views.portal.browsing import Browser, fields_of, text_of

Browse = Callable[[Actor], Browser]


@pytest.fixture
def number(shop: Shop) -> str:
    """An order over its customer's credit limit."""
    return shop.ordered("BIKE 20", by=shop.dora, reference="PO-1")


def test_the_queue_says_why_each_order_is_here(shop: Shop, browse: Browse, number: str) -> None:
    page = text_of(browse(shop.vera).get("/desk"))

    assert f"{number} Gamma PO-1" in page
    assert "USD 1,600.00 1 line" in page
    assert "Over by 600.00" in page


def test_an_empty_queue_says_so(shop: Shop, browse: Browse) -> None:
    assert "The queue is empty." in text_of(browse(shop.vera).get("/desk"))


def test_an_order_shows_layers_facts_and_credit(shop: Shop, browse: Browse, number: str) -> None:
    page = text_of(browse(shop.vera).get(f"/desk/{number}"))

    assert "Integrity passed" in page
    assert "Finance We will look Over by 600.00" in page
    assert "customer.credit_limit 1000" in page
    assert "Limit USD 1,000.00" in page
    assert "over by USD 600.00" in page


def test_claiming_keeps_colleagues_off_and_giving_back_lets_them(shop: Shop, browse: Browse, number: str) -> None:
    vera, walter = browse(shop.vera), browse(shop.walter)

    vera.post(f"/desk/{number}/claim", vera.get(f"/desk/{number}"))

    assert "yours until" in text_of(vera.get("/desk"))
    theirs = text_of(walter.get(f"/desk/{number}"))
    assert "A colleague has it until" in theirs
    assert "Reason, as the buyer reads it" not in theirs
    assert walter.post(f"/desk/{number}/approve", version=str(shop.order(number)["version"])).status_code == 409

    vera.post(f"/desk/{number}/unclaim", vera.get(f"/desk/{number}"))
    assert "Reason, as the buyer reads it" in text_of(walter.get(f"/desk/{number}"))


def test_approving_hands_the_order_to_the_erp(shop: Shop, browse: Browse, number: str) -> None:
    vera = browse(shop.vera)

    answer = vera.post(f"/desk/{number}/approve", vera.get(f"/desk/{number}"), inside="pays on the 30th")

    assert answer.location == "/desk"
    assert shop.state(number) == ("in_validation", "approved", "erp")
    assert len(shop.messages(number)) == 1


def test_a_rejection_without_a_reason_keeps_what_was_typed(shop: Shop, browse: Browse, number: str) -> None:
    vera = browse(shop.vera)

    answer = vera.post(f"/desk/{number}/reject", vera.get(f"/desk/{number}"), note="Please call me first.")

    assert answer.status_code == 400
    assert "A rejection needs a reason that the buyer reads." in text_of(answer)
    assert fields_of(answer)["note"] == "Please call me first."
    assert shop.state(number)[1] == "pending"


def test_the_reason_other_needs_words(shop: Shop, browse: Browse, number: str) -> None:
    vera = browse(shop.vera)

    answer = vera.post(f"/desk/{number}/reject", vera.get(f"/desk/{number}"), reason_code="other", note="no")

    assert answer.status_code == 400
    assert fields_of(answer)["reason_code"] == "other"
    assert shop.state(number)[1] == "pending"


def test_a_rejection_goes_back_to_the_buyer(shop: Shop, browse: Browse, number: str) -> None:
    vera = browse(shop.vera)

    vera.post(f"/desk/{number}/reject", vera.get(f"/desk/{number}"), reason_code="credit_limit")

    assert shop.state(number) == ("in_validation", "rejected", "buyer")
    assert "does not wait at the desk any more" in text_of(vera.get(f"/desk/{number}"))


def test_what_changed_since_it_was_opened_is_not_decided(shop: Shop, browse: Browse, number: str) -> None:
    vera = browse(shop.vera)
    page = vera.get(f"/desk/{number}")
    shop.planter.connection.execute("update customer_order set version = version + 1 where number = %s", [number])

    answer = vera.post(f"/desk/{number}/approve", page)

    assert answer.status_code == 409
    assert shop.state(number)[1] == "pending"


def test_the_desk_is_closed_to_everybody_else(shop: Shop, browse: Browse, number: str) -> None:
    for actor in (shop.alice, shop.dora, shop.bob, shop.ada):
        browser = browse(actor)
        assert browser.get("/desk").status_code == 403
        assert browser.get(f"/desk/{number}").status_code == 403
        assert browser.post(f"/desk/{number}/approve", version="1").status_code == 403
    assert shop.state(number)[1] == "pending"
