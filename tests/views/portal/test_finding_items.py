"""Find and add: own prices with their tiers, and into the draft with one press."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
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

    assert "BIKE (3575-057) Item BIKE" in page
    assert "80.00 each · age not known" in page
    assert "from 15: 76.00 each" in page
    assert "1,000 in stock" in page
    assert "box of 4" in page


def test_the_own_number_finds_the_item_and_only_for_its_company(shop: Shop, browse: Browse) -> None:
    assert "Item BIKE" in text_of(browse(shop.alice).get("/find?q=3575-057"))
    assert "Nothing in your assortment looks like" in text_of(browse(shop.charlie).get("/find?q=3575-057"))


def test_what_is_no_longer_made_stands_after_what_can_be_had(shop: Shop, browse: Browse) -> None:
    shop.planter.item("ABLE-OLD", stock=0, discontinued_on=date(2020, 5, 29))

    page = browse(shop.alice).get("/find").text

    assert page.index('id="item-BIKE"') < page.index('id="item-ABLE-OLD"')


def test_from_the_price_there_is_a_way_back(shop: Shop, browse: Browse) -> None:
    alice, number = browse(shop.alice), shop.draft("BIKE 5")

    assert "Back to the item" in text_of(alice.get("/price/BIKE?quantity=5&unit=PCS"))
    page = alice.get("/price/BIKE?quantity=5&unit=PCS&look=1")

    assert "Back to the draft" in text_of(page)
    assert f'href="/drafts/{number}"' in page.text


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


def test_the_price_follows_a_quantity_that_is_only_asked_about(shop: Shop, browse: Browse) -> None:
    alice = browse(shop.alice)

    answer = alice.post("/find", alice.get("/find?q=BIKE"), item="BIKE", quantity="16", unit="PCS", show="1")

    page = text_of(alice.get(answer.location))
    assert "76.00 each at 16" in page
    assert "= 4 boxes · USD 1,216.00" in page
    assert shop.planter.all("select 1 from customer_order") == []


def test_script_asks_for_the_same_words(shop: Shop, browse: Browse) -> None:
    alice = browse(shop.alice)

    answer = alice.get("/find/price?item=BIKE&quantity=2&unit=BOX").get_json()

    assert answer["each"] == "320.00 a box at 2"
    assert answer["total"] == "= 8 pieces · USD 640.00"
    assert alice.get("/find/price?item=BIKE&quantity=lots").status_code == 422
    assert alice.get("/find/price?item=NOTHING&quantity=2").status_code == 404


def test_what_was_added_last_can_be_taken_back_once(shop: Shop, browse: Browse) -> None:
    alice = browse(shop.alice)
    page = alice.get("/find?q=BIKE")
    alice.post("/find", page, item="BIKE", quantity="3", unit="PCS")
    added = alice.post("/find", page, item="BIKE", quantity="2", unit="PCS")
    assert "2 × BIKE added to draft" in text_of(alice.get(added.location))

    alice.post("/find/undo", page)
    alice.post("/find/undo", page)

    [order] = shop.planter.all("select number from customer_order")
    assert [line["quantity"] for line in shop.lines_of(order["number"])] == [3]


def test_a_scanner_adds_what_is_known_and_adds_up(shop: Shop, browse: Browse) -> None:
    shop.planter.connection.execute("update item set gtin = '4012345678901' where number = 'BIKE'")
    alice = browse(shop.alice)
    page = alice.get("/find?scan=1")

    for code in ("BIKE", "4012345678901", "01040123456789013012", "NOBODY-KNOWS"):
        answer = alice.post("/find/scan", page, q=code)

    [order] = shop.planter.all("select number from customer_order")
    assert [line["quantity"] for line in shop.lines_of(order["number"])] == [14]
    assert "Nothing in your assortment looks like “NOBODY-KNOWS”" in text_of(alice.get(answer.location))


def test_the_price_sheet_reads_like_a_receipt_and_names_the_next_step(shop: Shop, browse: Browse) -> None:
    page = text_of(browse(shop.alice).get("/price/BIKE?quantity=14&unit=PCS"))

    assert "Price list DEALER 80.00" in page
    assert "14 × 80.00 USD 1,120.00" in page
    assert "From 15: 76.00 each; 15 cost USD 1,140.00." in page
    assert browse(shop.alice).get("/price/NOTHING").status_code == 404


def test_the_price_sheet_says_when_the_price_changes(shop: Shop, browse: Browse) -> None:
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    shop.planter.price("HELMET", "25", group="DEALER", list_code="SALE", list_name="Autumn sale", valid_to=tomorrow)

    page = text_of(browse(shop.alice).get("/price/HELMET"))

    assert "1 × 25.00 USD 25.00" in page
    assert "30.00 each: Autumn sale ends." in page


def test_a_number_nobody_knows_shows_the_nearest(shop: Shop, browse: Browse) -> None:
    page = text_of(browse(shop.alice).get("/find?q=HELM-99"))

    assert "Nothing in your assortment looks like" in page
    assert page.index("The nearest numbers") < page.index("Item HELMET")


def test_a_foreign_draft_named_in_the_address_is_not_added_to(shop: Shop, browse: Browse) -> None:
    foreign, charlie = shop.draft("BIKE 5"), browse(shop.charlie)

    charlie.post("/find", charlie.get("/find?q=BIKE"), item="HELMET", quantity="1", draft=foreign)

    assert [line["typed_item"] for line in shop.lines_of(foreign)] == ["BIKE"]


def test_who_may_not_order_finds_without_adding(shop: Shop, browse: Browse) -> None:
    bob = browse(shop.bob)

    page = bob.get("/find?q=BIKE")

    assert "80.00 each" in text_of(page)
    assert '<button class="button main">Add' not in page.text
    assert bob.post("/find", page, item="BIKE", quantity="1").status_code == 403


@pytest.mark.parametrize("query", ["?q=%25_%27", "?from=-5", "?from=99999999999", "?q=" + "x" * 5000, "?draft=P-1%27"])
def test_odd_searches_are_answered(shop: Shop, browse: Browse, query: str) -> None:
    assert browse(shop.alice).get(f"/find{query}").status_code == 200
