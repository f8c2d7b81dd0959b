"""What may befall an event on its way in, as a table, at the door itself: `POST /api/v1/erp/{connection}/events`.

Real application, real PostgreSQL and Redis. What the events end in is shown in `test_w_permutations` and `test_reading`.
"""

from __future__ import annotations

import base64
import itertools
import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from limits import RateLimitItemPerMinute
from prometheus_client import REGISTRY
from sqlalchemy import event
from werkzeug.test import TestResponse

from app import create_app
from app.embedded.databases import Addresses
from app.embedded.services import Running
from app.extensions import doorbell, session
from app.jobs.schedule import SCHEDULE
from app.security.throttle import Throttle
from app.services.inbox import LARGEST_NOTICES
from app.services.inbox.signed import signature
from app.views.api import events
from config import Settings
from tests.factories.planting import Planter
from tests.services.inbox.conftest import SECRETS, message, notice

WAY = "/api/v1/erp/main/events"
KEY, KEY_OF_ANOTHER = ("whsec_" + base64.b64encode(letter * 32).decode() for letter in (b"k", b"o"))
BODY = b'{"entity": "stock", "change": "updated"}'
PALLETS = b'{"entity": "pallets", "change": "turned"}'
LONG_AGO = (datetime.now(UTC) - timedelta(hours=36)).strftime("%Y-%m-%dT%H:%M:%SZ")

WHAT = {
    "W1": "each event one to ten times",
    "W2": "any order",
    "W3": "a tenth lost",
    "W4": "every one lost for a day",
    "W5": "36 hours late",
    "W6": "forged, unsigned, old, changed, replayed, another tenant's secret",
    "W7": "a flood",
    "W8": "the subscription has expired",
    "W9": "the token of the handshake",
    "W10": "an unknown type",
    "W11": "a body of 200 kB",
}


@dataclass(frozen=True)
class Sent:
    """One POST.

    :param status: the answer; a sender that reads another than it likes comes again, or never
    :param stored: how many events are kept afterwards
    :param wished: the jobs that are to read
    :param headers: made when it is sent, as a signature is good for five minutes
    """

    row: str
    what: str
    body: bytes
    status: int
    stored: int = 0
    wished: tuple[str, ...] = ()
    headers: Callable[[], dict[str, str]] = dict
    times: int = 1

    def __str__(self) -> str:
        return f"{self.row} {self.what}"


def signed(body: bytes = BODY, **how: Any) -> Callable[[], dict[str, str]]:
    return lambda: _signed(body, **how)


def _signed(
    body: bytes, *, key: str = KEY, age: float = 0, name: str = "msg_1", then: dict[str, str] | None = None
) -> dict[str, str]:
    """:param then: what is put in place of the right values afterwards"""
    moment = str(int(time.time() - age))
    right = {"webhook-id": name, "webhook-timestamp": moment, "webhook-signature": signature(key, name, moment, body)}
    return {**right, **(then or {})}


def padded(size: int, **changes: Any) -> bytes:
    """A notice of exactly that many bytes."""
    short = len(message(notice("prices", padding="", **changes)))
    return message(notice("prices", padding="x" * (size - short), **changes))


_SOON = str(int(time.time()) + 60)
PRICES, STOCK = ("sync.prices",), ("sync.stock",)
SENT: tuple[Sent, ...] = (
    *[
        Sent("W1", f"a notice {times} times", message(notice("prices")), 200, 1, PRICES, times=times)
        for times in range(1, 11)
    ],
    Sent("W1", "ten copies in one message", message(*[notice("prices")] * 10), 200, 1, PRICES),
    Sent("W1", "a signed event ten times", BODY, 200, 1, STOCK, signed(), times=10),
    Sent("W5", "a notice", message(notice("prices", lastModifiedDateTime=LONG_AGO)), 200, 1, PRICES),
    Sent("W5", "an event signed anew", BODY, 200, 1, STOCK, signed(name="msg_of_the_day_before")),
    Sent("W6", "a wrong secret", message(notice("prices", clientState="guessed")), 403),
    Sent("W6", "no secret", message(notice("prices", clientState=None)), 403),
    Sent("W6", "the secret of another subscription", message(notice("prices", clientState=SECRETS["stock"])), 403),
    Sent("W6", "the secret of another connection", message(notice("prices", clientState="secret-of-elsewhere")), 403),
    Sent("W6", "a subscription nobody made", message(notice("prices", subscriptionId="theirs")), 403),
    Sent("W6", "no signature", BODY, 403, headers=signed(then={"webhook-signature": ""})),
    Sent("W6", "a signature without its version", BODY, 403, headers=signed(then={"webhook-signature": "aGVsbG8="})),
    Sent("W6", "another tenant's key", BODY, 403, headers=signed(key=KEY_OF_ANOTHER)),
    Sent("W6", "six minutes old", BODY, 403, headers=signed(age=360)),
    Sent("W6", "from six minutes ahead", BODY, 403, headers=signed(age=-360)),
    Sent("W6", "no timestamp", BODY, 403, headers=signed(then={"webhook-timestamp": ""})),
    Sent("W6", "the timestamp changed", BODY, 403, headers=signed(then={"webhook-timestamp": _SOON})),
    Sent("W6", "the id changed", BODY, 403, headers=signed(then={"webhook-id": "msg_2"})),
    Sent("W6", "the body changed", b'{"entity": "items", "change": "updated"}', 403, headers=signed()),
    Sent("W6", "a replay within the five minutes", BODY, 200, 1, STOCK, signed(), times=3),
    Sent("W7", "2,000 copies in one message", message(*[notice("prices")] * 2000), 200, 1, PRICES),
    Sent("W8", "a notice of the subscription before", message(notice("prices", subscriptionId="expired")), 403),
    Sent("W10", "a notice about a page we never asked for", message(notice("salesQuotes")), 403),
    Sent("W10", "an unknown change of a page of ours", message(notice("prices", changeType="teleported")), 200, 1, PRICES),
    Sent("W10", "a signed event of an unknown kind", PALLETS, 200, 1, (), signed(PALLETS)),
    Sent("W11", "200 kB of a stranger", b"x" * 200_000, 400),
    Sent("W11", "more of a stranger", b"x" * 200_001, 413),
    Sent("W11", "200 kB with a secret of ours", padded(200_000), 200, 1, PRICES),
    Sent("W11", "more with a secret of ours", padded(900_000), 200, 1, PRICES),
    Sent("W11", "more with a guessed secret", padded(200_001, clientState="guessed"), 413),
    Sent("W11", "more than any ERP sends, with a secret", padded(4_000_001), 413),
    Sent("W11", "more than 200 kB, signed", b" " * 200_001, 413, headers=signed(b" " * 200_001)),
)  # fmt: skip


@pytest.fixture(scope="module")
def app(database: Addresses, services: Running) -> Iterator[Flask]:
    given = {"PORTICO_ENV": "test", "DATABASE_URL": database.web, "REDIS_URL": services.redis_url}
    app = create_app(Settings.from_environment({**given, "ERP_EVENT_SECRETS": KEY}))
    yield app
    session.remove()
    app.extensions["portico_engine"].dispose()


@pytest.fixture
def door(app: Flask, planter: Planter, stored: Any, rung: list[str]) -> FlaskClient:
    """Whoever sends; nothing is stored, no bell has rung."""
    doorbell.redis.flushall()
    return app.test_client()


@pytest.fixture
def refused() -> Callable[[], float]:
    """How many were turned away so far, as the monitoring counts them."""
    which = {"connection": "main", "outcome": "forged"}
    return lambda: REGISTRY.get_sample_value("portico_erp_events_total", which) or 0.0


def post(door: FlaskClient, body: bytes, headers: dict[str, str] | None = None) -> TestResponse:
    return door.post(WAY, data=body, content_type="application/json", headers=headers or {})


def wishes(planter: Planter) -> tuple[str, ...]:
    return tuple(row["job"] for row in planter.all("select job from reading_wish order by job"))


@pytest.mark.parametrize("sent", SENT, ids=str)
def test_what_is_kept_of_it_and_what_is_to_be_read(
    sent: Sent, door: FlaskClient, stored: Any, planter: Planter, rung: list[str]
) -> None:
    answers = {post(door, sent.body, sent.headers()).status_code for _ in range(sent.times)}
    assert answers == {sent.status}
    assert (len(stored()), wishes(planter)) == (sent.stored, sent.wished)
    assert set(rung) == set(sent.wished)


@pytest.mark.parametrize("sent", [each for each in SENT if each.status in (403, 413)], ids=str)
def test_what_is_not_from_the_erp_is_counted_and_told_nothing(sent: Sent, door: FlaskClient, refused: Any) -> None:
    before = refused()
    answer = post(door, sent.body, sent.headers())
    assert answer.get_json()["code"] in ("event_not_ours", "too_large")
    assert "secret-of" not in answer.text
    assert refused() > before or len(sent.body) > LARGEST_NOTICES  # that much is not even read


def test_w2_every_order_of_the_same_events_keeps_and_wishes_the_same(
    door: FlaskClient, stored: Any, planter: Planter
) -> None:
    sent = [notice("prices"), notice("prices", 2), notice("stock", 3), notice("orders", 4, changeType="deleted")]
    ends = set()
    for order in itertools.permutations(sent):
        planter.connection.execute("delete from erp_event; delete from reading_wish")
        doorbell.redis.flushall()
        for each in order:
            assert post(door, message(each)).status_code == 200
        ends.add((tuple(stored()), wishes(planter)))
    assert len(ends) == 1


def test_w3_w4_what_is_lost_leaves_the_clock_which_reads_everything(door: FlaskClient, planter: Planter) -> None:
    """No event, no wish; the schedule has a reading job for each kind of data all the same."""
    read_by_the_clock = {entry.job for entry in SCHEDULE if entry.job.startswith("sync.")}
    assert wishes(planter) == ()
    assert {"sync.reference", "sync.documents"} <= read_by_the_clock


def test_w7_a_flood_of_copies_costs_a_handful_of_statements(door: FlaskClient, stored: Any) -> None:
    one, many = message(notice("prices")), message(*[notice("prices")] * 2000)
    assert statements(lambda: post(door, one)) == statements(lambda: post(door, many))
    assert len(stored()) == 1


def test_w7_a_flood_of_posts_is_told_to_wait_and_the_first_ones_were_taken(
    door: FlaskClient, stored: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "FLOOD", Throttle(RateLimitItemPerMinute(50)))
    answers = [post(door, message(notice("prices"))).status_code for _ in range(200)]
    assert (answers.count(200), answers.count(429)) == (50, 150)
    assert len(stored()) == 1
    assert statements(lambda: post(door, message(notice("prices")))) == 0


@pytest.mark.parametrize("token", ["6f2ba8c0-7f3a-4a55", "AbC_~.-+/=", "x" * 500])
def test_w9_the_token_of_the_handshake_comes_back_as_plain_text(door: FlaskClient, token: str) -> None:
    answer = door.post(WAY, query_string={"validationToken": token})
    assert (answer.status_code, answer.text) == (200, token)
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "token", ["<script>alert(1)</script>", "<b>", "a\r\nSet-Cookie: x=1", "{{7*7}}", "\u202e", "", "x" * 501, '"><svg>']
)
def test_w9_a_token_a_browser_could_read_otherwise_is_not_repeated(door: FlaskClient, token: str) -> None:
    answer = door.post(WAY, query_string={"validationToken": token})
    assert answer.status_code == 400
    assert token == "" or token not in answer.text
    assert "Set-Cookie" not in answer.headers


def test_w6_random_bodies_and_headers_keep_nothing(door: FlaskClient, stored: Any, planter: Planter) -> None:
    chance = random.Random(6)
    for _ in range(100):
        genuine = bytearray(message(notice("prices")))
        place = genuine.index(b"secret-of-prices") + chance.randrange(len(b"secret-of-prices"))
        genuine[place] = chance.choice([byte for byte in range(0x21, 0x7F) if byte not in (genuine[place], 0x22, 0x5C)])
        assert post(door, bytes(genuine)).status_code == 403
    assert (stored(), wishes(planter)) == ([], ())


def test_every_row_is_tried() -> None:
    tried = {each.row for each in SENT} | {"W2", "W3", "W4", "W9"}
    assert tried == set(WHAT)


def statements(act: Callable[[], object]) -> int:
    """How many statements the database is sent meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(sent)


def test_a_message_is_read_as_json_once_whatever_it_holds(door: FlaskClient, stored: Any) -> None:
    doubled = (
        b'{"value": ['
        + json.dumps(notice("prices", clientState="guessed")).encode()
        + b"], "
        + (b'"value": [' + json.dumps(notice("stock")).encode() + b"]}")
    )
    assert post(door, doubled).get_json() == {"taken": ["stock"]}
    assert [entity for entity, *_ in stored()] == ["stock"]
