"""Mails in the administrators' screens: readable without a mail server, as text, by administrators alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.embedded.databases import Addresses
from app.embedded.services import Running
from app.services.notifications.intents import Kind
from app.views.admin.mails import KINDS
from tests.views.admin.world import World, fill, sign_in, web_app


@pytest.fixture(scope="module")
def world(database: Addresses) -> World:
    world = World(database)
    riders = world.customer("10000")
    alice = world.person("alice", "buyer", customer=riders)
    world.person("ada", "administrator")
    fill(world, riders, world.order("P-10391", riders, alice))
    return world


@pytest.fixture(scope="module")
def app(database: Addresses, services: Running, world: World) -> Iterator[Flask]:
    with web_app(database, services) as app:
        yield app


@pytest.fixture(scope="module")
def ada(app: Flask) -> FlaskClient:
    client = app.test_client()
    sign_in(client, "ada")
    return client


def test_a_kept_mail_is_read_as_text(ada: FlaskClient, world: World) -> None:
    page = ada.get(f"/admin/mails/show/{world.run('select id from mail')}").text

    assert "We have your order. &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "No mail server is set, so it is kept here to be read." in page
    assert "alice@example.com" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("?state=kept", True),
        ("?state=dead", False),
        ("?kind=receipt", True),
        ("?to=ali", True),
        ("?customer=99", False),
    ],
)
def test_mails_are_found(ada: FlaskClient, query: str, there: bool) -> None:
    assert ("We have your order P-10391" in ada.get(f"/admin/mails/list/{query}").text) is there


def test_an_intent_that_is_not_written_yet_shows_no_inner_facts(ada: FlaskClient, world: World) -> None:
    customer = world.run("select id from customer")
    pk = world.add("mail", customer_id=customer, kind="question", dedup="q", language="en", subject="",
                   body_text='{"text": "facts"}', body_html="")  # fmt: skip

    page = ada.get(f"/admin/mails/show/{pk}").text

    assert "not written yet" in page
    assert "facts" not in page


def test_every_kind_has_a_word() -> None:
    assert set(KINDS) == {kind.value for kind in Kind}
