"""The buyer's page of an order that differs: old beside new, one tap a line, and what follows for the desk."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from app.security.actor import Actor
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp
from tests.services.agreeing.conftest import Agreeing, at
from tests.views.portal.browsing import Browser, text_of

Browse = Callable[[Actor], Browser]


@pytest.fixture
def agreeing(shop: Shop, erp: FakeErp) -> Agreeing:
    return Agreeing(shop, erp)


@pytest.fixture
def held(agreeing: Agreeing) -> str:
    return agreeing.ordered_and_held(
        lambda record: at(2, quantity=Decimal(1))(at(1, unit_price=Decimal(90))(record)), "BIKE 5", "HELMET 2"
    )


def test_the_page_shows_old_beside_new_and_what_it_comes_to(shop: Shop, browse: Browse, held: str) -> None:
    page = text_of(browse(shop.alice).get(f"/orders/{held}"))

    assert "2 lines with a proposal" in page
    assert "BIKE Item BIKE costs USD 90.00 since" in page
    assert "Price each USD 80.00 USD 90.00" in page
    assert "Quantity 2 pieces 1 piece" in page
    assert "the order comes to USD 480.00 before tax; it was USD 460.00" in page
    assert "On hold since" in page
    assert "You have it" in page


def test_one_tap_accepts_a_line_and_another_declines(shop: Shop, browse: Browse, agreeing: Agreeing, held: str) -> None:
    first, second = (row["id"] for row in agreeing.open(held))
    browser = browse(shop.alice)

    browser.post(f"/orders/{held}/proposals/{first}/accept")
    assert "1 line still needs your answer" in text_of(browser.get(f"/orders/{held}"))
    browser.post(f"/orders/{held}/proposals/{second}/decline")

    page = text_of(browser.get(f"/orders/{held}"))
    assert "Our desk settles it with you" in page
    assert "What differed 2" in page
    assert shop.order(held)["hold_reason"] == "erp_differs"


def test_everything_is_accepted_with_one_tap(shop: Shop, browse: Browse, agreeing: Agreeing, held: str) -> None:
    ids = [str(row["id"]) for row in agreeing.open(held)]
    browser = browse(shop.alice)
    page = browser.get(f"/orders/{held}")

    browser.client.post(f"/orders/{held}/proposals/accept", data={"csrf_token": _token(page.text), "proposal": ids})

    assert (shop.order(held)["hold_reason"], shop.order(held)["net"]) == (None, 480)


def _token(page: str) -> str:
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


def test_whoever_only_reads_sees_it_without_buttons(shop: Shop, browse: Browse, held: str) -> None:
    page = browse(shop.carol).get(f"/orders/{held}")

    assert "2 lines with a proposal" in text_of(page)
    assert "/proposals/" not in page.text
    assert "Whoever buys or approves in this company answers." in text_of(page)


def test_the_desk_sees_what_was_declined_and_settles_it(
    shop: Shop, browse: Browse, agreeing: Agreeing, held: str
) -> None:
    for _ in range(2):
        agreeing.decline(held)
    desk = browse(shop.vera)
    queue = desk.get("/desk")
    assert "1 order that our order system holds otherwise" in text_of(queue)
    assert "declined by Alice" in text_of(queue)

    desk.post(f"/desk/{held}/differences/agreed", queue, note="Alice by telephone, 90.00 it is.")

    assert shop.order(held)["hold_reason"] is None
    assert "holds otherwise" not in text_of(desk.get("/desk"))


def test_today_leads_to_what_waits_for_me(shop: Shop, browse: Browse, held: str) -> None:
    assert held in text_of(browse(shop.alice).get("/"))
