"""What differs from an order over the API: shown with the order, answered with one call, never on an old version."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp
from tests.services.agreeing.conftest import Agreeing, at
from tests.views.api.conftest import Ask


@pytest.fixture
def held(shop: Shop, erp: FakeErp) -> str:
    return Agreeing(shop, erp).ordered_and_held(at(1, unit_price=Decimal(90)), "BIKE 5")


def test_the_order_shows_its_proposals(ask: Ask, shop: Shop, held: str) -> None:
    order = ask(shop.alice, "GET", f"/orders/{held}").get_json()

    (proposal,) = order["proposals"]
    assert (proposal["line"], proposal["origin"], proposal["reason_code"], proposal["state"]) == (
        1, "erp", "price_changed", "open",
    )  # fmt: skip
    assert (proposal["before"]["unit_price"], proposal["after"]["unit_price"]) == ("80", "90")
    assert proposal["message"].startswith("BIKE Item BIKE costs USD 90.00 since")
    assert (order["ball"]["with"], order["on_hold"]["reason"]) == ("buyer", "your_answer")


def test_one_call_accepts(ask: Ask, shop: Shop, held: str) -> None:
    order = ask(shop.alice, "GET", f"/orders/{held}").get_json()
    path = f"/orders/{held}/proposals/{order['proposals'][0]['id']}"

    answer = ask(shop.alice, "POST", f"{path}/accept", json={"version": order["version"]})

    after = answer.get_json()
    assert answer.status_code == 200
    assert (after["proposals"][0]["state"], after["proposals"][0]["decided_by"], after["on_hold"]) == (
        "accepted", "Alice", None,
    )  # fmt: skip
    assert (after["totals"]["net"]["amount"], after["lines"][0]["unit_price"]["amount"]) == ("450.0000", "90.0000")
    assert ask(shop.alice, "POST", f"{path}/decline").status_code == 409


def test_an_old_version_is_told_what_changed(ask: Ask, shop: Shop, held: str) -> None:
    order = ask(shop.alice, "GET", f"/orders/{held}").get_json()
    path = f"/orders/{held}/proposals/{order['proposals'][0]['id']}/accept"

    answer = ask(shop.alice, "POST", path, json={"version": order["version"] - 1})

    problem = answer.get_json()
    assert (answer.status_code, problem["version"]) == (409, order["version"])
    assert "order:hold:changed" in [each["what"] for each in problem["changed"]] or problem["changed"]
    assert shop.order(held)["hold_reason"] == "your_answer"


def test_a_foreign_order_is_not_found_whatever_the_body_says(ask: Ask, shop: Shop, held: str) -> None:
    order = ask(shop.alice, "GET", f"/orders/{held}").get_json()
    path = f"/orders/{held}/proposals/{order['proposals'][0]['id']}/accept"

    assert ask(shop.charlie, "POST", path, json={"version": 1}).status_code == 404
    assert ask(shop.carol, "POST", path).status_code == 403
