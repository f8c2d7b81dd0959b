"""A browser without script for tests of pages: signed in as one of the shop's people, it fills in forms and sends them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from app.embedded.databases import Addresses
from app.embedded.services import Running
from app.extensions import session
from app.security.actor import Actor
from app.security.identity import hash_of, new_secret
from app.views.door import SESSION_KEY
from config import Settings
from tests.factories.planting import Planter


@contextmanager
def web_app(database: Addresses, services: Running) -> Iterator[Flask]:
    """The application on this module's database."""
    given = {"PORTICO_ENV": "test", "DATABASE_URL": database.web, "REDIS_URL": services.redis_url}
    app = create_app(Settings.from_environment(given))
    yield app
    session.remove()
    app.extensions["portico_engine"].dispose()


def text_of(page: TestResponse) -> str:
    """What a reader sees, without tags, blanks made one."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.text))).strip()


@dataclass(frozen=True)
class Browser:
    """One person's browser."""

    client: FlaskClient

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def post(self, path: str, page: TestResponse | None = None, **typed: Any) -> TestResponse:
        """Send the form of a page to this path, with what was typed over what stood in it."""
        page = page or self.get("/orders")
        names = {name.replace("__", "-"): value for name, value in typed.items()}
        fields = {**fields_of(page), **names}
        return self.client.post(path, data={name: value for name, value in fields.items() if value is not None})


def fields_of(page: TestResponse) -> dict[str, str]:
    """Names and values of everything that can be filled in, as a browser would send it untouched."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page.text):
        attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if attributes.get("type") != "checkbox" and "name" in attributes:
            found.setdefault(attributes["name"], unescape(attributes.get("value", "")))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page.text, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        found[name] = unescape(chosen[1]) if chosen else ""
    for name, content in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', page.text, re.S):
        found[name] = unescape(content)
    return found


def browser_of(app: Flask, planter: Planter, actor: Actor) -> Browser:
    """A browser in which this person has signed in."""
    key = new_secret()
    now = datetime.now(UTC)
    planter.row(
        "sign_in_session", membership_id=actor.membership_id, key_hash=hash_of(key), created_at=now, seen_at=now
    )
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie[SESSION_KEY] = key
    return Browser(client)
