"""The wrong thing through the screens: each time a sentence that says what to do, nothing lost, nothing ordered twice."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page

from app.embedded.databases import dsn
from app.extensions import doorbell
from tests.screens.browser import PHONE, browser, context, sign_in
from tests.world import World, wait_until

LINE = {"item": "BC-M005", "quantity": "5", "unit": "PCS"}
SOMEBODY_ELSES = "SHIP"  # companies with two addresses call the second one so; alice's has one only
LONG = ("BC-M005 5", "TI-M823 20", "LJ-0192-L 2", "HL-U509 3")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture
def alice(chromium: Browser, portal: World) -> Iterator[Page]:
    """Her phone."""
    page = context(chromium, PHONE).new_page()
    sign_in(page, portal.url, "alice")
    yield page
    page.context.close()


@pytest.fixture
def without_script(chromium: Browser, portal: World) -> Iterator[Page]:
    """Another phone of hers, whose browser keeps nobody from pressing twice."""
    made = chromium.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, java_script_enabled=False)
    page = made.new_page()
    sign_in(page, portal.url, "alice")
    yield page
    made.close()


def started(portal: World, page: Page, *lines: dict[str, Any]) -> str:
    """A draft of hers, open on the phone."""
    answer = portal.api("alice").order(str(uuid.uuid4()), list(lines or (LINE,)), submit=False)
    number: str = answer.json()["number"]
    page.goto(f"{portal.url}/drafts/{number}")
    return number


def stored(portal: World, number: str, who: str = "alice") -> dict[str, Any]:
    found: dict[str, Any] = portal.api(who).get(f"/orders/{number}")
    return found


def process(portal: World, number: str, who: str = "alice") -> str:
    word: str = stored(portal, number, who)["state"]["process"]
    return word


def entered(portal: World, number: str, who: str = "alice") -> int:
    """How often the ERP has entered it, once it has."""
    wait_until(lambda: process(portal, number, who) == "confirmed")
    key = stored(portal, number, who)["erp"]["number"]
    return sum(1 for row in portal.sandbox.ledger() if "channel" in row and row["orderNumber"] == key)


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).last.click()
    page.wait_for_load_state("load")


def reads(page: Page) -> str:
    return page.locator("main").inner_text()


def test_a_day_that_is_over_is_explained_and_goes_when_taken_back(portal: World, alice: Page) -> None:
    number = started(portal, alice)

    alice.locator("#wished").fill("2020-01-31")
    press(alice, "Send order")

    assert "The wished delivery day Fri 31 Jan 2020 is over" in reads(alice)
    assert alice.locator("#wished").input_value() == "2020-01-31"
    assert process(portal, number) == "draft"
    alice.locator("#wished").fill("")
    alice.locator("#blocked .message").wait_for(state="detached")
    press(alice, "Send order")
    assert entered(portal, number) == 1


def test_an_address_of_another_company_in_the_form_goes_nowhere(portal: World, alice: Page) -> None:
    number = started(portal, alice)
    options = alice.locator("#ship_to option")
    assert SOMEBODY_ELSES not in [each.get_attribute("value") for each in options.all()]

    options.first.evaluate("(option, code) => option.value = code", SOMEBODY_ELSES)
    press(alice, "Send order")

    assert f"{SOMEBODY_ELSES} is not a delivery address of your company" in reads(alice)
    assert process(portal, number) == "draft"
    alice.locator("#ship_to").select_option("MAIN")
    alice.locator("#blocked .message").wait_for(state="detached")
    press(alice, "Send order")
    assert entered(portal, number) == 1


def test_the_same_item_twice_is_noted_and_both_are_ordered(portal: World, alice: Page) -> None:
    number = started(portal, alice)

    alice.locator("#pasted").fill("BC-M005 5")
    press(alice, "Save")

    assert "is already on line 1. Both are delivered" in reads(alice)
    press(alice, "Send order")
    assert entered(portal, number) == 1
    assert len(stored(portal, number)["lines"]) == 2


def test_an_order_without_lines_is_not_sent(portal: World, alice: Page) -> None:
    number = started(portal, alice)

    alice.get_by_label("Take out").check()
    press(alice, "Send order")

    assert "This order has no lines yet" in reads(alice)
    assert process(portal, number) == "draft"
    alice.goto(f"{portal.url}/drafts/new")
    press(alice, "Start the draft")
    assert "There is no line we could read" in reads(alice)


def test_a_thousand_pasted_lines_stay_usable_and_go(portal: World, chromium: Browser) -> None:
    dora = context(chromium, PHONE).new_page()
    sign_in(dora, portal.url, "dora")
    dora.goto(f"{portal.url}/drafts/new")

    dora.locator("#pasted").fill("\n".join(LONG * 250))
    press(dora, "Start the draft")

    assert "1,000 lines" in dora.locator("#counts").inner_text()
    assert dora.locator("article.line").count() == 50
    number = dora.url.rsplit("/", 1)[-1]
    before = dora.locator("#sums").inner_text()
    dora.locator("input.quantity").last.fill("7")
    wait_until(lambda: dora.locator("#sums").inner_text() != before)
    press(dora, "Send order")
    assert "is sent" in reads(dora)
    assert entered(portal, number, "dora") == 1
    assert len(stored(portal, number, "dora")["lines"]) == 1000
    dora.context.close()


def test_pressing_send_twice_is_one_order(portal: World, alice: Page, without_script: Page) -> None:
    for page in (alice, without_script):
        number = started(portal, page)

        page.get_by_role("button", name="Send order").dblclick()
        page.wait_for_url(f"**/orders/{number}")

        assert number in page.locator("h1").inner_text()
        assert entered(portal, number) == 1


def test_going_back_and_sending_again_is_one_order(portal: World, alice: Page) -> None:
    number = started(portal, alice)
    kept = alice.locator("#draft").evaluate("form => Object.fromEntries(new FormData(form))")
    press(alice, "Send order")
    alice.wait_for_url(f"**/orders/{number}")

    alice.go_back()
    alice.wait_for_url(f"**/orders/{number}")  # there is nothing left to press
    again = alice.request.post(f"{portal.url}/drafts/{number}/send", form=kept)  # a browser that kept the page

    assert f"{number} has been sent already" in again.text()
    assert again.url.endswith(f"/orders/{number}")
    assert entered(portal, number) == 1


def test_the_second_of_two_tabs_is_told_and_keeps_what_was_typed(portal: World, alice: Page) -> None:
    number = started(portal, alice)
    other = alice.context.new_page()
    other.goto(alice.url)

    alice.locator("input.quantity").fill("7")
    press(alice, "Save")
    other.locator("#reference").fill("FROM THE OTHER TAB")
    press(other, "Send order")

    assert f"{number} was changed while you had it open" in reads(other)
    assert other.locator("#reference").input_value() == "FROM THE OTHER TAB"
    assert process(portal, number) == "draft"
    press(other, "Send order")
    press(alice, "Send order")
    assert f"{number} has been sent already" in reads(alice)
    assert entered(portal, number) == 1
    assert stored(portal, number)["reference"] == "FROM THE OTHER TAB"


def silent_for_five_minutes(portal: World) -> bool:
    """The reading has noticed, and the ERP was heard of some minutes ago."""
    with psycopg.connect(dsn(portal.addresses.owner)) as owner:
        noticed = owner.execute("select bool_or(problem like 'Reading % stopped:%') from sync_state").fetchone()
        owner.execute("update sync_state set fresh_at = now() - interval '5 minutes'")
        owner.execute("update erp_line set answered_at = now() - interval '5 minutes'")
    return bool(noticed and noticed[0])


def test_with_the_erp_down_the_page_says_order_as_usual_and_takes_the_order(portal: World, alice: Page) -> None:
    number = started(portal, alice)
    portal.sandbox.stop()
    try:
        doorbell.ring("sync.reference")
        wait_until(lambda: silent_for_five_minutes(portal), seconds=90)

        alice.reload()
        assert "Order as usual. Our order system has been silent since" in reads(alice)
        assert "Orders are kept safely and entered in their turn" in reads(alice)
        press(alice, "Send order")

        assert f"{number} is sent. We have your order" in reads(alice)
        assert process(portal, number) != "draft"
    finally:
        portal.sandbox.start()
    assert entered(portal, number) == 1
