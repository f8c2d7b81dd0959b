"""Webhooks: handshake, merged notices, and the end of a subscription."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlparse

import pytest

from app.erp.sandbox.access import COMPANY_ID

if TYPE_CHECKING:
    from tests.erp.sandbox.conftest import Client


class Receiver:
    """A portal's webhook address; `status` is what it answers to notices."""

    def __init__(self) -> None:
        self.status = 200
        self.notices: queue.Queue[Any] = queue.Queue()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                token = parse_qs(urlparse(self.path).query).get("validationToken", [""])[0]
                self.send_response(200 if token else receiver.status)
                self.end_headers()
                self.wfile.write(token.encode())
                if not token:
                    receiver.notices.put(json.loads(body)["value"])

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()


@pytest.fixture
def receiver(erp: Client) -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    for root in ("api/v2.0", "api/portico/portal/v1.0"):
        for left in erp.get(f"{erp.root}/{root}/subscriptions")["value"]:
            erp.send("DELETE", f"{erp.root}/{root}/subscriptions('{left['subscriptionId']}')", If_Match="*")
    receiver.server.shutdown()
    receiver.server.server_close()


def subscribe(erp: Client, url: str, page: str = "salesOrders") -> Any:
    root = "api/v2.0" if page == "salesOrders" else "api/portico/portal/v1.0"
    body = {"notificationUrl": url, "resource": f"/{root}/companies({COMPANY_ID})/{page}", "clientState": "secret"}
    return erp.send("POST", f"{erp.root}/{root}/subscriptions", body)


@pytest.mark.parametrize("page", ["salesOrders", "orderStates"])
def test_a_new_order_is_announced_without_its_data(erp: Client, receiver: Receiver, page: str) -> None:
    subscription = subscribe(erp, receiver.url, page).json()
    order = erp.order().json()
    notices = receiver.notices.get(timeout=5)
    assert [(n["changeType"], n["clientState"], n["subscriptionId"]) for n in notices] == [
        ("created", "secret", subscription["subscriptionId"])
    ]
    record = order["orderId"] if page == "salesOrders" else erp.state(order["orderNumber"])["id"]
    assert notices[0]["resource"].endswith(f"/{page}({record})")


def test_an_address_that_does_not_repeat_the_token_is_refused(erp: Client) -> None:
    assert subscribe(erp, f"{erp.host}/nowhere").status_code == 400
    assert subscribe(erp, "file:///etc/passwd").status_code == 400


def test_a_refusing_receiver_loses_its_subscription(erp: Client, receiver: Receiver) -> None:
    receiver.status = 404
    key = subscribe(erp, receiver.url).json()["subscriptionId"]
    erp.order()
    receiver.notices.get(timeout=5)
    page = f"{erp.root}/api/v2.0/subscriptions('{key}')"
    for _ in range(50):
        if erp.read(page).status_code == 404:
            break
        threading.Event().wait(0.05)
    assert erp.read(page).status_code == 404


def test_renewal_and_end_need_the_tag(erp: Client, receiver: Receiver) -> None:
    subscription = subscribe(erp, receiver.url).json()
    page = f"{erp.root}/api/v2.0/subscriptions('{subscription['subscriptionId']}')"
    assert erp.send("PATCH", page, {}).status_code == 400
    renewed = erp.send("PATCH", page, {}, If_Match=subscription["@odata.etag"]).json()
    ends = [datetime.fromisoformat(each["expirationDateTime"]) for each in (subscription, renewed)]
    assert ends[0] < ends[1]
    assert erp.send("DELETE", page, If_Match=subscription["@odata.etag"]).status_code == 409
    assert erp.send("DELETE", page, If_Match=renewed["@odata.etag"]).status_code == 204
