"""Vera works her queue: with the keyboard alone at 1280 px, and by thumb in German at 390 px, also without script."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from app.embedded.databases import dsn
from tests.screens.browser import DESK, PHONE, browser, sign_in
from tests.world import World


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture(scope="module")
def looked_at(portal: World) -> World:
    """Every order of Charlie's company is looked at by a person."""
    change(portal, "update customer_account set always_look = true from membership m join person p on p.id = m.person_id"
                   " where p.login = 'charlie' and m.customer_id = customer_account.customer_id")  # fmt: skip
    return portal


def change(world: World, sql: str) -> None:
    with psycopg.connect(dsn(world.addresses.owner), autocommit=True) as owner:
        owner.execute(sql)


def orders(world: World, *quantities: int) -> list[str]:
    """Charlie sends an order for each."""
    sent = []
    for quantity in quantities:
        line = {"item": "CL-9009", "quantity": str(quantity)}
        answer = world.api("charlie").order(str(uuid.uuid4()), [line], reference=f"PO-{quantity}")
        assert answer.status_code == 201, answer.text
        sent.append(answer.json()["number"])
    return sent


def state(world: World, number: str) -> str:
    found: str = world.api("charlie").get(f"/orders/{number}")["state"]["validation"]
    return found


def page_of(running: Browser, world: World, size: tuple[int, int], *, script: bool = True) -> tuple[Page, list[str]]:
    """Vera's page, and what its browser complains about."""
    context = running.new_context(
        viewport={"width": size[0], "height": size[1]},
        has_touch=size == PHONE,
        base_url=world.url,
        java_script_enabled=script,
    )
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda problem: complaints.append(str(problem)))
    sign_in(page, world.url, "vera")
    page.goto("/desk")
    return page, complaints


def opened(page: Page, number: str) -> None:
    """The order is on the screen, and its keys act."""
    expect(page.locator("h1")).to_contain_text(number)
    page.wait_for_load_state("load")


def test_vera_works_three_orders_with_the_keyboard_alone(looked_at: World, chromium: Browser) -> None:
    first, second, third = orders(looked_at, 3, 4, 5)
    page, complaints = page_of(chromium, looked_at, DESK)
    press = page.keyboard.press
    page.wait_for_load_state("load")

    press("j")
    press("Enter")
    opened(page, first)
    press("c")
    expect(page.locator(".head .mark")).to_contain_text("yours until")
    page.wait_for_load_state("load")
    press("n")
    press("f")
    expect(page.locator(".point .facts").first).to_be_visible()
    press("i")
    page.keyboard.type("all as usual")
    press("Escape")
    press("a")

    opened(page, second)
    expect(page.get_by_role("status")).to_contain_text(f"{first} is approved")
    press("r")
    press("ArrowDown")
    expect(page.locator("[data-reason]:visible")).to_contain_text("We cannot supply CL-9009")
    press("Tab")
    page.keyboard.type("Sorry.")
    expect(page.locator("[data-reason]:visible")).to_contain_text("Sorry.")
    press("Tab")
    press("Enter")

    opened(page, third)
    press("k")
    page.keyboard.type("Is five enough?")
    press("Tab")
    press("Enter")

    expect(page.locator(".empty")).to_contain_text("The queue is empty.")
    assert [state(looked_at, number) for number in (first, second, third)] == ["approved", "rejected", "pending"]
    assert looked_at.api("charlie").get(f"/orders/{third}")["messages"][0]["text"] == "Is five enough?"
    assert complaints == []


@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without-script"])
def test_vera_decides_in_german_by_thumb(looked_at: World, chromium: Browser, script: bool) -> None:
    accepted, refused = orders(looked_at, 6, 7)
    change(looked_at, "update person set language = 'de' where login = 'vera'")
    try:
        page, complaints = page_of(chromium, looked_at, PHONE, script=script)
        page.locator(".queue-row:visible", has_text=accepted).tap()
        opened(page, accepted)
        fits(page)
        page.get_by_role("button", name=re.compile("Freigeben")).tap()
        expect(page.get_by_role("status")).to_contain_text(f"{accepted} ist freigegeben")

        opened(page, refused)
        page.locator("summary", has_text="Ablehnen").tap()
        page.get_by_label("Grund").select_option("item_not_available")
        expect(page.locator("[data-reason=item_not_available]")).to_contain_text("We cannot supply CL-9009")
        fits(page)
        page.get_by_role("button", name=f"{refused} ablehnen").tap()
        expect(page.get_by_role("status")).to_contain_text(f"{refused} geht an den Einkäufer zurück")
    finally:
        change(looked_at, "update person set language = 'en' where login = 'vera'")
    assert [state(looked_at, number) for number in (accepted, refused)] == ["approved", "rejected"]
    assert complaints == []


def fits(page: Page) -> None:
    """Nothing scrolls sideways."""
    page.wait_for_load_state("load")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
