"""Alice orders by thumb: a real browser in front of the running portal, on a telephone and on a desk, with script and
without, in English and in German."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
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
JUST_BELOW_A_BREAK = "LJ-0192-L 24"  # 25 of them cost less
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}

# What stands on the buttons and labels that she uses.
ENGLISH = {
    "find": "Find", "find_item": "Find an item", "add": "Add", "quantity": "Quantity of {}",
    "added": "{} × {} added to draft", "add_lines": "Add lines", "save": "Save", "po": "PO number", "lines": "{} lines",
    "send": "Send order", "take": "Take 25",
    "sent": "is sent. We have your order", "confirmed": "Confirmed, our order",
}  # fmt: skip
GERMAN = {
    "find": "Suchen", "find_item": "Artikel suchen", "add": "Hinzufügen", "quantity": "Menge von {}",
    "added": "{} × {} in Entwurf", "add_lines": "Positionen hinzufügen", "save": "Speichern", "po": "Bestellnummer",
    "lines": "{} Positionen", "send": "Auftrag senden", "take": "25 nehmen",
    "sent": "ist gesendet. Wir haben Ihren Auftrag", "confirmed": "Bestätigt, unser Auftrag",
}  # fmt: skip


@dataclass(frozen=True)
class Device:
    """How somebody looks at the portal."""

    size: ViewportSize
    script: bool
    language: str

    @property
    def words(self) -> dict[str, str]:
        return GERMAN if self.language == "de" else ENGLISH


DEVICES = {
    "phone": Device(PHONE, True, "en"),
    "phone-without-script": Device(PHONE, False, "en"),
    "phone-in-german": Device(PHONE, True, "de"),
    "desk": Device(DESK, True, "en"),
}


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


@pytest.fixture(params=list(DEVICES.values()), ids=list(DEVICES))
def device(request: pytest.FixtureRequest) -> Device:
    found: Device = request.param
    return found


@pytest.fixture
def page(chromium: Browser, portal: World, device: Device) -> Iterator[Page]:
    """A browser that collects whatever it complains about."""
    context = chromium.new_context(
        viewport=device.size,
        has_touch=device.size == PHONE,
        base_url=portal.url,
        java_script_enabled=device.script,
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda problem: complaints.append(str(problem)))
    yield page
    context.close()
    assert [each for each in complaints if "422" not in each] == []


def nothing_scrolls_sideways(page: Page, device: Device) -> None:
    page.wait_for_load_state("load")
    assert page.evaluate("document.documentElement.scrollWidth") == device.size["width"]


def sign_in(page: Page, name: str, language: str) -> None:
    page.goto("/sign-in")
    page.locator("#login").fill(name)
    page.locator("#password").fill("portico-demo")
    page.locator("main form button").click()
    page.wait_for_url("**/")
    page.locator(f"footer button[value={language}]").click()
    page.wait_for_load_state("load")


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


def add_from_search(page: Page, device: Device, number: str, quantity: int) -> None:
    """Find an item by its number and put it into the draft."""
    words = device.words
    page.get_by_label(words["find_item"]).fill(number)
    page.get_by_role("button", name=words["find"], exact=True).click()
    hit = page.locator(f"[id='item-{number}']")
    hit.get_by_label(words["quantity"].format(number), exact=True).fill(str(quantity))
    nothing_scrolls_sideways(page, device)
    hit.get_by_role("button", name=words["add"], exact=True).click()
    page.get_by_text(words["added"].format(quantity, number)).wait_for()


def test_alice_orders_by_thumb(portal: World, page: Page, device: Device) -> None:
    first, *others = affordable_items(portal, 20)
    words, pasted = device.words, [f"{number} 1" for number in others]
    sign_in(page, "alice", device.language)
    nothing_scrolls_sideways(page, device)

    add_from_search(page, device, first, 2)
    page.locator("a.bar").click()
    page.get_by_label(words["add_lines"]).fill("\n".join([*pasted, JUST_BELOW_A_BREAK]))
    page.get_by_role("button", name=words["save"], exact=True).last.click()
    page.locator("#counts").get_by_text(words["lines"].format(21)).wait_for()
    nothing_scrolls_sideways(page, device)

    page.get_by_role("button", name=words["take"]).click()
    page.locator("input.quantity[value='25']").wait_for()
    page.get_by_label(words["po"], exact=True).fill(f"PO {device.language} {device.script} {device.size['width']}")
    page.get_by_role("button", name=words["send"]).click()
    page.get_by_text(words["sent"]).wait_for()

    number = page.locator("h1").inner_text().split()[0]
    lanes = page.locator(".lanes")
    wait_until(lambda: page.reload() and words["confirmed"] in lanes.inner_text(), pause=0.3)
    nothing_scrolls_sideways(page, device)
    stored = portal.api("alice").get(f"/orders/{number}")
    assert (stored["state"]["process"], len(stored["lines"])) == ("confirmed", 21)
    assert float(stored["lines"][-1]["quantity"]) == 25
    assert stored["erp"]["number"] in lanes.inner_text()


def test_the_first_page_needs_less_than_100_kilobytes_of_style_and_script(portal: World, chromium: Browser) -> None:
    context = chromium.new_context(viewport=PHONE, base_url=portal.url)
    page = context.new_page()
    sizes: dict[str, int] = {}
    page.on(
        "response", lambda answer: sizes.update({answer.url: len(answer.body())}) if "/static/" in answer.url else None
    )

    sign_in(page, "alice", "en")
    page.wait_for_load_state("networkidle")

    assert {url.rsplit(".", 1)[-1] for url in sizes} >= {"css", "js"}
    assert sum(sizes.values()) < 100_000
    context.close()
