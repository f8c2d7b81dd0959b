"""Bob approves with his thumb, Alice follows to the paid invoice, and wrong lines through the screens lose nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.screens.browser import DESK, PHONE, browser, context, sign_in
from tests.world import World, wait_until

WRONG = ("NO-SUCH-ITEM 5", "BC-M005 0", "BC-M005 -3", "BC-M005 2.5", "BC-M005 5 KG", "BC-M005 many")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def page(chromium: Browser, portal: World, request: pytest.FixtureRequest) -> Iterator[Page]:
    made = context(chromium, request.param).new_page()
    yield made
    made.context.close()


def ordered(portal: World, quantity: int) -> str:
    """Alice's order of mountain bikes: from four on it is over her limit."""
    line = {"item": "BK-M68B-42", "quantity": str(quantity), "unit": "PCS"}
    number: str = portal.api("alice").order(str(uuid.uuid4()), [line]).json()["number"]
    return number


def process_of(portal: World, number: str) -> str:
    process: str = portal.api("alice").get(f"/orders/{number}")["state"]["process"]
    return process


def sent_orders(portal: World) -> set[str]:
    rows = portal.api("alice").get("/orders?limit=100")["items"]
    return {row["number"] for row in rows if row["state"]["process"] != "draft"}


def test_bob_approves_and_that_places_the_order(portal: World, page: Page) -> None:
    number = ordered(portal, 5)
    sign_in(page, portal.url, "bob")

    page.goto(f"{portal.url}/approvals")
    page.get_by_role("link").filter(has_text=number).click()
    page.get_by_text("over Alice's limit").wait_for()
    page.get_by_role("button", name="Approve", exact=True).click()

    page.get_by_text(f"{number} is approved and sent").wait_for()
    wait_until(lambda: process_of(portal, number) == "confirmed")


def test_bobs_no_leads_back_to_the_draft_with_his_reason(portal: World, page: Page) -> None:
    number = ordered(portal, 6)
    sign_in(page, portal.url, "bob")

    page.goto(f"{portal.url}/approvals")
    page.get_by_role("link").filter(has_text=number).click()
    page.get_by_text("Reject…").click()
    page.locator("[name=reason]").fill("Two are enough this month.")
    page.get_by_role("button", name=f"Reject {number}").click()

    wait_until(lambda: process_of(portal, number) == "draft")
    assert portal.api("alice").get(f"/orders/{number}")["approval"]["reason"] == "Two are enough this month."


def test_alice_follows_her_order_to_the_paid_invoice(portal: World, page: Page) -> None:
    number = ordered(portal, 2)
    sign_in(page, portal.url, "alice")
    wait_until(lambda: process_of(portal, number) == "confirmed")

    portal.sandbox.tell("clock", advance_seconds=6 * 86_400)
    wait_until(lambda: portal.api("alice").get(f"/orders/{number}")["state"]["payment"] == "paid")
    page.goto(f"{portal.url}/orders/{number}")

    lanes = page.locator(".lanes").inner_text()
    assert "Delivered" in lanes
    assert "Paid" in lanes
    assert page.get_by_text("Parcel").count() > 0
    link = page.locator('a[href$="/pdf"]').first.get_attribute("href")
    paper = page.request.get(f"{portal.url}{link}")
    assert paper.body().startswith(b"%PDF")


def test_wrong_lines_stay_where_they_were_typed_and_are_explained(portal: World, page: Page) -> None:
    sign_in(page, portal.url, "alice")
    page.goto(f"{portal.url}/drafts/new")

    page.locator("#pasted").fill("\n".join(("BC-M005 5", *WRONG)))
    page.locator("#pasted").locator("xpath=ancestor::form").locator("button").last.click()
    page.wait_for_load_state("load")

    shown = page.content()
    assert [each for each in WRONG if each not in shown and each.split()[0] not in shown] == []
    assert "BC-M005" in page.locator("main").inner_text()

    sent = sent_orders(portal)
    page.get_by_role("button", name="Send order").click()
    page.wait_for_load_state("load")

    assert sent_orders(portal) == sent
    assert [each for each in WRONG if each not in page.content() and each.split()[0] not in page.content()] == []
