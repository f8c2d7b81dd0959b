"""Alive, ready and measured: what load balancers and Prometheus ask, and what every answer carries."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.embedded.databases import Addresses
from app.embedded.services import Running
from app.extensions import doorbell, start_database
from app.monitoring import health
from app.views.requests import behind_proxies
from tests.views.admin.world import World, web_app

SCRAPER = {"Authorization": "Bearer scrape-me"}


@pytest.fixture(scope="module")
def app(database: Addresses, services: Running) -> Iterator[Flask]:
    with web_app(database, services, TRUSTED_PROXIES="10.0.0.5,10.0.1.0/24") as app:
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def world(database: Addresses) -> World:
    world = World(database)
    customer = world.customer("10000")
    alice = world.person("alice", "buyer", customer=customer)
    order = world.order("P-1", customer, alice, process="received", validation="approved")
    world.order("P-2", customer, alice)
    world.dead_message(order, customer)
    world.run(
        "insert into sync_state (source, entity, fresh_at, rows) values ('main', 'items', now() - interval '90 seconds', 7)"
    )
    for connection, breaker in (("main", "closed"), ("second", "half_open"), ("third", "open")):
        world.run("insert into erp_line (connection, breaker) values (%s, %s)", connection, breaker)
    return world


@pytest.fixture
def answering(world: World) -> Iterator[None]:
    """No line is closed."""
    world.run("update erp_line set breaker = 'half_open' where connection = 'third'")
    yield
    world.run("update erp_line set breaker = 'open' where connection = 'third'")


def test_it_is_alive_and_ready(client: FlaskClient, world: World, answering: None) -> None:
    assert client.get("/health/live").json == {"status": "live"}
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json == {"status": "ready", "database": "ok", "migrations": "ok", "redis": "ok", "erp": "ok"}


def test_a_silent_redis_or_erp_is_said_and_does_not_stop_us(
    client: FlaskClient, world: World, services: Running
) -> None:
    world.run("update sync_state set problem = 'The ERP does not answer.'")
    doorbell.start("redis://127.0.0.1:1")
    try:
        answer = client.get("/health/ready")
    finally:
        doorbell.start(services.redis_url)
        world.run("update sync_state set problem = ''")
    assert answer.status_code == 200
    assert answer.json is not None
    assert (answer.json["redis"], answer.json["erp"]) == ("silent", "silent")


def test_an_erp_that_is_left_alone_is_silent(client: FlaskClient, world: World) -> None:
    assert client.get("/health/ready").json["erp"] == "silent"  # type: ignore[index]


def test_an_older_database_is_not_ready(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "head", lambda: "9999")
    health._newest.cache_clear()
    answer = client.get("/health/ready")
    health._newest.cache_clear()
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["migrations"] == "behind"


def test_without_a_database_people_and_machines_get_an_answer(
    database: Addresses, services: Running, app: Flask
) -> None:
    with web_app(database, services, DATABASE_URL="postgresql://x:y@127.0.0.1:1/portico") as silent:
        client = silent.test_client()
        with client.session_transaction() as cookie:
            cookie["key"] = "anything"
        ready, page = client.get("/health/ready"), client.get("/admin/")
        metrics = client.get("/metrics", headers=SCRAPER)
    assert (ready.status_code, ready.json["database"]) == (503, "silent")  # type: ignore[index]
    assert metrics.status_code == 200
    assert "portico_database_answers 0.0" in metrics.text
    assert "portico_http_request_seconds_count" in metrics.text
    assert "portico_outbox_messages" not in metrics.text
    assert page.status_code == 503
    assert "We cannot answer right now" in page.text
    assert "127.0.0.1" not in page.text
    _bind_again(database)


def test_the_metrics_name_what_the_contract_names(client: FlaskClient, world: World) -> None:
    client.get("/sign-in")
    text = client.get("/metrics", headers=SCRAPER).text
    assert 'portico_outbox_messages{state="dead"} 1.0' in text
    assert 'portico_outbox_messages{state="waiting"} 0.0' in text
    assert "portico_outbox_oldest_seconds 0.0" in text
    assert 'portico_orders{process="received",validation="approved"} 1.0' in text
    assert 'portico_orders{process="draft",validation="not_checked"} 1.0' in text
    assert 'portico_reference_age_seconds{connection="main",entity="items"} 9' in text
    assert 'portico_queue_lag_seconds{queue="portico"}' in text
    assert 'portico_breaker_state{connection="main"} 0.0' in text
    assert 'portico_breaker_state{connection="second"} 1.0' in text
    assert 'portico_breaker_state{connection="third"} 2.0' in text
    assert "portico_database_answers 1.0" in text
    assert 'portico_http_request_seconds_count{method="GET",route="/sign-in",status="200"}' in text


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ({}, "127.0.0.1"),
        ({"Authorization": "Bearer guess"}, "127.0.0.1"),
        (SCRAPER, "10.9.9.9"),
        ({**SCRAPER, "X-Forwarded-For": "203.0.113.9"}, "10.0.0.5"),
    ],
)
def test_the_metrics_are_for_this_machine_and_its_token(client: FlaskClient, headers: dict, address: str) -> None:
    answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == 403
    assert "portico_outbox" not in answer.text


def test_every_answer_carries_its_guards(client: FlaskClient) -> None:
    headers = client.get("/sign-in").headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert len(headers["X-Correlation-ID"]) == 20


@pytest.mark.parametrize(
    ("peer", "given", "believed"),
    [
        ("10.0.0.5", "abc-1", True),
        ("10.0.9.9", "abc-1", False),
        ("10.0.0.5", "a b\tc", False),
        ("10.0.0.5", "x" * 65, False),
    ],
)
def test_a_reference_is_believed_from_our_proxies_alone(
    client: FlaskClient, peer: str, given: str, believed: bool
) -> None:
    answer = client.get("/health/live", headers={"X-Request-ID": given}, environ_base={"REMOTE_ADDR": peer})
    assert (answer.headers["X-Correlation-ID"] == given) is believed


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("10.0.0.5", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.5", "6.6.6.6, 203.0.113.9, 10.0.1.7", "203.0.113.9"),
        ("203.0.113.5", "6.6.6.6", "203.0.113.5"),
    ],
)
def test_the_address_is_the_one_our_proxies_saw(peer: str, forwarded: str, address: str) -> None:
    seen: list[str | None] = []

    def note(environ: dict, start_response: object) -> list[bytes]:
        seen.append(environ["REMOTE_ADDR"])
        return []

    environ = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}
    list(behind_proxies(note, ("10.0.0.5", "10.0.1.0/24"))(environ, None))
    assert seen == [address]


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1//orders", "/api/v1/orders/%00", "/api/v1/%ff", "/api"])
def test_machines_get_a_problem_document(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    body = json.loads(answer.text)
    assert answer.status_code == body["status"] == 404
    assert answer.mimetype == "application/problem+json"
    assert body["type"].endswith(body["code"])
    assert {"title", "detail", "fix"} <= set(body)
    assert body["correlation_id"] == answer.headers["X-Correlation-ID"]


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nothing", 404), ("PUT", "/sign-in", 405), ("GET", "/%00", 404)]
)
def test_people_get_a_page(client: FlaskClient, method: str, path: str, status: int) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert "Reference" in answer.text
    assert answer.headers["X-Correlation-ID"] in answer.text


def _bind_again(database: Addresses) -> None:
    """Another application of this process took the session with it."""
    start_database(database.web)
