"""Which language a reader gets, and that a choice stays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.embedded.databases import Addresses
from app.embedded.services import Running
from app.security.identity import hash_of
from tests.views.admin.world import World, csrf_of, sign_in, web_app

ENGLISH, GERMAN = "To the content", "Zum Inhalt"


@pytest.fixture(scope="module")
def world(database: Addresses) -> World:
    world = World(database)
    world.person("ada", "administrator")
    return world


@pytest.fixture(scope="module")
def app(database: Addresses, services: Running, world: World) -> Iterator[Flask]:
    with web_app(database, services) as app:
        yield app


@pytest.fixture
def client(app: Flask, world: World) -> FlaskClient:
    world.run("update person set language = 'en'")
    return app.test_client()


def choose(client: FlaskClient, code: str, page: str = "/sign-in") -> None:
    token = csrf_of(client.get(page))
    answer = client.post("/language", data={"language": code, "next": page, "csrf_token": token})
    assert (answer.status_code, answer.location) == (303, page)


@pytest.mark.parametrize(
    ("asks", "words", "lang"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", GERMAN, "de"),
        ("fr,en;q=0.5", ENGLISH, "en"),
        ("fr", ENGLISH, "en"),
        ("*;q=x,,;", ENGLISH, "en"),
    ],
)
def test_a_stranger_reads_what_the_browser_asks_for(client: FlaskClient, asks: str, words: str, lang: str) -> None:
    answer = client.get("/sign-in", headers={"Accept-Language": asks})
    assert words in answer.text
    assert f'<html lang="{lang}">' in answer.text
    assert answer.headers["Content-Language"] == lang


def test_a_strangers_choice_counts_more_than_the_browser_and_stays(client: FlaskClient) -> None:
    choose(client, "de")
    answer = client.get("/sign-in", headers={"Accept-Language": "en"})
    assert GERMAN in answer.text
    assert "Passwort" in answer.text


def test_the_choice_of_somebody_signed_in_is_kept_with_the_person(
    client: FlaskClient, world: World, app: Flask
) -> None:
    sign_in(client, "ada")
    choose(client, "de", "/admin/customers/list/?number=1")
    elsewhere = app.test_client()
    sign_in(elsewhere, "ada")
    page = elsewhere.get("/admin/customers/list/", headers={"Accept-Language": "en"}).text
    assert world.run("select language from person where login = 'ada'") == "de"
    assert "<h1>Kunden</h1>" in page
    assert "Hier ist noch nichts." in page
    assert GERMAN in elsewhere.get("/no-such-page", headers={"Accept-Language": "en"}).text


@pytest.mark.parametrize("code", ["xx", "", "de\n", "EN", "../de"])
def test_a_language_we_do_not_have_changes_nothing(client: FlaskClient, code: str) -> None:
    choose(client, code)
    assert ENGLISH in client.get("/sign-in").text


def test_a_choice_needs_the_token_of_its_form_and_leads_nowhere_else(client: FlaskClient) -> None:
    assert client.post("/language", data={"language": "de"}).status_code == 400
    token = csrf_of(client.get("/sign-in"))
    data = {"language": "de", "next": "https://evil.example/", "csrf_token": token}
    assert client.post("/language", data=data).location == "/sign-in"


def test_refusals_and_unknown_addresses_speak_the_language_too(client: FlaskClient) -> None:
    choose(client, "de")
    assert "Unter dieser Adresse gibt es für Sie nichts." in client.get("/no-such-page").text
    sign_in(client, "ada")
    choose(client, "de", "/admin/")
    assert "Nicht gefunden" in client.get("/admin/customers/show/999").text


def test_the_api_speaks_the_language_of_whoever_holds_the_token(client: FlaskClient, world: World) -> None:
    world.run("update person set language = 'de'")
    membership = world.run("select id from membership")
    world.run(
        "insert into api_token (membership_id, token_hash, expires_at) values (%s, %s, now() + interval '1 day')"
        " on conflict do nothing returning id",
        membership,
        hash_of("pt_ada"),
    )
    headers = {"Authorization": "Bearer pt_ada", "Accept-Language": "en"}
    answer = client.get("/api/v1/catalog/items", headers=headers)
    assert answer.status_code == 403
    assert answer.headers["Content-Language"] == "de"
    assert "dürfen nur" in answer.get_json()["detail"]
