"""The seller's profile and terms of sale on their forms: saved as versions, nothing typed is lost, seen by everybody."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from app.embedded.databases import Addresses
from app.embedded.services import Running
from app.services import seller
from tests.views.admin.world import World, csrf_of, sign_in, web_app


@pytest.fixture(scope="module")
def world(database: Addresses) -> World:
    world = World(database)
    world.person("ada", "administrator")
    world.person("vera", "validator")
    return world


@pytest.fixture(scope="module")
def app(database: Addresses, services: Running, world: World) -> Iterator[Flask]:
    with web_app(database, services) as app:
        yield app


@pytest.fixture
def ada(app: Flask, world: World) -> FlaskClient:
    world.run("delete from seller_profile")
    world.run("delete from terms")
    seller.forget()
    client = app.test_client()
    sign_in(client, "ada")
    return client


def picture() -> bytes:
    made = BytesIO()
    Image.new("RGB", (60, 20), "#0c5c68").save(made, "PNG")
    return made.getvalue()


def send(client: FlaskClient, page: str = "/admin/seller/", **fields: object) -> TestResponse:
    form = {"csrf_token": csrf_of(client.get(page)), **fields}
    return client.post(page, data=form, content_type="multipart/form-data", follow_redirects=True)


def test_a_new_name_is_on_every_page_at_once(ada: FlaskClient, app: Flask) -> None:
    assert "This is kept as version 1." in send(ada, name="Adventure <b>Works", colour="#14343a").text

    page = app.test_client().get("/sign-in").text
    assert "Adventure &lt;b&gt;Works" in page


def test_a_logo_is_for_everybody_and_only_a_picture(ada: FlaskClient, app: Flask) -> None:
    assert app.test_client().get("/seller/logo").status_code == 404
    send(ada, name="A", colour="#14343a", logo=(BytesIO(picture()), "logo.png"))

    shown = app.test_client().get("/seller/logo")
    assert (shown.data, shown.mimetype) == (picture(), "image/png")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert '<img src="/seller/logo?v=1" alt="">' in app.test_client().get("/sign-in").text


def test_what_cannot_be_kept_is_marked_and_nothing_typed_is_lost(ada: FlaskClient, world: World) -> None:
    answer = send(ada, name="Adventure Works", iban="DE00", phone="+1 425", colour="#14343a")

    assert answer.status_code == 422
    assert "The check digits do not fit this IBAN." in answer.text
    assert 'aria-describedby="iban-problem iban-hint"' in answer.text
    assert all(f'value="{typed}"' in answer.text for typed in ("Adventure Works", "DE00", "+1 425"))
    assert world.run("select count(*) from seller_profile") == 0


def test_a_script_with_the_name_of_a_picture_is_not_kept(ada: FlaskClient, world: World) -> None:
    answer = send(ada, name="A", colour="#14343a", logo=(BytesIO(b"<svg onload=alert(1)>"), "logo.png"))

    assert "This is not a PNG or JPEG picture" in answer.text
    assert world.run("select count(*) from seller_profile") == 0


def test_every_version_can_be_looked_at(ada: FlaskClient, world: World) -> None:
    send(ada, name="First", colour="#14343a")
    send(ada, name="Second", colour="#14343a")

    listed = ada.get("/admin/seller/list/").text
    assert "First" in listed
    assert "Ada" in listed
    assert 'href="/admin/seller/"' in listed
    first = world.run("select id from seller_profile where version = 1")
    assert "<h1>Version 1</h1>" in ada.get(f"/admin/seller/show/{first}").text


def test_terms_are_published_in_each_language(ada: FlaskClient, world: World) -> None:
    answer = send(ada, "/admin/terms/", en="Pay in 30 days.\n\nNo <i>returns</i>.", de="Zahlung in 30 Tagen.")

    assert "Version 1 is published." in answer.text
    shown = ada.get(f"/admin/terms/show/{world.run('select id from terms')}").text
    assert "No &lt;i&gt;returns&lt;/i&gt;." in shown
    assert "Zahlung in 30 Tagen." in shown


def test_terms_without_an_english_text_come_back_as_typed(ada: FlaskClient, world: World) -> None:
    answer = send(ada, "/admin/terms/", en="", de="Nur deutsch.")

    assert answer.status_code == 422
    assert "Nur deutsch." in answer.text
    assert world.run("select count(*) from terms") == 0


def test_pages_are_shown_with_the_last_known_name_while_the_database_is_silent(
    ada: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(ada, name="Adventure Works", colour="#14343a")
    app.test_client().get("/sign-in")

    def silent() -> seller.Seller:
        raise OperationalError("select", {}, Exception("gone"))

    monkeypatch.setattr(seller, "newest", silent)
    monkeypatch.setattr(seller, "KEPT_SECONDS", 0)

    assert "Adventure Works" in app.test_client().get("/nowhere").text
