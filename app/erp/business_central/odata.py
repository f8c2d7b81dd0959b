"""Business Central's API v2.0 over HTTP: addresses, queries, pages, tags. Rows stay as the ERP sent them.

Facts used here: collections are paged by the server (`Prefer: odata.maxpagesize`, `@odata.nextLink`); `or` works on one
field only, lambda filters are ignored silently and therefore never sent; very long addresses are refused.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urlsplit

from app.erp.business_central.answers import Rows, as_rows
from app.erp.business_central.settings import Settings
from app.erp.errors import ErpMisread, ErpRefused
from app.erp.http import AnswerReader, HttpClient, Signer, as_nothing, json_body
from app.erp.transport import Call, Reply

T = TypeVar("T")

LONGEST_URL = 2_000
COMPANION = frozenset(
    {
        "priceListLines",
        "itemUnits",
        "itemPlanning",
        "customerDetails",
        "shipToAddresses",
        "stockByLocation",
        "taxRates",
        "shipmentLines",
        "orderStates",
        "orderLineStates",
        "portalOrders",
    }
)
_HEADERS = {"Accept": "application/json", "Accept-Language": "en-US"}
_UNQUOTED = "'(),:$=@*/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to read of one entity set; `filter`, `order` and `expand` in OData's words."""

    entity: str
    filter: str = ""
    order: str = ""
    expand: str = ""
    top: int | None = None

    @property
    def text(self) -> str:
        parts = {"$filter": self.filter, "$orderby": self.order, "$expand": self.expand, "$top": str(self.top or "")}
        return "&".join(f"{name}={quote(value, safe=_UNQUOTED)}" for name, value in parts.items() if value)


class OData:
    """One company of one Business Central. May be used by many threads."""

    def __init__(self, http: HttpClient, signer: Signer, settings: Settings) -> None:
        self._http, self._signer, self._settings = http, signer, settings
        self._company = ""
        self._lock = threading.Lock()

    def page(self, query: Query, *, size: int, operation: str) -> Rows:
        """The first page of a query."""
        return self._rows(self._url(query), size=size, operation=operation)

    def follow(self, link: str, *, size: int, operation: str) -> Rows:
        """A further page, at the address the ERP gave; one that leads out of this connection is not followed.

        :raises ErpMisread: it leads elsewhere
        """
        if not self._is_ours(link):
            raise ErpMisread("The ERP's next page leads to another place and was not read.")
        return self._rows(link, size=size, operation=operation)

    def pages(self, query: Query, *, operation: str, size: int | None = None) -> Iterator[Rows]:
        """Every page of a query, in order."""
        wanted = size or self._settings.page_size
        rows = self.page(query, size=wanted, operation=operation)
        yield rows
        seen: set[str] = set()
        while rows.next:
            rows = self.follow(new_link(rows.next, seen), size=wanted, operation=operation)
            yield rows

    def rows(self, query: Query, *, operation: str, size: int | None = None) -> Iterator[Any]:
        for page in self.pages(query, operation=operation, size=size):
            yield from page.rows

    def any_of(self, query: Query, field: str, values: Iterable[str], *, operation: str) -> Iterator[Any]:
        """Rows whose `field` is one of the values, in as many calls as the length of addresses asks for."""
        for chosen in self.filters(query.entity, field, values):
            limited = Query(entity=query.entity, filter=chosen, order=query.order, expand=query.expand)
            yield from self.rows(limited, operation=operation)

    def filters(self, entity: str, field: str, values: Iterable[str], *, most: int = 100) -> Iterator[str]:
        """`field eq 'A' or field eq 'B'…`, each short enough for an address and with at most `most` values."""
        room = LONGEST_URL - len(self._address(entity)) - 200  # the rest of the query and the page token
        terms: list[str] = []
        used = 0
        for value in values:
            term = f"{field} eq {literal(value)}"
            length = len(quote(f" or {term}", safe=_UNQUOTED))
            if terms and (used + length > room or len(terms) == most):
                yield " or ".join(terms)
                terms, used = [], 0
            terms.append(term)
            used += length
        if terms:
            yield " or ".join(terms)

    def create(
        self,
        entity: str,
        body: Mapping[str, Any],
        *,
        operation: str,
        order_key: str,
        expand: str,
        read: Callable[[Reply], T],
    ) -> T:
        """Insert an entity and read the answer.

        :raises ErpUnknownOutcome: `read` raised ValueError, as for any answer that leaves open what happened
        """
        call = Call(
            operation=operation,
            method="POST",
            url=f"{self._address(entity)}?$expand={expand}",
            headers={**_HEADERS, "Content-Type": "application/json"},
            body=json_body(body),
            writes=True,
            order_key=order_key,
        )
        value: T = self._http.send(call, read=read, signer=self._signer).value
        return value

    def delete(self, entity: str, key: str, *, tag: str, operation: str, order_key: str) -> None:
        """Delete one entity as it was seen under its tag."""
        call = Call(
            operation=operation,
            method="DELETE",
            url=f"{self._address(entity)}({quote(key, safe='')})",
            headers={**_HEADERS, "If-Match": tag},
            writes=True,
            order_key=order_key,
        )
        self._http.send(call, read=as_nothing, signer=self._signer)

    def fetch(self, path: str, *, entity: str, operation: str, read: AnswerReader) -> Any:
        """What stands below one entity, as `read` understands it."""
        headers = {**_HEADERS, "Accept": "*/*"}
        call = Call(operation=operation, method="GET", url=self._address(entity) + path, headers=headers)
        return self._http.send(call, read=read, signer=self._signer).value

    def _rows(self, url: str, *, size: int, operation: str) -> Rows:
        headers = {**_HEADERS, "Prefer": f"odata.maxpagesize={size}"}
        call = Call(operation=operation, method="GET", url=url, headers=headers)
        rows: Rows = self._http.send(call, read=as_rows, signer=self._signer).value
        if rows.next == url:
            raise ErpMisread("The ERP's next page is the same page again.")
        return rows

    def _url(self, query: Query) -> str:
        return f"{self._address(query.entity)}?{query.text}".rstrip("?")

    def _address(self, entity: str) -> str:
        base = self._settings.companion_url if entity in COMPANION else self._settings.standard_url
        name = self._settings.entity_sets.get(entity, entity)
        return f"{base}/companies({self.company_id()})/{name}"

    def _is_ours(self, link: str) -> bool:
        ours, theirs = urlsplit(self._settings.url), urlsplit(link)
        inside = any(
            theirs.path.startswith(f"{urlsplit(base).path}/")
            for base in (self._settings.standard_url, self._settings.companion_url)
        )
        return (
            (ours.scheme, ours.netloc) == (theirs.scheme, theirs.netloc) and inside and ".." not in unquote(theirs.path)
        )

    def company_id(self) -> str:
        """The id of the company, fit for an address; asked for once."""
        with self._lock:
            if not self._company:
                self._company = self._find_company()
            return self._company

    def _find_company(self) -> str:
        wanted = self._settings.company
        rows = self._rows(f"{self._settings.standard_url}/companies", size=100, operation="companies").rows
        for row in rows:
            if isinstance(row, dict) and wanted in (row.get("name"), row.get("displayName"), row.get("id")):
                return quote(str(row.get("id", "")), safe="")
        raise ErpRefused(f"The ERP has no company named {wanted}. Check the company of the connection.")


def new_link(link: str, seen: set[str]) -> str:
    """The address of a next page, noted in `seen`.

    :raises ErpMisread: the pages lead in a circle
    """
    if link in seen:
        raise ErpMisread("The ERP's pages lead in a circle.")
    seen.add(link)
    return link


def literal(value: str) -> str:
    """A text as OData writes it in a filter: in single quotes, those inside doubled."""
    return "'" + value.replace("'", "''") + "'"
