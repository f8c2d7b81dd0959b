"""Alice orders twenty lines on her phone: a real browser, 390 pixels wide, in front of the running portal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.world import World, wait_until

CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        missing = f"{CHROMIUM} is missing; install Debian's package chromium to run the browser tests"
        assert not os.environ.get("CI"), missing
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(params=[True, False], ids=["with-script", "without-script"])
def phone(chromium: Browser, portal: World, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A telephone that collects whatever its browser complains about."""
    context = chromium.new_context(
        viewport=PHONE, has_touch=True, base_url=portal.url, java_script_enabled=request.param
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda problem: complaints.append(str(problem)))
    yield page
    context.close()
    assert complaints == []


def nothing_scrolls_sideways(page: Page) -> None:
    page.wait_for_load_state("load")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def sign_in(page: Page, name: str) -> None:
    page.goto("/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill("portico-demo")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


def affordable_items(portal: World, how_many: int) -> list[str]:
    """Items that one piece of can be ordered, the cheapest first."""
    alice = portal.api("alice")
    items = [each for each in alice.get("/catalog/items?limit=100&available=1")["items"] if each["orderable"]]
    items.sort(key=lambda each: float(each["price"]["amount"]))
    found: list[str] = []
    for item in items:
        details = alice.get(f"/catalog/items/{item['number']}")
        if details["minimum_quantity"] is None and details["order_multiple"] is None:
            found.append(item["number"])
        if len(found) == how_many:
            break
    assert len(found) == how_many
    return found


def add_from_search(page: Page, number: str, quantity: int) -> None:
    """Find an item by its number and put it into the draft."""
    page.get_by_label("Find an item").fill(number)
    page.get_by_role("button", name="Find").click()
    hit = page.locator(f"[id='item-{number}']")
    hit.get_by_label(f"Quantity of {number}").fill(str(quantity))
    nothing_scrolls_sideways(page)
    hit.get_by_role("button", name="Add").click()
    page.get_by_text(f"{quantity} × {number} added to draft").wait_for()


def add_list(page: Page, text: str, *, reference: str) -> None:
    """Open the draft and type the list into it."""
    page.locator("a.bar").click()
    page.get_by_label("PO number").fill(reference)
    page.get_by_label("Add lines").fill(text)
    page.get_by_role("button", name="Save", exact=True).last.click()


def test_alice_orders_twenty_lines_on_her_phone(portal: World, phone: Page) -> None:
    first, *others = affordable_items(portal, 20)
    sign_in(phone, "alice")
    nothing_scrolls_sideways(phone)

    add_from_search(phone, first, 2)
    add_list(phone, "\n".join(f"{number} 1" for number in others), reference=f"PO for {first}")
    phone.locator(".head").get_by_text("20 lines").wait_for()
    nothing_scrolls_sideways(phone)

    phone.get_by_role("button", name="Send order").click()
    phone.get_by_text("is sent. We have your order").wait_for()
    number = phone.locator("h1").inner_text().split()[0]
    lanes = phone.locator(".lanes")
    wait_until(lambda: phone.reload() and "Confirmed, our order" in lanes.inner_text(), pause=0.3)
    nothing_scrolls_sideways(phone)

    stored = portal.api("alice").get(f"/orders/{number}")
    assert (stored["state"]["process"], len(stored["lines"])) == ("confirmed", 20)
    assert stored["erp"]["number"] in lanes.inner_text()
