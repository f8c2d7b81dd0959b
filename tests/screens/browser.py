"""Debian's Chromium, headless, as the cast uses it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE, DESK = (390, 844), (1280, 900)


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser for the length of the block; without Chromium the test is skipped, in CI it stops."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            raise RuntimeError("Chromium is missing. Install the package chromium.")
        pytest.skip("Chromium is missing. Install the package chromium to run browser tests.")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield running
        finally:
            running.close()


def context(running: Browser, size: tuple[int, int], scheme: str = "light", language: str = "en") -> BrowserContext:
    """A fresh profile: window size, light or dark, and the language the browser asks for."""
    return running.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        locale={"en": "en-US", "de": "de-DE"}[language],
    )


def sign_in(page: Page, url: str, who: str) -> None:
    """Sign in as one of the cast."""
    page.goto(f"{url}/sign-in")
    page.fill("input[name=login]", who)
    page.fill("input[name=password]", "portico-demo")
    page.click("main button[type=submit]")
    page.wait_for_load_state()
