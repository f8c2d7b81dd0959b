"""A part pallet with its surcharge, from the draft through the real ERP to the invoice: nothing changes on the way."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.world import World, wait_until

LINES = [{"item": "BC-M005", "quantity": "500", "unit": "PCS"}]


def offers_of(order: dict[str, Any]) -> dict[str, str]:
    """The id of each offer by its effect: set, drop, keep, charge."""
    found = {}
    for finding in order["findings"]:
        for offer in finding["offers"]:
            found[f"{finding['rule']}:{offer['id'].partition('-')[2]}"] = offer["id"]
    return found


def test_the_invoice_holds_the_surcharge_that_was_shown(portal: World) -> None:
    alice = portal.api("alice")
    draft = alice.order("offer-1", LINES, submit=False).json()
    assert draft["state"]["process"] == "draft"
    assert [(each["code"], each["amount"]["amount"]) for each in draft["charges"]] == [("part-pallet", "18.0000")]
    lines = Decimal(draft["lines"][0]["total"]["amount"])
    assert Decimal(draft["totals"]["net"]["amount"]) == lines + 18

    kept = alice.post(f"/orders/{draft['number']}/offers/{offers_of(draft)['part-pallet:keep']}/accept", {}).json()
    assert kept["charges"] == draft["charges"]
    sent = alice.post(f"/orders/{draft['number']}/submit", {}).json()
    assert sent["totals"]["net"] == draft["totals"]["net"]

    wait_until(lambda: alice.get(f"/orders/{draft['number']}")["state"]["process"] == "confirmed")
    assert alice.get(f"/orders/{draft['number']}")["on_hold"] is None
    portal.sandbox.tell("clock", advance_seconds=6 * 3600)
    wait_until(lambda: alice.get(f"/orders/{draft['number']}")["invoices"])
    invoices = alice.get(f"/orders/{draft['number']}")["invoices"]
    assert sum(Decimal(each["net"]["amount"]) for each in invoices) == lines + 18

    detail = alice.get(f"/invoices/{invoices[0]['number']}")
    assert ("PART-PALLET", "18.0000") in [(line["item"], line["net"]["amount"]) for line in detail["lines"]]


def test_one_tap_rounds_to_a_full_pallet(portal: World) -> None:
    alice = portal.api("alice")
    draft = alice.order("offer-2", LINES, submit=False).json()

    after = alice.post(
        f"/orders/{draft['number']}/offers/{offers_of(draft)['part-pallet:take-down']}/accept", {}
    ).json()

    assert (after["lines"][0]["quantity"], after["charges"]) == ("480", [])
    assert after["totals"]["net"] == after["lines"][0]["total"]
