"""Find and add: own prices with their tiers, and into the draft with one press."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from app.security.actor import Actor
from tests.factories.shop import Shop
from tests.views.portal.browsing import Browser, text_of

Browse = Callable[[Actor], Browser]


@pytest.fixture(autouse=True)
def _tiers(opened: Shop) -> None:
    planter = opened.planter
    if not planter.all("select 1 from price where list_code = 'OFFER-01'"):
        planter.price(
            "BIKE", list_code="OFFER-01", list_name="Volume", minimum_quantity=15, discount_percent=Decimal(5)
        )
        planter.row("customer_item_number", customer_id=opened.alpha["id"], own_number="3575-057", item_number="BIKE")


def test_a_hit_shows_numbers_price_tiers_and_stock(shop: Shop, browse: Browse) -> None:
    page = text_of(browse(shop.alice).get("/find?q=BIKE"))

    assert "BIKE your 3575-057 · Item BIKE" in page
    assert "80.00 USD a piece · as of" in page
    assert "from 15: 76.00 each" in page
    assert "1,000 in stock" in page
    assert "box of 4" in page


def test_the_own_number_finds_the_item_and_only_for_its_company(shop: Shop, browse: Browse) -> None:
    assert "Item BIKE" in text_of(browse(shop.alice).get("/find?q=3575-057"))
    assert "Nothing in your assortment looks like" in text_of(browse(shop.charlie).get("/find?q=3575-057"))


def test_adding_starts_a_draft_and_the_next_one_goes_into_the_same(shop: Shop, browse: Browse) -> None:
    alice = browse(shop.alice)
    page = alice.get("/find?q=BIKE")

    first = alice.post("/find", page, item="BIKE", quantity="3", unit="PCS")
    alice.post("/find", page, item="BIKE", quantity="2", unit="PCS")
    alice.post("/find", page, item="BIKE", quantity="1", unit="BOX")

    number = first.location.split("draft=")[1].split("#")[0]
    assert [(line["quantity"], line["unit"]) for line in shop.lines_of(number)] == [(5, "PCS"), (1, "BOX")]
    after = text_of(alice.get(first.location))
    assert f"Draft {number} · 2 lines" in after
    assert "in draft: 5 pieces, 1 box" in after


def test_a_quantity_that_cannot_be_read_adds_nothing(shop: Shop, browse: Browse) -> None:
    alice = browse(shop.alice)

    answer = alice.post("/find", alice.get("/find?q=BIKE"), item="BIKE", quantity="a few")

    assert "not a quantity we can read" in text_of(alice.get(answer.location))
    assert shop.planter.all("select 1 from customer_order") == []


def test_a_foreign_draft_named_in_the_address_is_not_added_to(shop: Shop, browse: Browse) -> None:
    foreign, charlie = shop.draft("BIKE 5"), browse(shop.charlie)

    charlie.post("/find", charlie.get("/find?q=BIKE"), item="HELMET", quantity="1", draft=foreign)

    assert [line["typed_item"] for line in shop.lines_of(foreign)] == ["BIKE"]


def test_who_may_not_order_finds_without_adding(shop: Shop, browse: Browse) -> None:
    bob = browse(shop.bob)

    page = bob.get("/find?q=BIKE")

    assert "80.00 USD" in text_of(page)
    assert '<button class="button main">Add' not in page.text
    assert bob.post("/find", page, item="BIKE", quantity="1").status_code == 403


@pytest.mark.parametrize("query", ["?q=%25_%27", "?from=-5", "?from=99999999999", "?q=" + "x" * 5000, "?draft=P-1%27"])
def test_odd_searches_are_answered(shop: Shop, browse: Browse, query: str) -> None:
    assert browse(shop.alice).get(f"/find{query}").status_code == 200
