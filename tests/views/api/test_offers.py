"""A draft shows its findings with offers; one call takes one, and the answer is the order as it is then."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.factories.shop import Shop
from tests.views.api.conftest import Ask


def drafted(ask: Ask, shop: Shop, **more: Any) -> dict[str, Any]:
    body = {"lines": [{"item": "CAGE", "quantity": "500"}], **more}
    answer = ask(shop.alice, "POST", "/orders", json=body, headers={"Idempotency-Key": str(uuid4())})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    order: dict[str, Any] = answer.get_json()
    return order


def offers(order: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["label"]: each for finding in order["findings"] for each in finding["offers"]}


def test_a_draft_comes_with_findings_offers_and_its_surcharge(ask: Ask, shop: Shop) -> None:
    order = drafted(ask, shop)

    assert order["state"]["process"] == "draft"
    assert set(offers(order)) == {"Take 480, saves 137.88", "Take 960, 2 pallets", "Keep 500 for 18.00 more"}
    assert order["totals"]["net"]["amount"] == "3015.0000"
    (charge,) = order["charges"]
    assert (charge["code"], charge["amount"]) == ("part-pallet", {"amount": "18.0000", "currency": "USD"})
    assert charge["why"].startswith("Line 1: 500 Item CAGE CAGE are 1 pallet (480) and 20 loose pieces")


def test_one_call_takes_an_offer_and_answers_the_order(ask: Ask, shop: Shop) -> None:
    order = drafted(ask, shop)
    offer = offers(order)["Take 480, saves 137.88"]

    answer = ask(
        shop.alice, "POST", f"/orders/{order['number']}/offers/{offer['id']}/accept",
        headers={"If-Match": f'"{order["version"]}"'},
    )  # fmt: skip

    after = answer.get_json()
    assert answer.status_code == 200
    assert answer.headers["ETag"] == f'"{after["version"]}"'
    assert (after["lines"][0]["quantity"], after["findings"], after["charges"]) == ("480", [], [])
    assert after["totals"]["net"]["amount"] == "2877.1200"


def test_the_offer_that_was_taken_is_marked(ask: Ask, shop: Shop) -> None:
    order = drafted(ask, shop)
    keep = offers(order)["Keep 500 for 18.00 more"]
    assert (keep["default"], keep["chosen"]) == (True, False)

    after = ask(shop.alice, "POST", f"/orders/{order['number']}/offers/{keep['id']}/accept").get_json()

    assert offers(after)["Keep 500 for 18.00 more"]["chosen"] is True


def test_a_change_is_judged_at_once(ask: Ask, shop: Shop) -> None:
    order = drafted(ask, shop)
    body = {"lines": [{"item": "CAGE", "quantity": "12"}]}

    after = ask(
        shop.alice, "PATCH", f"/orders/{order['number']}", json=body, headers={"If-Match": str(order["version"])}
    ).get_json()

    assert (after["findings"], after["charges"]) == ([], [])


def test_unknown_foreign_and_malformed_offers_are_one_answer_before_the_version_is_looked_at(
    ask: Ask, shop: Shop
) -> None:
    order = drafted(ask, shop)
    keep = offers(order)["Keep 500 for 18.00 more"]["id"]
    mine = f"/orders/{order['number']}/offers"
    wrong = [(shop.alice, f"{mine}/{key}/accept") for key in ("1-keep", "x", "%C3%BC", keep.replace("keep", "lose"))]
    wrong += [(shop.charlie, f"{mine}/{keep}/accept"), (shop.alice, f"/orders/P-99999/offers/{keep}/accept")]

    answers = [ask(actor, "POST", path, headers={"If-Match": "17"}).get_json() for actor, path in wrong]

    assert {(each["status"], each["detail"]) for each in answers} == {(404, answers[0]["detail"])}


def test_an_older_version_is_told_and_changes_nothing(ask: Ask, shop: Shop) -> None:
    order = drafted(ask, shop)
    path = f"/orders/{order['number']}/offers/{offers(order)['Take 960, 2 pallets']['id']}/accept"

    assert ask(shop.alice, "POST", path, headers={"If-Match": "17"}).status_code == 412
    assert ask(shop.alice, "GET", f"/orders/{order['number']}").get_json()["lines"][0]["quantity"] == "500"


def credit_words(order: dict[str, Any]) -> str:
    (finding,) = [each for each in order["findings"] if each["rule"] == "credit-limit"]
    return f"{finding['message']} {finding['fix']}"


def test_debts_are_told_to_who_may_see_them_and_invoices_to_every_buyer(ask: Ask, shop: Shop) -> None:
    shop.planter.connection.execute("update customer set credit_limit = 100 where id = %s", [shop.alpha["id"]])
    try:
        order = drafted(ask, shop)
        path = f"/orders/{order['number']}"
        told = {
            actor.login: credit_words(ask(actor, "GET", path).get_json())
            for actor in (shop.alice, shop.bob, shop.carol)
        }
    finally:
        shop.planter.connection.execute("update customer set credit_limit = null where id = %s", [shop.alpha["id"]])

    assert (
        told["alice"]
        == "Our accounts desk has a look at this order first. Send it; you hear from us. Carol can see why."
    )
    assert "your limit is 100.00" in told["bob"]
    assert told["bob"] == told["carol"]
