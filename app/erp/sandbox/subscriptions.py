"""Webhooks: subscriptions with their handshake, and the thread that tells subscribers what changed.

Changes are merged for a while and sent without data, as the product does; any answer but 2xx, 408, 429 and 5xx ends the
subscription. Source: dynamics-subscriptions of the Business Central documentation.
"""

from __future__ import annotations

import heapq
import queue
import re
import threading
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from app.erp.sandbox import refusals, wire
from app.erp.sandbox.drafts import text
from app.erp.sandbox.entities import page_of
from app.erp.sandbox.messages import Answer, Request, json_answer
from app.erp.sandbox.store import Change, News, Row, Store

THREE_DAYS = 3 * 24 * 3600 * 1000
SUPPORTED = {
    "standard": {"currencies", "customers", "itemCategories", "items", "paymentMethods", "paymentTerms",
                 "salesInvoices", "salesOrders", "shipmentMethods", "unitsOfMeasure"},
    "companion": {"orderStates", "priceListLines", "stockByLocation"},
}  # fmt: skip
ROUTES = {"standard": "api/v2.0", "companion": "api/portico/portal/v1.0"}
_ATTEMPTS = 5
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_RESOURCE = re.compile(r"/?(?P<route>api/v2\.0|api/portico/portal/v1\.0)/companies\((?P<company>[^)]+)\)/(?P<page>\w+)")


class Subscriptions:
    """The pages `subscriptions` of both routes."""

    def __init__(self, store: Store, company_id: str) -> None:
        self._store = store
        self._company = company_id

    def answer(self, request: Request, route: str, key: str) -> Answer:
        """Create, list, read, renew or end a subscription."""
        if not key:
            if request.method == "POST":
                return json_answer(self._create(request.json(), route), 201)
            if request.method == "GET":
                with self._store.reading() as db:
                    rows = db.execute("SELECT * FROM subscriptions WHERE route = ?", (route,)).fetchall()
                return json_answer({"value": [_shown(row) for row in rows]})
            raise refusals.verb_not_allowed(request.method, "subscriptions", "Collection")
        return self._single(request, key.strip("'"))

    def _single(self, request: Request, key: str) -> Answer:
        if request.method == "PATCH":
            self._shake_again(request, key)
        with self._store.writing() as change:
            row = change.one("SELECT * FROM subscriptions WHERE subscriptionId = ?", key)
            if row is None:
                raise refusals.no_such_record("API Webhook Subscription", f"Subscription Id='{key}'")
            if request.method == "GET":
                return json_answer(_shown(row))
            check_tag(request, row)
            if request.method == "DELETE":
                change.db.execute("DELETE FROM subscriptions WHERE subscriptionId = ?", (key,))
                return Answer(204)
            if request.method != "PATCH":
                raise refusals.verb_not_allowed(request.method, "subscriptions", "Entity")
            return json_answer(self._renew(change, row, request.json()))

    def _create(self, body: dict[str, Any], route: str) -> dict[str, Any]:
        url, resource = text(body, "notificationUrl", 2048), text(body, "resource", 2048)
        found = _RESOURCE.fullmatch(resource)
        if found is None or found["company"].lower() != self._company or found["route"] != ROUTES[route]:
            raise refusals.bad_request("The resource of the subscription cannot be found.")
        if found["page"] not in SUPPORTED[route] or page_of(route, found["page"]) is None:
            raise refusals.bad_request(f"The resource {found['page']} does not support subscriptions.")
        _shake_hands(url)
        row = {"subscriptionId": uuid.uuid4().hex, "route": route, "notificationUrl": url, "resource": resource,
               "clientState": text(body, "clientState", 250)}  # fmt: skip
        with self._store.writing() as change:
            stamps = {"lastModifiedDateTime": change.at, "rowVersion": change.version()}
            values = {**row, "expirationDateTime": change.at + THREE_DAYS, **stamps}
            marks = ",".join(f":{name}" for name in values)
            change.db.execute(f"INSERT INTO subscriptions ({','.join(values)}) VALUES ({marks})", values)  # noqa: S608
            stored = change.one("SELECT * FROM subscriptions WHERE subscriptionId = ?", row["subscriptionId"])
        assert stored is not None
        return _shown(stored)

    def _shake_again(self, request: Request, key: str) -> None:
        """The handshake of a renewal, before any lock is taken: the receiver may call us meanwhile."""
        with self._store.reading() as db:
            row = db.execute("SELECT * FROM subscriptions WHERE subscriptionId = ?", (key,)).fetchone()
        if row is not None:
            check_tag(request, row)
            _shake_hands(text(request.json(), "notificationUrl", 2048) or row["notificationUrl"])

    def _renew(self, change: Change, row: Row, body: dict[str, Any]) -> dict[str, Any]:
        url = text(body, "notificationUrl", 2048) or row["notificationUrl"]
        state = text(body, "clientState", 250) if "clientState" in body else row["clientState"]
        values = {"notificationUrl": url, "clientState": state, "expirationDateTime": change.at + THREE_DAYS}
        change.update("subscriptions", {"subscriptionId": row["subscriptionId"]}, values)
        fresh = change.one("SELECT * FROM subscriptions WHERE subscriptionId = ?", row["subscriptionId"])
        assert fresh is not None
        return _shown(fresh)


def check_tag(request: Request, row: Row) -> None:
    """Hold an `If-Match` against the row that is there.

    :raises Refusal: no tag, or a stale one
    """
    tag = request.headers.get("if-match", "")
    if not tag:
        raise refusals.no_if_match()
    if tag != "*" and tag != wire.etag(row["rowVersion"]):
        raise refusals.changed_meanwhile()


def _shown(row: Row) -> dict[str, Any]:
    moments = {name: wire.moment_text(row[name]) for name in ("lastModifiedDateTime", "expirationDateTime")}
    names = ("subscriptionId", "notificationUrl", "resource", "clientState")
    head = {"@odata.etag": wire.etag(row["rowVersion"])}
    return {**head, **{name: row[name] for name in names}, "userId": wire.NO_GUID, **moments}


def _shake_hands(url: str) -> None:
    """Ask the receiver to repeat a token; http and https only."""
    token = uuid.uuid4().hex
    if not url.startswith(("http://", "https://")):
        raise refusals.bad_request("The notification URL is not an address this service can call.")
    sign = "&" if "?" in url else "?"
    try:
        with _OPENER.open(f"{url}{sign}validationToken={quote(token)}", data=b"", timeout=5) as answer:
            repeated = answer.read(200).decode("utf-8", "replace").strip()
    except (OSError, ValueError) as err:
        raise refusals.bad_request("The notification URL did not answer the validation request.") from err
    if repeated != token:
        raise refusals.bad_request("The notification URL did not repeat the validation token.")


@dataclass(frozen=True, order=True, slots=True)
class _Parcel:
    """Notices on their way to one subscriber.

    :param due: when they are sent, on the monotonic clock
    :param attempt: how often they were sent already
    """

    due: float
    subscription_id: str = field(compare=False)
    url: str = field(compare=False)
    body: bytes = field(compare=False)
    attempt: int = field(compare=False, default=0)


class Sender:
    """Merges news for a while and tells every subscriber. One that does not answer keeps nobody else waiting.

    :param delay: seconds between the first change and the notice (the product waits 30)
    """

    def __init__(self, store: Store, company_id: str, delay: float) -> None:
        self._store = store
        self._company = company_id
        self.delay = delay
        self._news: queue.SimpleQueue[list[News] | None] = queue.SimpleQueue()
        self._late: list[_Parcel] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="notifications", daemon=True)

    def start(self) -> None:
        self._store.on_news = self._news.put
        self._thread.start()

    def stop(self) -> None:
        """End the thread; what waits unsent is lost, as notices may be."""
        self._stopping.set()
        self._news.put(None)
        self._thread.join(timeout=6)

    def _run(self) -> None:
        while not self._stopping.is_set():
            first = self._next_news()
            if first and self._anybody_listens():
                self._stopping.wait(self.delay)
                self._tell_all(_merge([*first, *self._waiting()]))
            while self._late and self._late[0].due <= time.monotonic() and not self._stopping.is_set():
                self._send(heapq.heappop(self._late))

    def _next_news(self) -> list[News]:
        """What changed; nothing when it is time to repeat something, or to stop."""
        patience = max(0.0, self._late[0].due - time.monotonic()) if self._late else None
        try:
            return self._news.get(timeout=patience) or []
        except queue.Empty:
            return []

    def _waiting(self) -> list[News]:
        more: list[News] = []
        while not self._news.empty():
            more += self._news.get() or []
        return more

    def _anybody_listens(self) -> bool:
        with self._store.reading() as db:
            return db.execute("SELECT 1 FROM subscriptions LIMIT 1").fetchone() is not None

    def _tell_all(self, news: list[News]) -> None:
        with self._store.reading() as db:
            subscriptions = db.execute(
                "SELECT * FROM subscriptions WHERE expirationDateTime > ?", (wire.now_ms(),)
            ).fetchall()
        for subscription in subscriptions:
            found = _RESOURCE.fullmatch(subscription["resource"])
            mine = [item for item in news if found is not None and item.page == found["page"]]
            if mine:
                self._tell(subscription, mine)

    def _tell(self, subscription: Row, news: list[News]) -> None:
        body = wire.dump({"value": [_notice(subscription, item) for item in news[:1000]]}).encode()
        self._send(_Parcel(time.monotonic(), subscription["subscriptionId"], subscription["notificationUrl"], body))

    def _send(self, parcel: _Parcel) -> None:
        status = _post(parcel.url, parcel.body)
        if 200 <= status < 300:
            return
        if status not in (0, 408, 429) and status < 500:
            with self._store.writing() as change:
                change.db.execute("DELETE FROM subscriptions WHERE subscriptionId = ?", (parcel.subscription_id,))
        elif parcel.attempt + 1 < _ATTEMPTS:
            due = time.monotonic() + self.delay * 2**parcel.attempt
            again = _Parcel(due, parcel.subscription_id, parcel.url, parcel.body, parcel.attempt + 1)
            heapq.heappush(self._late, again)


def _merge(news: list[News]) -> list[News]:
    """One item per record, with its latest moment; a record created and then changed counts as created."""
    latest: dict[tuple[str, str], News] = {}
    for item in news:
        key = (item.page, item.record_id)
        earlier = latest.get(key)
        created = earlier is not None and earlier.kind == "created" and item.kind == "updated"
        latest[key] = News(item.page, item.record_id, "created", item.at) if created else item
    return list(latest.values())


def _notice(subscription: Row, item: News) -> dict[str, Any]:
    return {
        "subscriptionId": subscription["subscriptionId"],
        "clientState": subscription["clientState"],
        "expirationDateTime": wire.moment_text(subscription["expirationDateTime"]),
        "resource": f"{subscription['resource'].lstrip('/')}({item.record_id})",
        "changeType": item.kind,
        "lastModifiedDateTime": wire.moment_text(item.at),
    }


def _post(url: str, body: bytes) -> int:
    """The receiver's status, 0 when there was none."""
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})  # noqa: S310
    try:
        with _OPENER.open(request, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as err:
        with err:
            return err.code
    except OSError:
        return 0
