"""A Business Central that serves whatever rows a test puts in, broken ones included.

The sandbox ERP only ever tells well-formed stories; this one is for the others. Knows tokens, companies, paging, and the
two filters the connector's streams use.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from app.erp.business_central.connector import BusinessCentral
from tests.erp.scripted import Conversation, ScriptedHost

Rows = list[Any]
MOMENT = "2026-03-01T10:00:00Z"


@dataclass
class Pages:
    """`rows` by entity set; `tokens` counts sign-ins, of which the first `tokens_end` are not good for anything."""

    rows: dict[str, Rows] = field(default_factory=dict)
    tokens: int = 0
    tokens_end: int = 0
    next_link: str = ""
    page_tokens_work: bool = True

    def __post_init__(self) -> None:
        self.host = ScriptedHost([self.answer])

    def connector(self, **settings: Any) -> BusinessCentral:
        base = {
            "url": self.host.url,
            "tenant": "t",
            "environment": "e",
            "company": "Adventure Works",
            "client_id": "portico",
            "client_secret": "s3cret",
            "overlap": 0,
        }
        return BusinessCentral({**base, **settings})

    def asked(self, entity: str) -> list[str]:
        """The queries that came for an entity set, decoded."""
        paths = [urlsplit(talk.path) for talk in self.host.seen]
        return [" ".join(map(" ".join, parse_qs(at.query).values())) for at in paths if at.path.endswith(f"/{entity}")]

    def answer(self, talk: Conversation) -> None:
        at = urlsplit(talk.path)
        entity = at.path.rpartition("/")[2]
        if entity == "token":
            self.tokens += 1
            self._json(talk, {"access_token": f"token-{self.tokens}", "expires_in": 3600})
        elif talk.headers.get("authorization") != f"Bearer token-{self.tokens}" or self.tokens <= self.tokens_end:
            talk.answer(401, b'{"error": {"code": "Authentication_InvalidCredentials", "message": "no"}}')
        elif entity == "companies":
            self._json(talk, {"value": [{"id": "c-1", "name": "Adventure Works"}]})
        else:
            self._page(talk, entity, {name: values[0] for name, values in parse_qs(at.query).items()})

    def _page(self, talk: Conversation, entity: str, query: dict[str, str]) -> None:
        if "$skiptoken" in query and not self.page_tokens_work:
            talk.answer(400, b'{"error": {"code": "BadRequest", "message": "The skiptoken is not known."}}')
            return
        rows = [row for row in self.rows.get(entity, []) if _fits(row, query.get("$filter", ""))]
        rows = rows[: int(query.get("$top", len(rows)))]
        start, size = int(query.get("$skiptoken", 0)), int(talk.headers["prefer"].rpartition("=")[2])
        answer: dict[str, Any] = {"value": rows[start : start + size]}
        if start + size < len(rows):
            query["$skiptoken"] = str(start + size)
            rest = "&".join(f"{name}={quote(value)}" for name, value in query.items())
            answer["@odata.nextLink"] = self.next_link or f"{self.host.url}{urlsplit(talk.path).path}?{rest}"
        self._json(talk, answer)

    def _json(self, talk: Conversation, value: Any) -> None:
        talk.answer(200, json.dumps(value).encode(), Content_Type="application/json")


def _fits(row: Any, wanted: str) -> bool:
    if not isinstance(row, dict):
        return True
    since = re.search(r"lastModifiedDateTime gt (\S+)", wanted)
    if since and datetime.fromisoformat(row["lastModifiedDateTime"]) <= datetime.fromisoformat(since.group(1)):
        return False
    equal = re.findall(r"(\w+) eq '([^']*)'", wanted)
    return not equal or any(row.get(name) == value for name, value in equal)


def price_line(number: int, **fields: Any) -> dict[str, Any]:
    """A row of `priceListLines`."""
    return {
        "id": f"id-{number}",
        "priceListCode": "DEALER",
        "priceListDescription": "Dealer prices",
        "lineNo": number,
        "sourceType": "Customer Price Group",
        "sourceNo": "DEALER",
        "assetType": "Item",
        "assetNo": f"ITEM-{number}",
        "unitOfMeasureCode": "",
        "minimumQuantity": 0,
        "currencyCode": "USD",
        "amountType": "Price",
        "unitPrice": 10,
        "lineDiscountPercent": 0,
        "startingDate": "0001-01-01",
        "endingDate": "0001-01-01",
        "status": "Active",
        "lastModifiedDateTime": MOMENT,
        **fields,
    }


def item(number: str, **fields: Any) -> dict[str, Any]:
    """A row of `items`."""
    return {
        "id": f"id-{number}",
        "number": number,
        "displayName": f"Item {number}",
        "itemCategoryCode": "BIKES",
        "blocked": False,
        "gtin": "",
        "unitPrice": 12.5,
        "priceIncludesTax": False,
        "taxGroupCode": "GOODS",
        "baseUnitOfMeasureCode": "PCS",
        "lastModifiedDateTime": MOMENT,
        **fields,
    }


def item_unit(number: str, code: str, factor: float, **fields: Any) -> dict[str, Any]:
    """A row of `itemUnits`."""
    return {
        "id": f"unit-{number}-{code}",
        "itemNumber": number,
        "code": code,
        "qtyPerUnitOfMeasure": factor,
        "lastModifiedDateTime": MOMENT,
        **fields,
    }


def invoice(number: str, **fields: Any) -> dict[str, Any]:
    """A row of `salesInvoices` with one line."""
    line = {
        "sequence": 1,
        "lineType": "Item",
        "lineObjectNumber": "ITEM-1",
        "description": "Item 1",
        "unitOfMeasureCode": "PCS",
        "quantity": 1,
        "unitPrice": 100,
        "amountExcludingTax": 100,
    }
    return {
        "id": f"id-{number}",
        "number": number,
        "customerNumber": "C1",
        "orderNumber": "O1",
        "externalDocumentNumber": "K1",
        "invoiceDate": "2026-03-01",
        "dueDate": "2026-03-31",
        "currencyCode": "USD",
        "totalAmountExcludingTax": 100,
        "totalTaxAmount": 0,
        "totalAmountIncludingTax": 100,
        "remainingAmount": 100,
        "status": "Open",
        "salesInvoiceLines": [line],
        "lastModifiedDateTime": MOMENT,
        **fields,
    }
