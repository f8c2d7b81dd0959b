"""From an address below the two API roots to the page that answers it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from app.erp.sandbox import queries, refusals
from app.erp.sandbox.access import COMPANY_ID, ENVIRONMENT, TENANT
from app.erp.sandbox.entities import PAGES, EntitySet, page_of
from app.erp.sandbox.ledger import Ledger
from app.erp.sandbox.life import Life
from app.erp.sandbox.messages import Answer, Request, text_answer
from app.erp.sandbox.pdf import invoice_pdf
from app.erp.sandbox.portal_pages import PortalPages
from app.erp.sandbox.sales_pages import SalesPages
from app.erp.sandbox.store import Store
from app.erp.sandbox.subscriptions import Subscriptions

_ROOTS = {"/api/v2.0/": "standard", "/api/portico/portal/v1.0/": "companion"}
_SEGMENT = re.compile(r"(?P<name>[A-Za-z][\w.]*)(?:\((?P<key>[^)]*)\))?")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LONGEST_ADDRESS = 8192


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of an address such as `salesOrders(…)`; `key` is None without parentheses."""

    name: str
    key: str | None


class Pages:
    """Answers everything below the API roots, for callers that have been let in."""

    def __init__(self, store: Store, ledger: Ledger, life: Life) -> None:
        self._store = store
        self._subscriptions = Subscriptions(store, COMPANY_ID)
        sales, portal = SalesPages(store, ledger, life), PortalPages(store, ledger, life)
        self._sales = sales
        self._creators: dict[str, Callable[[Request], str]] = {
            "salesOrders": sales.create_order,
            "portalOrders": portal.create,
            "salesOrderLines": lambda request: sales.create_line(request, ""),
        }
        self._changers = {"salesOrders": sales.change_order, "salesOrderLines": sales.change_line}
        self._deleters = {
            "salesOrders": sales.cancel_order,
            "salesOrderLines": sales.delete_line,
            "portalOrders": portal.cancel,
        }

    def answer(self, request: Request) -> Answer:
        """Find the page and let it answer.

        :raises Refusal: for every other outcome
        """
        if len(request.path) + len(request.query_text) > _LONGEST_ADDRESS:
            return Answer(414, b"The request URL is too long.", {"Content-Type": "text/plain"})
        route, segments = _address(request.path)
        if segments[0].name == "subscriptions":
            return self._subscriptions.answer(request, route, segments[0].key or "")
        if segments[0].name != "companies":
            raise refusals.no_such_segment(segments[0].name)
        if segments[0].key is None or len(segments) == 1:
            return self._entity(request, PAGES["companies"], segments[0].key)
        if segments[0].key.lower() != COMPANY_ID:
            raise refusals.no_such_company()
        page = page_of(route, segments[1].name)
        if page is None or page.name == "companies":
            raise refusals.no_such_segment(segments[1].name)
        if len(segments) == 2:
            return self._entity(request, page, segments[1].key)
        return self._below(request, page, segments[1:])

    def _entity(self, request: Request, page: EntitySet, key: str | None) -> Answer:
        if key is None:
            return self._collection(request, page)
        if not _GUID.fullmatch(key):
            raise refusals.query_syntax()
        if request.method == "GET":
            return self._show(request, page, key)
        if request.method == "PATCH" and page.name in self._changers:
            return self._show(request, page, self._changers[page.name](request, key.lower()))
        if request.method == "DELETE" and page.name in self._deleters:
            return self._deleters[page.name](request, key.lower())
        raise refusals.verb_not_allowed(request.method, page.name, "Entity")

    def _collection(self, request: Request, page: EntitySet) -> Answer:
        if request.method == "POST" and page.name in self._creators:
            return self._show(request, page, self._creators[page.name](request), status=201)
        if request.method != "GET":
            raise refusals.verb_not_allowed(request.method, page.name, "Collection")
        if page.needs_parent and not re.search(rf"\b({page.needs_parent}|id)\s+eq\b", request.query.get("$filter", "")):
            raise refusals.business("You must specify an Id or a Document Id to get the lines.")
        return self._list(request, page, request.query)

    def _list(self, request: Request, page: EntitySet, query: dict[str, str]) -> Answer:
        options = queries.read_options(query, request.headers.get("prefer", ""))
        with self._store.reading() as db:
            return text_answer(queries.read_page(db, page, options, url=request.url, query=request.query))

    def _show(self, request: Request, page: EntitySet, key: str, status: int = 200) -> Answer:
        query = dict(request.query)
        if page.name == "portalOrders" and status == 201:
            query["$expand"] = "lines,charges"
        options = queries.read_options(query, "")
        url = request.url.partition("(")[0] if page.name == "companies" else request.url
        with self._store.reading() as db:
            text = queries.read_one(db, page, key, options, url=url)
        if text is None:
            raise refusals.no_such_record(page.table, f"Id='{key}'")
        return text_answer(text, status)

    def _below(self, request: Request, page: EntitySet, segments: list[Segment]) -> Answer:
        """A navigation or an action behind one record."""
        key, last = segments[0].key, segments[1]
        if key is None or not _GUID.fullmatch(key):
            raise refusals.query_syntax()
        if page.name == "salesInvoices" and last.name == "pdfDocument":
            return self._pdf(request, key, segments[2:])
        if page.name == "salesOrders" and last.name == "Microsoft.NAV.shipAndInvoice":
            if request.method != "POST":
                raise refusals.verb_not_allowed(request.method, last.name, "Action")
            return self._sales.ship_and_invoice(key)
        expansion = page.expansions.get(last.name)
        if expansion is None or len(segments) > 2:
            raise refusals.no_such_segment(last.name)
        return self._navigation(request, page, key, last)

    def _navigation(self, request: Request, page: EntitySet, key: str, last: Segment) -> Answer:
        expansion = page.expansions[last.name]
        target = PAGES[expansion.target]
        if last.key is not None:
            return self._entity(request, target, last.key)
        if request.method == "POST" and target.name == "salesOrderLines":
            return self._show(request, target, self._sales.create_line(request, key), status=201)
        if request.method != "GET":
            raise refusals.verb_not_allowed(request.method, last.name, "Collection")
        with self._store.reading() as db:
            row = db.execute(f"SELECT * FROM {page.source} WHERE id = ?", (key.lower(),)).fetchone()  # noqa: S608
        if row is None:
            raise refusals.no_such_record(page.table, f"Id='{key}'")
        parent = row[expansion.parent]
        if not expansion.many:
            return self._show(request, target, parent)
        mark = parent if target.fields[expansion.child].kind == "guid" else f"'{parent}'"
        own = f"{expansion.child} eq {mark}"
        asked = request.query.get("$filter")
        return self._list(request, target, {**request.query, "$filter": f"{own} and ({asked})" if asked else own})

    def _pdf(self, request: Request, key: str, rest: list[Segment]) -> Answer:
        if request.method != "GET":
            raise refusals.verb_not_allowed(request.method, "pdfDocument", "Entity")
        with self._store.reading() as db:
            content = invoice_pdf(db, key)
        if content is None:
            raise refusals.no_such_record("Sales Invoice Header", f"Id='{key}'")
        if rest and rest[0].name == "pdfDocumentContent":
            return Answer(200, content, {"Content-Type": "application/octet-stream"})
        if rest:
            raise refusals.no_such_segment(rest[0].name)
        link = f'"{request.url}/pdfDocumentContent"'
        return text_answer(
            f'{{"id":"{key}","parentId":"{key}","parentType":"Sales Invoice",'
            f'"pdfDocumentContent@odata.mediaReadLink":{link}}}'
        )


def _address(path: str) -> tuple[str, list[Segment]]:
    """Route and segments of a path such as `/v2.0/portico-demo/Sandbox/api/v2.0/companies(…)/items`.

    :raises Refusal: not below a root this service has
    """
    prefix = f"/v2.0/{TENANT}/{ENVIRONMENT}"
    if path[: len(prefix)].lower() != prefix.lower():
        raise refusals.no_such_segment(path.strip("/").split("/")[0])
    rest = path[len(prefix) :]
    for root, route in _ROOTS.items():
        if rest.startswith(root):
            matches = [_SEGMENT.fullmatch(unquote(part)) for part in rest[len(root) :].rstrip("/").split("/")]
            if None in matches:
                raise refusals.query_syntax()
            return route, [Segment(match["name"], match["key"]) for match in matches if match is not None]
    raise refusals.no_such_segment(rest.strip("/").split("/")[0])
