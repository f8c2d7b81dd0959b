"""Sending a draft from its page: received, waiting, or back with its points; once, however often it is pressed."""

from __future__ import annotations

from collections.abc import Callable

from app.security.actor import Actor
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp, Trouble
from tests.views.portal.browsing import Browser, text_of

Browse = Callable[[Actor], Browser]


def test_sending_saves_what_was_typed_and_leads_to_the_order(shop: Shop, browse: Browse) -> None:
    number, alice = shop.draft("BIKE 5"), browse(shop.alice)

    answer = alice.post(f"/drafts/{number}/send", alice.get(f"/drafts/{number}"), quantity__1="6", reference="PO-7")

    assert answer.location == f"/orders/{number}"
    assert "We have your order; this is not yet our acceptance" in text_of(alice.get(answer.location))
    assert shop.state(number) == ("received", "approved", "erp")
    assert (shop.lines_of(number)[0]["quantity"], shop.order(number)["reference"]) == (6, "PO-7")
    assert len(shop.messages(number)) == 1


def test_pressing_send_twice_sends_once_and_leads_to_the_order(shop: Shop, browse: Browse) -> None:
    number, alice = shop.draft("BIKE 5"), browse(shop.alice)
    page = alice.get(f"/drafts/{number}")

    first, second = (alice.post(f"/drafts/{number}/send", page) for _ in range(2))

    assert first.location == second.location == f"/orders/{number}"
    assert len(shop.messages(number)) == 1
    assert "sent already" in text_of(alice.get(f"/orders/{number}"))


def test_a_blocked_order_comes_back_with_its_points(shop: Shop, browse: Browse) -> None:
    number, alice = shop.draft("BIKE 5", "NOBODY-KNOWS 1"), browse(shop.alice)

    answer = alice.post(f"/drafts/{number}/send", alice.get(f"/drafts/{number}"))

    assert answer.location == f"/drafts/{number}"
    page = text_of(alice.get(answer.location))
    assert "Change needed Line 2: NOBODY-KNOWS is not a number we know" in page
    assert shop.state(number)[0] == "draft"


def test_a_line_that_cannot_be_read_is_not_sent_past(shop: Shop, browse: Browse) -> None:
    number, alice = shop.draft("BIKE 5"), browse(shop.alice)

    answer = alice.post(f"/drafts/{number}/send", alice.get(f"/drafts/{number}"), pasted="HELMET 1,000")

    assert answer.status_code == 422
    assert "0 of 1 new line taken, 1 to look at" in text_of(answer)
    assert shop.state(number)[0] == "draft"


def test_over_the_limit_it_waits_for_an_approver(shop: Shop, browse: Browse) -> None:
    number, alice = shop.draft("BIKE 100"), browse(shop.alice)

    answer = alice.post(f"/drafts/{number}/send", alice.get(f"/drafts/{number}"))

    page = text_of(alice.get(answer.location))
    assert shop.state(number)[0] == "awaiting_approval"
    assert "Waiting for approval in your company" in page
    assert "over Alice's limit of USD 5,000.00" in page


def test_with_a_silent_erp_the_order_is_taken_at_the_last_known_price(shop: Shop, browse: Browse, erp: FakeErp) -> None:
    erp.will("quote", Trouble.UNAVAILABLE)
    number, alice = shop.draft("BIKE 5"), browse(shop.alice)

    answer = alice.post(f"/drafts/{number}/send", alice.get(f"/drafts/{number}"))

    assert answer.location == f"/orders/{number}"
    assert "last known price" in text_of(alice.get(answer.location))


def test_an_order_the_desk_did_not_accept_is_changed_and_sent_again(shop: Shop, browse: Browse) -> None:
    number, dora, vera = shop.ordered("BIKE 20", by=shop.dora), browse(shop.dora), browse(shop.vera)
    vera.post(f"/desk/{number}/reject", vera.get(f"/desk/{number}"), reason_code="credit_limit", note="Half is fine.")
    page = text_of(dora.get(f"/orders/{number}"))
    assert "Not accepted: The order goes over the limit of your account." in page
    assert "Half is fine." in page
    assert "Change and send again" in page

    answer = dora.post(f"/drafts/{number}/send", dora.get(f"/drafts/{number}"), quantity__1="10")

    assert answer.location == f"/orders/{number}"
    assert shop.state(number) == ("received", "approved", "erp")
