"""Order again: what is still sold becomes a draft at today's prices; what is not is named."""

from __future__ import annotations

from decimal import Decimal

from app.extensions import transaction
from app.services.lifecycle import locked
from app.services.ordering import again, drafts
from app.services.ordering.preparing import prepare
from tests.factories.shop import Shop


def repeated(shop: Shop, number: str) -> again.Again:
    with shop.scope(shop.alice), transaction():
        return again.typed_from(locked(number))


def test_an_old_order_becomes_a_draft_at_todays_prices(shop: Shop) -> None:
    number = shop.ordered("BIKE 5", "HELMET 2 PCS", reference="PO-1", comment="Gate 3")
    found = repeated(shop, number)
    with shop.scope(shop.alice):
        prepared = prepare(shop.alice.customer_id or 0, found.typed.lines, live=False)
        with transaction():
            new = str(drafts.create(shop.alice, found.typed, prepared, copied_from=found.copied_from).number)

    assert [(line["item_number"], line["quantity"]) for line in shop.lines_of(new)] == [("BIKE", 5), ("HELMET", 2)]
    assert (shop.order(new)["reference"], shop.order(new)["comment"]) == ("", "")
    assert (shop.order(new)["copied_from"], found.gone) == (number, ())


def test_what_is_no_longer_sold_is_named_and_left_out(shop: Shop) -> None:
    old = shop.planter.item("OLD", list_price=Decimal(10))
    number = shop.ordered("OLD 1", "BIKE 1")
    shop.planter.connection.execute("update item set blocked = true where id = %s", [old["id"]])

    found = repeated(shop, number)

    assert [line.item for line in found.typed.lines] == ["BIKE"]
    assert found.gone == ("OLD",)


def test_an_address_that_is_gone_gives_way_to_the_usual_one(shop: Shop) -> None:
    dock = shop.planter.ship_to(shop.alpha, "DOCK", is_default=False)
    number = shop.ordered("BIKE 1", ship_to="DOCK")
    assert repeated(shop, number).typed.ship_to == "DOCK"

    shop.planter.connection.execute("update ship_to set withdrawn_at = now() where id = %s", [dock["id"]])

    assert repeated(shop, number).typed.ship_to == ""
