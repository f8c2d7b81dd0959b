"""What is sent for an order, and what an odd answer to it means."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.erp.business_central.ordering import staged_body, standard_body
from app.erp.errors import ErpRefused, ErpUnknownOutcome
from app.erp.port import ErpOrderStatus, LineToPlace, OrderToPlace
from tests.erp.business_central.pages import MOMENT, Pages
from tests.erp.scripted import Conversation

LINE = LineToPlace(5, "BK-1", "Bike", Decimal(2), "PCS", Decimal("19.9940"), Decimal(0), None, "No bell")
ORDER = OrderToPlace("K1", "C1", "4711", "USD", "MAIN", date(2031, 5, 6), "Ring twice", (LINE,))
ANSWER: dict[str, Any] = {
    "id": "s-1",
    "@odata.etag": 'W/"1"',
    "orderKey": "K1",
    "orderNumber": "S-1",
    "customerNumber": "C1",
    "customerReference": "4711",
    "channel": "Portal",
    "releaseStatus": "Open",
    "orderDate": "2031-05-01",
    "currencyCode": "USD",
    "totalAmountExcludingTax": 1,
    "totalTaxAmount": 0,
    "totalAmountIncludingTax": 1,
    "lastModifiedDateTime": MOMENT,
    "lines": [],
}


@pytest.fixture
def pages() -> Iterator[Pages]:
    pages = Pages()
    yield pages
    pages.host.stop()


def answering(pages: Pages, method: str, *answers: tuple[int, dict[str, Any]]) -> None:
    """Let the next requests of this method be answered like this, everything else as usual."""
    left = list(answers)

    def script(talk: Conversation) -> None:
        if talk.method == method and "companies(" in talk.path:
            status, body = left.pop(0)
            talk.answer(status, json.dumps(body).encode())
        else:
            pages.answer(talk)

    pages.host.scripts = [script]


def test_a_staged_order_carries_key_prices_and_wishes() -> None:
    body = staged_body(ORDER)

    assert (body["orderKey"], body["requestedDeliveryDate"], body["comment"]) == ("K1", "2031-05-06", "Ring twice")
    assert body["lines"] == [
        {
            "lineNo": 5,
            "itemNumber": "BK-1",
            "quantity": Decimal(2),
            "unitOfMeasureCode": "PCS",
            "unitPrice": Decimal("19.9940"),
            "discountPercent": Decimal(0),
            "comment": "No bell",
        }
    ]


def test_a_plain_sales_order_turns_comments_into_lines_and_sends_no_sequence() -> None:
    body = standard_body(ORDER)

    assert body["externalDocumentNumber"] == "K1"
    assert [(line["lineType"], line.get("description")) for line in body["salesOrderLines"]] == [
        ("Comment", "Ring twice"),
        ("Item", None),
        ("Comment", "No bell"),
    ]
    assert not any("sequence" in line for line in body["salesOrderLines"])


@pytest.mark.parametrize("odd", [{"orderKey": "K2"}, {"lines": None}, {"releaseStatus": "Lost"}, {"orderNumber": ""}])
def test_an_odd_answer_to_an_entry_leaves_it_open(pages: Pages, odd: dict[str, Any]) -> None:
    answering(pages, "POST", (201, {**ANSWER, **odd}))

    with pytest.raises(ErpUnknownOutcome) as caught:
        pages.connector().create_order(ORDER)
    assert caught.value.exchange is not None
    assert caught.value.exchange.outcome == "unknown"


def test_an_order_changed_while_we_cancel_it_is_looked_at_again(pages: Pages) -> None:
    pages.rows["portalOrders"] = [ANSWER]
    answering(
        pages, "DELETE", (409, {"error": {"code": "Request_EntityChanged", "message": "Another user."}}), (204, {})
    )
    pages.connector().cancel_order("K1")

    tags = [talk.headers["if-match"] for talk in pages.host.seen if talk.method == "DELETE"]
    assert tags == ['W/"1"', 'W/"1"']


def test_a_refused_cancellation_keeps_the_words_of_the_erp(pages: Pages) -> None:
    pages.rows["portalOrders"] = [ANSWER]
    refusal = {"error": {"code": "Application_DialogException", "message": "Already packed."}}
    answering(pages, "DELETE", (400, refusal))

    with pytest.raises(ErpRefused, match="Already packed"):
        pages.connector().cancel_order("K1")


def test_a_cancelled_order_is_not_cancelled_again(pages: Pages) -> None:
    pages.rows["portalOrders"] = [{**ANSWER, "releaseStatus": "Deleted"}]

    assert pages.connector().cancel_order("k1").status is ErpOrderStatus.CANCELLED
    assert not [talk for talk in pages.host.seen if talk.method == "DELETE"]
