"""Business Central's webhooks: asking to be told of changes, and reading what is told.

Facts used here (dynamics-subscriptions of the product's documentation): a subscription lives three days; at creation and
at renewal the address is called with a `validationToken` that it has to repeat; pages of a custom API are subscribed to
below their own route; a notice holds no data. `clientState` is a shared secret, so both bodies of every call are kept
out of the records.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from app.erp.business_central.answers import as_rows
from app.erp.business_central.fields import Row, Unreadable
from app.erp.business_central.odata import COMPANION
from app.erp.business_central.settings import Settings
from app.erp.errors import ErpRefused
from app.erp.http import HttpClient, Signer, as_json, as_nothing, json_body
from app.erp.port import ChangeNotice, SubscriptionRecord
from app.erp.transport import Call, Reply

# what is read as one stream → the page whose changes announce it
PAGES: Mapping[str, str] = {
    "items": "items",
    "customers": "customers",
    "prices": "priceListLines",
    "stock": "stockByLocation",
    "orders": "orderStates",
    "invoices": "salesInvoices",
}
_RESOURCE = re.compile(r"/?api/[^()?]{1,100}/companies\([^()]{1,60}\)/(?P<page>\w{1,60})")
_HEADERS = {"Accept": "application/json", "Accept-Language": "en-US", "Content-Type": "application/json"}


class Subscriptions:
    """The subscriptions of one connection, on the standard route and on the companion's.

    :param company: gives the id of the company
    """

    entities = frozenset(PAGES)

    def __init__(self, http: HttpClient, signer: Signer, settings: Settings, *, company: Callable[[], str]) -> None:
        self._http, self._signer, self._settings, self._company = http, signer, settings, company

    def all(self) -> list[SubscriptionRecord]:
        """Everything on both routes. What cannot be read belongs to others and is left aside."""
        found: list[SubscriptionRecord] = []
        for base in (self._settings.standard_url, self._settings.companion_url):
            rows = self._send("GET", f"{base}/subscriptions", operation="subscriptions", read=as_rows)
            found += self._readable(rows.rows)
        return found

    def create(self, entity: str, *, callback: str, secret: str) -> SubscriptionRecord:
        """:raises ErpRefused: as `ErpPort.subscribe` says"""
        body = {"notificationUrl": callback, "resource": self._resource(entity), "clientState": secret}
        record: SubscriptionRecord = self._send(
            "POST", self._address(entity), operation="subscribe", read=self._read, body=body
        )
        return record

    def renew(self, key: str, entity: str, *, callback: str, secret: str) -> SubscriptionRecord | None:
        """A new term of three days. Nobody but us changes it, so any state of it will do (`If-Match: *`)."""
        body = {"notificationUrl": callback, "resource": self._resource(entity), "clientState": secret}
        try:
            record: SubscriptionRecord = self._send(
                "PATCH", self._address(entity, key), operation="renew_subscription", read=self._read, body=body
            )
        except ErpRefused as refused:
            if _is_gone(refused):
                return None
            raise
        return record

    def cancel(self, key: str, entity: str) -> None:
        try:
            self._send("DELETE", self._address(entity, key), operation="cancel_subscription", read=as_nothing)
        except ErpRefused as refused:
            if not _is_gone(refused):
                raise

    def _send(
        self,
        method: str,
        url: str,
        *,
        operation: str,
        read: Callable[[Reply], Any],
        body: Mapping[str, str] | None = None,
    ) -> Any:
        headers = _HEADERS if method in ("GET", "POST") else {**_HEADERS, "If-Match": "*"}
        call = Call(
            operation=operation,
            method=method,
            url=url,
            headers=headers,
            body=None if body is None else json_body(body),
            writes=method != "GET",
            confidential=True,
        )
        return self._http.send(call, read=read, signer=self._signer).value

    def _address(self, entity: str, key: str = "") -> str:
        base = self._settings.companion_url if PAGES[entity] in COMPANION else self._settings.standard_url
        return f"{base}/subscriptions('{_plain(key)}')" if key else f"{base}/subscriptions"

    def _resource(self, entity: str) -> str:
        page = PAGES[entity]
        route = f"api/{self._settings.companion_route.strip('/')}" if page in COMPANION else "api/v2.0"
        return f"/{route}/companies({self._company()})/{self._named(page)}"

    def _named(self, page: str) -> str:
        return self._settings.entity_sets.get(page, page)

    def _readable(self, rows: tuple[Any, ...]) -> Iterator[SubscriptionRecord]:
        for raw in rows:
            try:
                yield self._record(Row(raw))
            except Unreadable:
                continue

    def _read(self, reply: Reply) -> SubscriptionRecord:
        return self._record(Row(as_json(reply)))

    def _record(self, row: Row) -> SubscriptionRecord:
        resource = row.key("resource")
        return SubscriptionRecord(
            key=row.key("subscriptionId"),
            entity=self._entity_of(resource),
            resource=resource,
            callback=row.key("notificationUrl"),
            expires_at=row.moment("expirationDateTime"),
        )

    def _entity_of(self, resource: str) -> str:
        found = _RESOURCE.match(resource)
        page = found["page"] if found else ""
        return next((entity for entity, name in PAGES.items() if self._named(name) == page), "")


def read_notices(message: object) -> list[ChangeNotice]:
    """The notices of `{"value": […]}`. `resource` comes with or without a leading slash and is only ever compared: the
    filter in a `collection` notice is not carried out.
    """
    value = message.get("value") if isinstance(message, Mapping) else None
    rows = value if isinstance(value, list) else []
    return [_notice(row) for row in rows if isinstance(row, Mapping)]


def _notice(row: Mapping[str, Any]) -> ChangeNotice:
    subscription, resource, change, moment = (
        _text(row, name) for name in ("subscriptionId", "resource", "changeType", "lastModifiedDateTime")
    )
    same = "\n".join((subscription, resource.lstrip("/"), moment, change))
    key = hashlib.sha256(same.encode("utf-8", "surrogatepass")).hexdigest()
    return ChangeNotice(subscription, _text(row, "clientState"), change, key)


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _plain(key: str) -> str:
    """A key as it may stand in an address; the ERP's own are 32 hexadecimal digits."""
    return re.sub(r"[^\w.-]", "", key)


def _is_gone(refused: ErpRefused) -> bool:
    return refused.exchange is not None and refused.exchange.status == 404
