"""The life of orders on the simulated clock, and what each page shows of it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.erp.sandbox.conftest import LINE

if TYPE_CHECKING:
    from tests.erp.sandbox.conftest import Client

HOUR = 3600


def two_lines(erp: Client, **changes: Any) -> Any:
    other = {"itemNumber": "BC-M005", "quantity": 5, "unitPrice": 9.99}
    return erp.order(lines=[LINE, other], **changes).json()


def advance(erp: Client, seconds: int) -> None:
    erp.control("POST", "clock", {"advance_seconds": seconds})


def test_an_order_is_released_shipped_in_parts_invoiced_and_gone(erp: Client) -> None:
    order = two_lines(erp)
    number = order["orderNumber"]
    advance(erp, 120)
    assert erp.state(number)["releaseStatus"] == "Released"
    assert erp.get(f"salesOrders({order['orderId']})")["status"] == "Open"
    assert all(line["confirmedDate"] > "2000-01-01" for line in erp.lines(number))
    advance(erp, HOUR)
    assert [line["shippedQuantity"] for line in erp.lines(number)] == [2, 2]
    advance(erp, 4 * HOUR)
    assert [line["invoicedQuantity"] for line in erp.lines(number)] == [2, 5]
    assert erp.read(f"salesOrders({order['orderId']})").status_code == 404
    assert erp.state(number)["releaseStatus"] == "Posted"


def test_shipments_name_order_line_and_tracking(erp: Client) -> None:
    order = two_lines(erp)
    advance(erp, 5 * HOUR)
    parcels = erp.get("shipmentLines", filter=f"orderNumber eq '{order['orderNumber']}'")["value"]
    assert [(p["orderLineNo"], p["quantity"]) for p in parcels] == [(10000, 2), (20000, 2), (20000, 3)]
    assert {p["orderKey"] for p in parcels} == {order["orderKey"]}
    assert all(p["trackingUrl"].endswith(p["trackingNumber"]) for p in parcels)
    headers = erp.get("salesShipments", filter=f"orderNumber eq '{order['orderNumber']}'", expand="salesShipmentLines")
    assert [len(header["salesShipmentLines"]) for header in headers["value"]] == [2, 1]


def test_invoices_add_up_to_the_order_and_are_paid_in_time(erp: Client) -> None:
    halves = {"itemNumber": "BC-M005", "quantity": 4, "unitPrice": 0.0625}  # 0.25 in two parts of 0.125
    order = erp.order(lines=[LINE, halves]).json()
    advance(erp, 5 * HOUR)
    wanted = f"orderNumber eq '{order['orderNumber']}'"
    invoices = erp.get("salesInvoices", filter=wanted, expand="salesInvoiceLines")["value"]
    assert sum(i["totalAmountIncludingTax"] for i in invoices) == Decimal(str(order["totalAmountIncludingTax"]))
    assert {i["status"] for i in invoices} == {"Open"}
    advance(erp, 48 * HOUR)
    paid = erp.get("salesInvoices", filter=wanted)["value"]
    assert [(i["status"], i["remainingAmount"]) for i in paid] == [("Paid", 0), ("Paid", 0)]
    assert [i["lastModifiedDateTime"] for i in paid] == [i["lastModifiedDateTime"] for i in invoices], "it is computed"


def test_what_is_owed_shows_in_the_balance_without_a_change_mark(erp: Client) -> None:
    def customer() -> Any:
        return erp.get("customers", filter="number eq 'AW00000009'", expand="customerFinancialDetail")["value"][0]

    before = customer()
    order = two_lines(erp, customerNumber="AW00000009")
    advance(erp, 5 * HOUR)
    after = customer()
    assert after["balanceDue"] - before["balanceDue"] == Decimal(str(order["totalAmountIncludingTax"]))
    assert after["lastModifiedDateTime"] == before["lastModifiedDateTime"]


def test_each_move_moves_the_change_mark_of_the_order(erp: Client) -> None:
    number = two_lines(erp)["orderNumber"]
    marks = [datetime.fromisoformat(erp.state(number)["lastModifiedDateTime"])]
    for seconds in (120, HOUR, HOUR, 4 * HOUR):
        advance(erp, seconds)
        marks.append(datetime.fromisoformat(erp.state(number)["lastModifiedDateTime"]))
    assert marks == sorted(set(marks))


def test_an_order_paid_in_advance_waits_for_its_money(erp: Client) -> None:
    number = two_lines(erp, customerNumber="AW00000013")["orderNumber"]
    advance(erp, 12 * HOUR)
    assert erp.state(number)["releaseStatus"] == "Pending Prepayment"
    assert [line["shippedQuantity"] for line in erp.lines(number)] == [0, 0]
    advance(erp, 24 * HOUR)
    assert erp.state(number)["releaseStatus"] == "Posted"


def test_what_is_not_in_stock_waits_until_it_is(erp: Client) -> None:
    number = erp.order(lines=[{"itemNumber": "RD-2308", "quantity": 7}]).json()["orderNumber"]
    advance(erp, 10 * HOUR)
    assert erp.lines(number)[0]["shippedQuantity"] == 0
    erp.control("POST", "stock", {"itemNumber": "RD-2308", "quantity": 10})
    advance(erp, 2 * HOUR)
    assert erp.state(number)["releaseStatus"] == "Posted"
    assert erp.get("items", filter="number eq 'RD-2308'")["value"][0]["inventory"] == 3


def test_the_lot_that_expires_first_leaves_first(erp: Client) -> None:
    def lots() -> list[Any]:
        return erp.get("stockByLocation", filter="itemNumber eq 'CL-9009'", orderby="expirationDate")["value"]

    before = [lot["quantity"] for lot in lots() if lot["lotNo"]]
    erp.order(lines=[{"itemNumber": "CL-9009", "quantity": int(before[0]) + 5}])
    advance(erp, 5 * HOUR)
    after = [lot["quantity"] for lot in lots() if lot["lotNo"]]
    assert after == [0, before[1] - 5, before[2]]


def test_a_step_can_be_forced_and_ends_when_nothing_is_left(erp: Client) -> None:
    number = two_lines(erp)["orderNumber"]
    steps = [erp.control("POST", f"orders/{number}/step")["step"] for _ in range(7)]
    assert steps[0] == "release"
    assert steps.count("invoice") == steps.count("pay") == 2
    with pytest.raises(AssertionError, match="Nothing is left"):
        erp.control("POST", f"orders/{number}/step")


def test_ship_and_invoice_posts_everything_at_once(erp: Client) -> None:
    order = two_lines(erp)
    answer = erp.send("POST", f"salesOrders({order['orderId']})/Microsoft.NAV.shipAndInvoice")
    assert answer.status_code == 204
    assert erp.state(order["orderNumber"])["releaseStatus"] == "Posted"


def test_shipped_goods_cannot_be_cancelled(erp: Client) -> None:
    order = two_lines(erp)
    advance(erp, 2 * HOUR)
    answer = erp.send("DELETE", f"portalOrders({order['id']})", If_Match="*")
    assert answer.status_code == 400
    assert "has been shipped" in answer.json()["error"]["message"]


def test_an_invoice_comes_as_a_pdf(erp: Client) -> None:
    invoice = erp.get("salesInvoices", top=1)["value"][0]
    answer = erp.read(f"salesInvoices({invoice['id']})/pdfDocument/pdfDocumentContent")
    assert answer.content.startswith(b"%PDF-")
    assert len(answer.content) > 1000
    assert erp.get(f"salesInvoices({invoice['id']})/pdfDocument")["parentType"] == "Sales Invoice"
