"""The main job, from the buyer's first look at a price to the paid invoice, through the API and real processes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import psycopg

from app.embedded.databases import dsn
from tests.world import World, wait_until

TWENTY = [
    *("BC-M005", "BC-R205", "CA-1098", "CL-9009", "LJ-0192-L", "LJ-0192-M", "LJ-0192-S", "LJ-0192-X", "PK-7098"),
    *("SJ-0194-L", "SJ-0194-M", "SJ-0194-S", "SJ-0194-X", "GL-H102-L", "GL-H102-M", "SO-R809-L", "SO-R809-M"),
    *("TI-M267", "TI-M602", "TT-M928"),
]


def lines_of(quantity: str = "3") -> list[dict[str, Any]]:
    return [{"item": item, "quantity": quantity, "unit": "PCS"} for item in TWENTY]


def state_of(world: World, number: str) -> dict[str, str]:
    found: dict[str, str] = world.api("alice").get(f"/orders/{number}")["state"]
    return found


def test_alice_orders_twenty_lines_and_follows_them_to_the_paid_invoice(portal: World) -> None:
    alice = portal.api("alice")
    asked = alice.post("/prices", {"lines": lines_of(), "live": True}).json()
    answer = alice.order("story-1", lines_of(), reference="PO-STORY-1")
    assert answer.status_code == 201, answer.text
    order = answer.json()
    number = order["number"]

    # her own contract prices, confirmed by the ERP, line by line, and their sum
    assert [line["unit_price"] for line in order["lines"]] == [line["unit_price"] for line in asked["lines"]]
    assert {line["promise"] for line in order["lines"]} == {"confirmed"}
    totals = [Decimal(line["total"]["amount"]) for line in order["lines"]]
    assert Decimal(order["totals"]["net"]["amount"]) == sum(totals)
    assert order["state"] == {"process": "received", "validation": "approved", "payment": "none"}
    assert order["ball"]["with"] == "erp"

    # the ERP's number comes back
    wait_until(lambda: state_of(portal, number)["process"] == "confirmed")
    confirmed = alice.get(f"/orders/{number}")
    assert confirmed["erp"]["number"]
    assert Decimal(confirmed["totals"]["gross"]["amount"]) > sum(totals)

    # shipped in parts, invoiced, paid: the axes follow
    portal.sandbox.tell("clock", advance_seconds=2 * 3600)
    wait_until(lambda: state_of(portal, number)["process"] == "in_dispatch")
    on_its_way = alice.get(f"/orders/{number}")
    assert on_its_way["deliveries"][0]["tracking_number"]
    assert 0 < sum(Decimal(line["quantities"]["shipped"]) for line in on_its_way["lines"]) < 60

    portal.sandbox.tell("clock", advance_seconds=3 * 3600)
    wait_until(lambda: state_of(portal, number)["process"] == "delivered")
    assert alice.get(f"/orders/{number}")["ball"]["with"] == "payer"

    portal.sandbox.tell("clock", advance_seconds=4 * 86_400)
    wait_until(lambda: state_of(portal, number)["payment"] == "paid")
    closed = alice.get(f"/orders/{number}")
    assert closed["ball"]["with"] == "nobody"
    assert sum(Decimal(invoice["net"]["amount"]) for invoice in closed["invoices"]) == sum(totals)


def test_the_history_says_when_who_from_where_and_which_erp_call(portal: World) -> None:
    alice = portal.api("alice")
    number = alice.order("story-2", lines_of("1")).json()["number"]
    wait_until(lambda: state_of(portal, number)["process"] == "confirmed")

    entries = alice.get(f"/orders/{number}/history")["items"]

    created = entries[0]
    assert (created["what"], created["who"], created["ip"]) == ("order:created", "Alice", "127.0.0.1")
    confirmed = next(each for each in entries if (each["after"] or {}).get("process") == "confirmed")
    assert confirmed["before"]["process"] == "received"
    assert confirmed["erp_call"]["operation"] == "create_order"
    assert confirmed["correlation"] == created["correlation"]
    assert all(each["at"] and each["who"] for each in entries)


def test_an_order_with_a_review_finding_waits_for_vera(portal: World) -> None:
    portal.sandbox.tell("customers", number="AW00000001", creditLimit=100)
    wait_until(lambda: _credit_limit(portal) == 100, seconds=90)
    alice, vera = portal.api("alice"), portal.api("vera")
    order = alice.order("story-3", lines_of("1")).json()
    number = order["number"]

    assert order["state"] == {"process": "in_validation", "validation": "pending", "payment": "none"}
    assert order["ball"]["with"] == "validator"
    assert any(finding["rule"] == "credit-limit" for finding in order["findings"])
    queued = next(row for row in vera.get("/review")["items"] if row["number"] == number)
    assert queued["points"][0]["layer"] == "finance"

    assert vera.post(f"/review/{number}/approve", {"note": "pays on the 30th"}).status_code == 200
    wait_until(lambda: state_of(portal, number)["process"] == "confirmed")


def _credit_limit(world: World) -> Decimal | None:
    """As the mirror has it: an order that is not sent shows no findings, so nothing else can tell."""
    with psycopg.connect(dsn(world.addresses.owner)) as owner:
        found = owner.execute("select credit_limit from customer where number = 'AW00000001'").fetchone()
    return found[0] if found else None


def test_a_rejected_order_goes_back_to_alice_who_changes_and_sends_it_again(portal: World) -> None:
    alice, vera = portal.api("alice"), portal.api("vera")
    number = alice.order("story-4", lines_of("1")).json()["number"]
    assert state_of(portal, number)["process"] == "in_validation"

    rejected = vera.post(f"/review/{number}/reject", {"reason_code": "credit_limit"})
    assert rejected.status_code == 200, rejected.text
    read = alice.call("GET", f"/orders/{number}")
    assert read.json()["ball"]["with"] == "buyer"
    changed = alice.call(
        "PATCH", f"/orders/{number}", {"lines": lines_of("1")[:2]}, **{"If-Match": read.headers["ETag"]}
    )
    assert changed.status_code == 200, changed.text
    again = alice.post(f"/orders/{number}/submit")

    assert again.status_code == 200, again.text
    assert again.json()["number"] == number
    assert len(again.json()["lines"]) == 2
    portal.sandbox.tell("customers", number="AW00000001", creditLimit=50_000_000)


def test_over_her_limit_bob_approves_and_that_places_the_order(portal: World) -> None:
    wait_until(lambda: _credit_limit(portal) == 50_000_000, seconds=90)
    alice, bob = portal.api("alice"), portal.api("bob")
    order = alice.order("story-5", [{"item": "BK-M68B-42", "quantity": "9", "unit": "PCS"}]).json()

    assert order["state"]["process"] == "awaiting_approval"
    assert alice.post(f"/approvals/{order['approval']['id']}/approve").status_code == 403
    waiting = next(row for row in bob.get("/approvals")["items"] if row["number"] == order["number"])
    approved = bob.post(f"/approvals/{waiting['id']}/approve", {"version": waiting["version"]})

    assert approved.status_code == 200, approved.text
    wait_until(lambda: state_of(portal, order["number"])["process"] == "confirmed")
