"""Approvals on a phone: why it is here, yes, no with a reason, never one's own, never what changed meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from app.security.actor import Actor
from tests.factories.shop import Shop
from tests.views.portal.browsing import Browser, text_of

Browse = Callable[[Actor], Browser]


def test_approving_sends_the_order(shop: Shop, browse: Browse) -> None:
    number, bob = shop.ordered("BIKE 100"), browse(shop.bob)
    address = f"/approvals/{shop.approval(number)['id']}"
    page = bob.get(address)
    assert "over Alice's limit of USD 5,000.00" in text_of(page)
    assert "USD 8,000.00" in text_of(page)

    answer = bob.post(f"{address}/approve", page)

    assert answer.location == "/approvals"
    assert f"{number} is approved and sent" in text_of(bob.get("/approvals"))
    assert shop.state(number)[0] == "received"


def test_a_no_needs_a_reason_and_leads_back_to_the_draft(shop: Shop, browse: Browse) -> None:
    number, bob = shop.ordered("BIKE 100"), browse(shop.bob)
    address = f"/approvals/{shop.approval(number)['id']}"
    page = bob.get(address)

    without = bob.post(f"{address}/reject", page, reason=" ")
    assert (without.status_code, shop.state(number)[0]) == (422, "awaiting_approval")
    assert "A no needs a reason" in text_of(without)

    bob.post(f"{address}/reject", page, reason="Half is enough")

    assert shop.state(number)[0] == "draft"
    assert shop.approval(number)["reason"] == "Half is enough"


def test_what_changed_since_it_was_opened_is_not_approved(shop: Shop, browse: Browse) -> None:
    number, bob = shop.ordered("BIKE 100"), browse(shop.bob)
    address = f"/approvals/{shop.approval(number)['id']}"
    page = bob.get(address)
    shop.planter.connection.execute("update customer_order set version = version + 1 where number = %s", [number])

    answer = bob.post(f"{address}/approve", page)

    assert answer.status_code == 409
    assert "nothing was decided" in text_of(answer)
    assert shop.state(number)[0] == "awaiting_approval"


def test_one_that_is_decided_leads_on(shop: Shop, browse: Browse) -> None:
    number, bob = shop.ordered("BIKE 100"), browse(shop.bob)
    address = f"/approvals/{shop.approval(number)['id']}"
    shop.say_yes(number)

    answer = bob.get(address)

    assert answer.status_code == 409
    assert "was approved already" in text_of(answer)


def test_a_buyer_sees_no_approvals_and_a_stranger_none_of_this_company(shop: Shop, browse: Browse) -> None:
    number = shop.ordered("BIKE 100")
    address = f"/approvals/{shop.approval(number)['id']}"

    assert browse(shop.alice).get("/approvals").status_code == 403
    assert browse(shop.dora).get(address).status_code == 404
    assert browse(shop.dora).post(f"{address}/approve", version="1").status_code == 404
    assert number not in browse(shop.dora).get("/approvals").text
    assert browse(shop.bob).get("/approvals/99999999999999999999999").status_code == 404
