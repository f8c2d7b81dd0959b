"""The address an ERP speaks to: what it answers is what decides whether the ERP comes again or goes for good."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from limits import RateLimitItemPerMinute
from werkzeug.test import TestResponse

from app import create_app
from app.embedded.databases import Addresses
from app.embedded.services import Running
from app.extensions import doorbell, session, start_database
from app.security.throttle import Throttle
from app.services.inbox.signed import signature
from app.views.api import events
from config import Settings
from tests.factories.planting import Planter
from tests.services.inbox.conftest import COMPANY, message, notice, planter, rung, stored

__all__ = ["planter", "rung", "stored"]

WAY = "/api/v1/erp/main/events"
KEY = "whsec_" + base64.b64encode(b"k" * 32).decode()


@pytest.fixture(scope="module")
def app(database: Addresses, services: Running) -> Iterator[Flask]:
    given = {"PORTICO_ENV": "test", "DATABASE_URL": database.web, "REDIS_URL": services.redis_url}
    app = create_app(Settings.from_environment({**given, "ERP_EVENT_SECRETS": KEY}))
    yield app
    session.remove()
    app.extensions["portico_engine"].dispose()


@pytest.fixture
def erp(app: Flask, planter: Planter, stored: Any, rung: list[str]) -> FlaskClient:
    """Whoever sends; the inbox is empty and its bell is only noted down."""
    doorbell.redis.flushall()
    return app.test_client()


def send(erp: FlaskClient, body: bytes, **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return erp.post(WAY, data=body, content_type="application/json", headers=named)


def signed(erp: FlaskClient, body: bytes, *, at: float | None = None, name: str = "msg_1") -> TestResponse:
    moment = str(int(at or time.time()))
    headers = {"webhook_id": name, "webhook_timestamp": moment}
    return send(erp, body, **headers, webhook_signature=signature(KEY, name, moment, body))


# --- the handshake ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["6f2ba8c0-7f3a-4a55", "AbC_~.-+/=", "x" * 500])
def test_the_token_of_the_handshake_is_repeated_as_plain_text(erp: FlaskClient, token: str) -> None:
    answer = erp.post(WAY, query_string={"validationToken": token})
    assert (answer.status_code, answer.text) == (200, token)
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "token",
    ["<script>alert(1)</script>", "a b", "a\r\nSet-Cookie: x", "", "x" * 501, "\u00e4", "&amp;", "%3Cb%3E"],
)
def test_a_token_with_other_signs_is_not_repeated(erp: FlaskClient, token: str) -> None:
    answer = erp.post(WAY, query_string={"validationToken": token})
    assert answer.status_code == 400
    assert token == "" or token not in answer.text
    assert "Set-Cookie" not in answer.headers


def test_two_tokens_are_not_chosen_from(erp: FlaskClient) -> None:
    assert erp.post(f"{WAY}?validationToken=a&validationToken=b").status_code == 400


# --- notices ----------------------------------------------------------------------------------------------------------


def test_a_genuine_notice_is_taken_and_its_reader_called(erp: FlaskClient, stored: Any, rung: list[str]) -> None:
    answer = send(erp, message(notice("prices"), notice("orders")))
    assert (answer.status_code, answer.get_json()) == (200, {"taken": ["orders", "prices"]})
    assert [entity for entity, *_ in sorted(stored())] == ["orders", "prices"]
    assert rung == ["sync.documents", "sync.prices"]


def test_a_notice_sent_again_is_answered_alike_and_stored_once(erp: FlaskClient, stored: Any) -> None:
    assert {send(erp, message(notice("prices"))).status_code for _ in range(10)} == {200}
    assert len(stored()) == 1


def test_a_forged_notice_is_refused_without_a_word_on_why(erp: FlaskClient, stored: Any, rung: list[str]) -> None:
    wrong = [notice("prices", clientState="x"), notice("prices", subscriptionId="x"), notice("unknown")]
    answers = {send(erp, message(each)).get_json()["detail"] for each in wrong}
    assert len(answers) == 1
    assert send(erp, message(*wrong)).status_code == 403
    assert (stored(), rung) == ([], [])


def test_a_notice_for_another_connection_finds_none(erp: FlaskClient) -> None:
    answers = [
        erp.post(f"/api/v1/erp/{name}/events", data=message(notice("prices"))) for name in ("other", "MAIN", "x'")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert erp.post("/api/v1/erp/other/events?validationToken=abc").status_code == 404


@pytest.mark.parametrize("body", [b"", b"{", b"\x00\x01", b"a=b", b"[" * 200_000])
def test_nonsense_is_refused_calmly(erp: FlaskClient, stored: Any, body: bytes) -> None:
    assert send(erp, body).status_code in (400, 403)
    assert stored() == []


def test_two_hundred_kilobytes_of_a_stranger_are_the_end(erp: FlaskClient) -> None:
    assert send(erp, b"x" * 200_001).status_code == 413
    assert send(erp, b"x" * 5_000_000).status_code == 413
    assert signed(erp, b"x" * 200_001).status_code == 413


def test_a_thousand_genuine_notices_are_more_than_that_and_taken(erp: FlaskClient, stored: Any) -> None:
    many = message(*(notice("prices", number, resource=f"{COMPANY}/x({number:036})") for number in range(1000)))
    assert len(many) > 200_000
    assert send(erp, many).status_code == 200
    assert len(stored()) == 1000


# --- signed events ----------------------------------------------------------------------------------------------------


def test_a_signed_event_is_taken_and_a_replay_changes_nothing(erp: FlaskClient, stored: Any, rung: list[str]) -> None:
    body = b'{"entity": "stock", "change": "updated"}'
    assert [signed(erp, body).status_code for _ in range(3)] == [200, 200, 200]
    assert stored() == [("stock", "updated", "msg_1")]
    assert set(rung) == {"sync.stock"}


def test_an_old_or_changed_or_unsigned_event_is_refused(erp: FlaskClient, stored: Any) -> None:
    body = b'{"entity": "stock"}'
    now = str(int(time.time()))
    other = signature(KEY, "msg_1", now, b'{"entity": "items"}')
    assert signed(erp, body, at=time.time() - 400).status_code == 403
    assert send(erp, body, webhook_id="msg_1", webhook_timestamp=now, webhook_signature=other).status_code == 403
    assert send(erp, body, webhook_id="msg_1").status_code == 403
    assert send(erp, body).status_code == 403
    assert stored() == []


def test_an_unknown_kind_is_taken_so_that_it_is_not_sent_for_days(erp: FlaskClient, rung: list[str]) -> None:
    assert signed(erp, b'{"entity": "pallets", "change": "turned"}').status_code == 200
    assert rung == []


# --- when we cannot ---------------------------------------------------------------------------------------------------


def test_a_silent_bell_is_no_refusal_as_what_is_to_be_read_is_stored(
    erp: FlaskClient, stored: Any, planter: Planter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorbell, "ring", lambda job: False)
    assert send(erp, message(notice("prices"))).status_code == 200
    assert len(stored()) == 1
    assert [row["job"] for row in planter.all("select job from reading_wish")] == ["sync.prices"]


def test_a_database_that_is_away_is_a_503_in_both_forms(erp: FlaskClient, database: Addresses) -> None:
    start_database(database.web.rpartition("@")[0] + "@127.0.0.1:9/nowhere?connect_timeout=2")
    try:
        answers = [send(erp, message(notice("prices"))), signed(erp, b'{"entity": "stock"}')]
    finally:
        start_database(database.web)
    assert [answer.status_code for answer in answers] == [503, 503]
    assert all("Retry-After" in answer.headers for answer in answers)


def test_a_flood_is_told_to_wait(erp: FlaskClient, monkeypatch: pytest.MonkeyPatch, stored: Any) -> None:
    monkeypatch.setattr(events, "FLOOD", Throttle(RateLimitItemPerMinute(3)))
    answers = [send(erp, message(notice("prices", clientState="x"))) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [403, 403, 403, 429, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0
