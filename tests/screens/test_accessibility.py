"""axe looks at every own page, in both themes, and finds nothing; nothing scrolls sideways on a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.screens.browser import PHONE, browser, context, sign_in
from tests.screens.stage import Screen, build
from tests.world import World

# Landmarks, names, contrast, headings, languages: WCAG 2.2 A and AA and axe's good practice.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The dark theme differs in its colours alone.
LOOKED_FOR = {"light": {"type": "tag", "values": TAGS}, "dark": {"type": "rule", "values": ["color-contrast"]}}
WHO = ("", "alice", "bob", "vera", "carol", "max", "ada")
TALL = 6000
WIDEST = """limit => [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > limit)
  .map(e => e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 40)).slice(-1)"""


@pytest.fixture(scope="module")
def screens(portal: World) -> list[Screen]:
    return build(portal)


@pytest.mark.parametrize("scheme", list(LOOKED_FOR))
@pytest.mark.parametrize("who", WHO)
def test_every_page_is_clean_and_fits_a_phone(portal: World, screens: list[Screen], who: str, scheme: str) -> None:
    assert {screen.who for screen in screens} == set(WHO)
    problems: list[str] = []
    with browser() as running:
        page = context(running, PHONE, scheme).new_page()
        if who:
            sign_in(page, portal.url, who)
        for screen in screens:
            if screen.who == who:
                problems += _problems(page, portal.url, screen, scheme)

    assert problems == [], "\n".join(problems)


def _problems(page: Page, url: str, screen: Screen, scheme: str) -> list[str]:
    page.set_viewport_size({"width": PHONE[0], "height": TALL})  # so that no bar covers what axe measures
    page.goto(f"{url}{screen.path}")
    found = Axe().run(page, options={"runOnly": LOOKED_FOR[scheme]}).response["violations"]
    problems = [f"{screen.name}: {each['id']}: {each['nodes'][0]['html'][:160]}" for each in found]
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > PHONE[0]:
        widest = page.evaluate(WIDEST, PHONE[0])
        problems.append(f"{screen.name}: scrolls sideways, {wide} px wide: {widest}")
    return problems
