"""What stands around the pages: the company, the draft in hand, invoices due, an order system that is silent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from app.security.actor import Actor
from tests.factories.shop import Shop
from tests.views.portal.browsing import Browser, text_of

Browse = Callable[[Actor], Browser]


def test_the_bar_leads_to_the_draft_in_hand_and_says_how_much_is_in_it(shop: Shop, browse: Browse) -> None:
    alice = browse(shop.alice)
    assert 'href="/drafts/new"' in alice.get("/").text

    number = shop.draft("BIKE 5", "HELMET 2")

    page = alice.get("/orders")
    assert f'href="/drafts/{number}"' in page.text
    assert "Draft 2" in text_of(page)
    assert "Alpha" in text_of(page)
    assert "Draft 2" not in text_of(browse(shop.bob).get("/orders"))


def test_a_silent_order_system_is_said_and_orders_go_on(shop: Shop, browse: Browse) -> None:
    heard = datetime.now(UTC) - timedelta(minutes=40)
    shop.planter.row("sync_state", source="main", entity="prices", fresh_at=heard, problem="")
    try:
        page = text_of(browse(shop.alice).get("/"))
    finally:
        shop.planter.connection.execute("delete from sync_state")

    assert "Order as usual. Our order system has been silent since" in page
    assert "silent" not in text_of(browse(shop.alice).get("/"))


def test_invoices_due_stand_on_the_first_page_and_lead_to_the_list(shop: Shop, browse: Browse) -> None:
    shop.planter.row(
        "invoice", customer_id=shop.alpha["id"], source="main", erp_key="i1", number="103120", issued_on="2026-10-01",
        due_on="2026-10-31", currency="USD", net=100, tax=8, gross=108, remaining=108, status="open",
    )  # fmt: skip
    bob = browse(shop.bob)

    assert "1 invoice due" in text_of(bob.get("/"))
    assert "103120" in text_of(bob.get("/invoices"))
    assert "USD 108.00 open, due" in text_of(bob.get("/invoices/103120"))
    assert "103120" not in text_of(browse(shop.charlie).get("/invoices"))
    assert browse(shop.charlie).get("/invoices/103120").status_code == 404
    assert browse(shop.charlie).get("/invoices/103120/pdf").status_code == 404


def test_an_order_is_ordered_again_without_what_is_no_longer_made(shop: Shop, browse: Browse) -> None:
    number, alice = shop.ordered("BIKE 5", "HELMET 2", reference="PO-1"), browse(shop.alice)
    block = "update item set blocked = %s where number = 'HELMET'"
    shop.planter.connection.execute(block, [True])
    try:
        answer = alice.post(f"/orders/{number}/again", alice.get(f"/orders/{number}"))
        page = text_of(alice.get(answer.location))
    finally:
        shop.planter.connection.execute(block, [False])

    made = answer.location.rsplit("/", 1)[-1]
    assert [line["item_number"] for line in shop.lines_of(made)] == ["BIKE"]
    assert (shop.order(made)["copied_from"], shop.order(made)["reference"]) == (number, "")
    assert "1 item is no longer made and is left out: HELMET." in page


def test_an_approver_sees_what_is_unusual(shop: Shop, browse: Browse) -> None:
    for quantity in (4, 6):
        shop.ordered(f"BIKE {quantity}")
    number = shop.ordered("BIKE 100")

    page = text_of(browse(shop.bob).get(f"/approvals/{shop.approval(number)['id']}"))

    assert "What is unusual 100 × BIKE: usually 4 to 6" in page


def test_whoever_placed_it_reads_who_decides(shop: Shop, browse: Browse) -> None:
    limit = "update membership set order_limit = %s where id = %s"
    shop.planter.connection.execute(limit, [100, shop.dora.membership_id])
    try:
        dora = browse(shop.dora)
        draft = shop.draft("BIKE 5", by=shop.dora)
        dora.post(f"/drafts/{draft}/send", dora.get(f"/drafts/{draft}"))
        page = text_of(dora.get(f"/approvals/{shop.approval(draft)['id']}"))
    finally:
        shop.planter.connection.execute(limit, [None, shop.dora.membership_id])

    assert "Yours: somebody else in your company decides." in page


def test_the_papers_of_an_order_are_there_as_soon_as_they_exist(shop: Shop, browse: Browse) -> None:
    draft, sent, alice = shop.draft("BIKE 1"), shop.ordered("BIKE 5"), browse(shop.alice)

    assert alice.get(f"/orders/{draft}/receipt").status_code == 409
    assert alice.get(f"/orders/{sent}/receipt").data.startswith(b"%PDF")
    assert alice.get(f"/orders/{sent}/confirmation").status_code == 409
    assert browse(shop.charlie).get(f"/orders/{sent}/receipt").status_code == 404


def test_a_reader_of_german_reads_german(shop: Shop, browse: Browse) -> None:
    speak = "update person set language = %s where login = 'alice'"
    shop.planter.connection.execute(speak, ["de"])
    try:
        alice = browse(shop.alice)
        number = shop.draft("BIKE 5")
        page = text_of(alice.get(f"/drafts/{number}"))
    finally:
        shop.planter.connection.execute(speak, ["en"])

    assert "Vor Steuer und Fracht 400,00 USD" in page
    assert "Auftrag senden" in page
