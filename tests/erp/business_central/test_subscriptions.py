"""Subscribing with the sandbox, and reading what it tells."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.erp.business_central.connector import BusinessCentral
from app.erp.business_central.subscriptions import read_notices
from app.erp.errors import ErpRefused
from app.erp.port import collect_exchanges
from tests.erp.business_central.conftest import Erp

SECRET = "known-to-us-and-the-erp-alone"


class Ear:
    """An address that repeats validation tokens and keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.heard = threading.Event()
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                token = parse_qs(urlsplit(self.path).query).get("validationToken", [""])[0]
                self.send_response(200)
                self.end_headers()
                self.wfile.write(token.encode())
                if not token:
                    ear.told.append(json.loads(body))
                    ear.heard.set()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/ear"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def ear() -> Iterator[Ear]:
    ear = Ear()
    yield ear
    ear.close()


@pytest.fixture
def connector(erp: Erp) -> Iterator[BusinessCentral]:
    """Without any subscription before and after."""
    connector = erp.connector()
    yield connector
    for left in connector.subscriptions():
        connector.cancel_subscription(left.key, left.entity)
    connector.close()


def test_everything_the_connection_says_it_can_be_subscribed_to(connector: BusinessCentral, ear: Ear) -> None:
    entities = connector.capabilities().subscriptions
    made = {connector.subscribe(entity, callback=ear.url, secret=SECRET) for entity in entities}
    assert {each.entity for each in made} == entities == {"items", "customers", "prices", "stock", "orders", "invoices"}
    assert set(connector.subscriptions()) == made


def test_a_changed_price_is_told_with_our_secret_and_without_the_price(
    erp: Erp, connector: BusinessCentral, ear: Ear
) -> None:
    subscription = connector.subscribe("prices", callback=ear.url, secret=SECRET)
    line = {"priceListCode": "TOLD", "assetNo": "BK-M18B-40", "unitPrice": 271.5}
    erp.control("prices", line)
    assert ear.heard.wait(10)
    (notice,) = connector.read_notices(ear.told[0])
    assert (notice.subscription, notice.secret, notice.change) == (subscription.key, SECRET, "updated")
    assert "271.5" not in json.dumps(ear.told)


def test_a_renewal_brings_a_new_term_and_calls_the_address_again(connector: BusinessCentral, ear: Ear) -> None:
    made = connector.subscribe("items", callback=ear.url, secret=SECRET)
    renewed = connector.renew_subscription(made.key, "items", callback=ear.url, secret=SECRET)
    assert renewed is not None
    assert (renewed.key, renewed.expires_at > made.expires_at) == (made.key, True)
    ear.close()
    with pytest.raises(ErpRefused, match="did not answer the validation request"):
        connector.renew_subscription(made.key, "items", callback=ear.url, secret=SECRET)


def test_one_that_is_gone_is_no_trouble(connector: BusinessCentral, ear: Ear) -> None:
    made = connector.subscribe("stock", callback=ear.url, secret=SECRET)
    connector.cancel_subscription(made.key, "stock")
    connector.cancel_subscription(made.key, "stock")
    assert connector.renew_subscription(made.key, "stock", callback=ear.url, secret=SECRET) is None


def test_the_secret_stands_in_no_record_of_a_call(connector: BusinessCentral, ear: Ear) -> None:
    with collect_exchanges() as calls:
        made = connector.subscribe("items", callback=ear.url, secret=SECRET)
        connector.subscriptions()
        connector.renew_subscription(made.key, "items", callback=ear.url, secret=SECRET)
    assert {call.operation for call in calls} >= {"subscribe", "subscriptions", "renew_subscription"}
    assert SECRET not in repr(calls)


def test_a_notice_is_the_same_with_and_without_the_leading_slash() -> None:
    notice = {
        "subscriptionId": "webhookItemsId",
        "clientState": "someClientState",
        "resource": "api/v2.0/companies(b18aed47-c385-49d2-b954-dbdf8ad71780)/items(26814998-936a-401c-81c1-0e848a64971d)",
        "changeType": "updated",
        "lastModifiedDateTime": "2018-10-26T12:54:20.467Z",
    }
    other = {**notice, "resource": "/" + notice["resource"]}
    later = {**notice, "lastModifiedDateTime": "2018-10-26T12:54:21.467Z"}
    keys = [each.event_key for each in read_notices({"value": [notice, other, later]})]
    assert (keys[0] == keys[1], keys[0] == keys[2]) == (True, False)


@pytest.mark.parametrize("message", [None, 7, [], {}, {"value": None}, {"value": {"a": 1}}, {"value": [3, None, "x"]}])
def test_what_is_no_notice_is_none(message: Any) -> None:
    assert read_notices(message) == []


def test_fields_of_another_kind_are_read_as_empty() -> None:
    (notice,) = read_notices({"value": [{"subscriptionId": 4, "clientState": None, "changeType": ["x"]}]})
    assert (notice.subscription, notice.secret, notice.change) == ("", "", "")
