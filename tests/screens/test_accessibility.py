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
TALL = 6000
WIDEST = """limit => [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > limit)
  .map(e => e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 40)).slice(-1)"""


@pytest.fixture(scope="module")
def screens(portal: World) -> list[Screen]:
    return build(portal)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_clean_and_fits_a_phone(portal: World, screens: list[Screen], scheme: str) -> None:
    problems: list[str] = []
    with browser() as running:
        for who in dict.fromkeys(screen.who for screen in screens):
            page = context(running, PHONE, scheme).new_page()
            if who:
                sign_in(page, portal.url, who)
            for screen in screens:
                if screen.who == who:
                    problems += _problems(page, portal.url, screen)
            page.context.close()

    assert problems == [], "\n".join(problems)


def _problems(page: Page, url: str, screen: Screen) -> list[str]:
    page.set_viewport_size({"width": PHONE[0], "height": TALL})  # so that no bar covers what axe measures
    page.goto(f"{url}{screen.path}")
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}}).response["violations"]
    problems = [f"{screen.name}: {each['id']}: {each['nodes'][0]['html'][:160]}" for each in found]
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > PHONE[0]:
        widest = page.evaluate(WIDEST, PHONE[0])
        problems.append(f"{screen.name}: scrolls sideways, {wide} px wide: {widest}")
    return problems
