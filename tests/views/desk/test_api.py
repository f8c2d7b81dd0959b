"""Questions and answers over the API; inside notes are in none of its answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.security.actor import Actor
from app.security.identity import hash_of, new_secret
from app.services import messages
from tests.factories.shop import Shop

Call = Callable[..., TestResponse]


@pytest.fixture
def call(web: Flask, shop: Shop) -> Call:
    """`call(actor, method, path, body)` with a token of this person."""

    def send(actor: Actor, method: str, path: str, body: dict[str, Any] | None = None) -> TestResponse:
        secret = new_secret()
        ends = datetime.now(UTC) + timedelta(days=1)
        shop.planter.row("api_token", membership_id=actor.membership_id, token_hash=hash_of(secret), expires_at=ends)
        headers = {"Authorization": f"Bearer {secret}"}
        return web.test_client().open(f"/api/v1{path}", method=method, headers=headers, json=body)

    return send


@pytest.fixture
def number(shop: Shop) -> str:
    """An order over its customer's credit limit."""
    return shop.ordered("BIKE 20", by=shop.dora)


def test_a_question_and_its_answer_pass_the_ball_and_stand_with_the_order(shop: Shop, call: Call, number: str) -> None:
    asked = call(shop.vera, "POST", f"/review/{number}/ask", {"text": "Is Friday all right?"}).get_json()
    answered = call(shop.dora, "POST", f"/orders/{number}/messages", {"text": "Yes."}).get_json()

    assert asked["ball"]["with"] == "buyer"
    assert answered["ball"]["with"] == "validator"
    assert [(each["from"], each["question"], each["text"]) for each in answered["messages"]] == [
        ("desk", True, "Is Friday all right?"),
        ("buyer", False, "Yes."),
    ]


def test_a_question_without_words_is_not_sent(shop: Shop, call: Call, number: str) -> None:
    assert call(shop.vera, "POST", f"/review/{number}/ask", {"text": " "}).status_code == 400
    assert shop.state(number)[2] == "validator"


def test_an_inside_note_is_in_no_answer_whoever_asks(shop: Shop, call: Call, number: str) -> None:
    with shop.holding(shop.vera, number) as order:
        messages.note(shop.vera, order, "pays late, but pays")

    for actor in (shop.dora, shop.vera, shop.ada):
        for path in (f"/orders/{number}", f"/orders/{number}/history"):
            assert "pays late" not in call(actor, "GET", path).get_data(as_text=True)


def test_the_reason_is_answered_with_what_the_buyer_reads(shop: Shop, call: Call, number: str) -> None:
    call(shop.vera, "POST", f"/review/{number}/reject", {"reason_code": "item_not_available"})

    rejection = call(shop.dora, "GET", f"/orders/{number}").get_json()["rejection"]
    assert rejection["reason_code"] == "item_not_available"
    assert rejection["words"] == "We cannot supply BIKE Item BIKE and have no date yet."
    assert rejection["next"] == "Take the substitute, drop the line, or wait."
