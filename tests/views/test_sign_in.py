"""Signing in and out: who gets in, where they land, what is kept, and how quickly it ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.embedded.databases import Addresses
from app.embedded.services import Running
from app.security.identity import hash_of
from app.views.door import safe_path
from tests.views.admin.world import World, csrf_of, sign_in, web_app


@pytest.fixture(scope="module")
def world(database: Addresses) -> World:
    world = World(database)
    world.person("ada", "administrator")
    world.person("vera", "validator")
    world.person("alice", "buyer", customer=world.customer("10000"))
    return world


@pytest.fixture(scope="module")
def app(database: Addresses, services: Running, world: World) -> Iterator[Flask]:
    with web_app(database, services) as app:
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize(
    ("login", "home"), [("ada", "/admin/"), ("vera", "/desk"), ("alice", "/"), (" ADA ", "/admin/")]
)
def test_everybody_lands_where_their_work_is(client: FlaskClient, login: str, home: str) -> None:
    assert sign_in(client, login).location == "/sign-in"
    assert client.get("/sign-in").location == home


def test_after_signing_in_people_are_back_where_they_were_going(client: FlaskClient) -> None:
    stopped = client.get("/admin/items/list/?page=2")
    assert stopped.location == "/sign-in?next=/admin/items/list/?page%3D2"

    assert sign_in(client, "ada", to="/admin/items/list/?page%3D2").location == "/admin/items/list/?page=2"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil",
        "javascript:alert(1)",
        "/a\n/b",
        "///x",
        "",
    ],
)
def test_nobody_is_sent_to_another_site(elsewhere: str) -> None:
    assert safe_path(elsewhere) is None


@pytest.mark.parametrize(
    ("login", "password"),
    [("ada", "wrong"), ("nobody-here", "portico-demo"), ("", ""), ("a" * 5000, "x"), ("ada\0", "portico-demo")],
)
def test_a_refusal_does_not_tell_which_part_was_wrong(client: FlaskClient, login: str, password: str) -> None:
    answer = sign_in(client, login, password)
    assert answer.status_code == 401
    assert "This name and password do not belong together" in answer.text
    assert client.get("/admin/").status_code == 302


def test_the_eleventh_wrong_try_has_to_wait(client: FlaskClient, world: World) -> None:
    world.person("mallory", "administrator")
    statuses = [sign_in(client, "mallory", "guess").status_code for _ in range(10)]
    late = sign_in(client, "mallory")
    assert statuses == [401] * 10
    assert late.status_code == 429
    assert 0 < int(late.headers["Retry-After"]) <= 600
    assert sign_in(client, "ada").status_code == 303, "others are not kept waiting"


def test_only_the_hash_of_the_key_is_stored(client: FlaskClient, world: World) -> None:
    sign_in(client, "ada")
    with client.session_transaction() as cookie:
        key = cookie["key"]
    stored = [row[0] for row in world.rows("select key_hash from sign_in_session")]
    assert hash_of(key) in stored
    assert key not in stored


@pytest.mark.parametrize(
    "change",
    [
        "update sign_in_session set seen_at = now() - interval '61 minutes'",
        "update sign_in_session set created_at = now() - interval '24 hours 1 minute'",
        "update sign_in_session set ended_at = now()",
        "update person set active = false where login = 'brief'",
        "update membership set ended_at = now() where person_id = (select id from person where login = 'brief')",
    ],
)
def test_a_session_ends_at_the_next_click(client: FlaskClient, world: World, change: str) -> None:
    world.run("delete from sign_in_session")
    world.run("delete from membership where person_id = (select id from person where login = 'brief')")
    world.run("delete from person where login = 'brief'")
    world.run("delete from ab_user where username = 'u-brief'")
    world.person("brief", "administrator")
    sign_in(client, "brief")
    assert client.get("/admin/").status_code == 200
    world.run(change)
    assert client.get("/admin/").location.startswith("/sign-in")


def test_use_is_noted_once_a_minute(client: FlaskClient, world: World) -> None:
    sign_in(client, "ada")
    world.run("update sign_in_session set seen_at = now() - interval '30 minutes'")
    client.get("/admin/")
    first = world.run("select max(seen_at) from sign_in_session where seen_at > now() - interval '1 minute'")
    client.get("/admin/")
    assert first is not None
    assert world.run("select max(seen_at) from sign_in_session") == first


def test_signing_out_ends_the_session_not_only_the_cookie(client: FlaskClient, world: World) -> None:
    sign_in(client, "ada")
    stolen = client.get_cookie("portico")
    assert stolen is not None
    client.post("/sign-out", data={"csrf_token": csrf_of(client.get("/admin/"))})
    client.set_cookie("portico", stolen.value)
    assert client.get("/admin/").location.startswith("/sign-in")


def test_a_form_from_elsewhere_is_refused_in_words(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"login": "ada", "password": "portico-demo"})
    assert answer.status_code == 400
    assert "This page was open for too long" in answer.text


def test_every_try_is_in_the_audit_record(client: FlaskClient, world: World) -> None:
    before = world.run("select coalesce(max(id), 0) from audit_event")
    sign_in(client, "alice", "my-secret-typo")
    sign_in(client, "my-secret-as-login", "x")
    sign_in(client, "alice")
    client.post("/sign-out", data={"csrf_token": csrf_of(client.get("/admin/"))})
    rows = world.rows(
        "select tag, customer_id is null, actor_id is null from audit_event where id > %s order by id", before
    )
    assert rows == [
        ("person:sign_in_refused", False, False),
        ("person:sign_in_refused", True, True),
        ("person:signed_in", False, False),
        ("person:signed_out", False, False),
    ]
    kept = str(world.rows("select * from audit_event where id > %s", before)) + str(
        world.rows("select * from audit_personal")
    )
    assert "my-secret" not in kept


def test_the_cookie_is_guarded(client: FlaskClient) -> None:
    cookie = sign_in(client, "ada").headers["Set-Cookie"]
    assert cookie.startswith("portico=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_on_https_the_cookie_belongs_to_this_host_alone(database: Addresses, services: Running) -> None:
    with web_app(database, services, PUBLIC_URL="https://orders.example.com") as app:
        answer = app.test_client().get("/sign-in", base_url="https://orders.example.com")
    assert answer.headers["Set-Cookie"].startswith("__Host-portico=")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "Strict-Transport-Security" in answer.headers
