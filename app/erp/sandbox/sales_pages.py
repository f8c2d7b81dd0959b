"""Writes of the standard pages: sales orders, their lines, and the posting action.

Reads need no code of their own, see `pages`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.erp.sandbox import drafts, orders, refusals, wire
from app.erp.sandbox.ledger import Ledger
from app.erp.sandbox.life import Life
from app.erp.sandbox.messages import Answer, Request
from app.erp.sandbox.store import Change, Row, Store
from app.erp.sandbox.subscriptions import check_tag

_HEADER_FIELDS = [
    "externalDocumentNumber",
    "orderDate",
    "postingDate",
    "customerId",
    "customerNumber",
    "billToCustomerId",
    "billToCustomerNumber",
    "shortcutDimension1Code",
    "shortcutDimension2Code",
    "currencyId",
    "currencyCode",
    "pricesIncludeTax",
    "paymentTermsId",
    "shipmentMethodId",
    "salesperson",
    "partialShipping",
    "requestedDeliveryDate",
    "discountAmount",
    "phoneNumber",
    "email",
    "sellToAddressLine1",
    "sellToAddressLine2",
    "sellToCity",
    "sellToCountry",
    "sellToState",
    "sellToPostCode",
]
_LINE_FIELDS = [
    "documentId",
    "sequence",
    "itemId",
    "lineType",
    "lineObjectNumber",
    "description",
    "description2",
    "unitOfMeasureCode",
    "quantity",
    "unitPrice",
    "discountPercent",
    "shipmentDate",
]


class SalesPages:
    """What may be written on `salesOrders` and `salesOrderLines`."""

    def __init__(self, store: Store, ledger: Ledger, life: Life) -> None:
        self._store = store
        self._ledger = ledger
        self._life = life

    def create_order(self, request: Request) -> str:
        """POST salesOrders, with lines when it is a deep insert; returns the id."""
        body = request.json()
        drafts.known_fields(body, [*_HEADER_FIELDS, *drafts.SHIP_TO_FIELDS, "salesOrderLines"], "salesOrder")
        with self._store.writing() as change:
            body["salesOrderLines"] = [_with_item(change, row) for row in body.get("salesOrderLines") or []]
            draft = drafts.sales_order(body, _customer_number(change, body))
            number = orders.enter(change, draft, self._ledger, twist=request.twist)
            self._life.born(change, number)
            return str(orders.of_number(change, number)["id"])

    def change_order(self, request: Request, order_id: str) -> str:
        """PATCH salesOrders({id}): key, dates and address, while it is open."""
        body = request.json()
        drafts.known_fields(body, [*_HEADER_FIELDS, *drafts.SHIP_TO_FIELDS], "salesOrder")
        values: dict[str, Any] = {name: drafts.text(body, name) for name in drafts.SHIP_TO_FIELDS if name in body}
        if "externalDocumentNumber" in body:
            values["orderKey"] = drafts.code(body, "externalDocumentNumber", 35)
        for name in ("orderDate", "requestedDeliveryDate"):
            if name in body:
                values[name] = drafts.day(body, name)
        with self._store.writing() as change:
            order = _live(change, order_id)
            check_tag(request, order)
            orders.require_open(order)
            change.update("orders", {"id": order["id"]}, values)
            orders.changed(change, order, self._ledger)
        return order_id

    def cancel_order(self, request: Request, order_id: str) -> Answer:
        """DELETE salesOrders({id}): cancels while nothing is shipped."""
        with self._store.writing() as change:
            order = _live(change, order_id)
            check_tag(request, order)
            orders.cancel(change, order, self._ledger)
        return Answer(204)

    def ship_and_invoice(self, order_id: str) -> Answer:
        """POST salesOrders({id})/Microsoft.NAV.shipAndInvoice."""
        with self._store.writing() as change:
            self._life.ship_and_invoice(change, _live(change, order_id))
        return Answer(204)

    def create_line(self, request: Request, order_id: str) -> str:
        """POST a line to an open order; returns its id."""
        body = request.json()
        drafts.known_fields(body, _LINE_FIELDS, "salesOrderLine")
        with self._store.writing() as change:
            order = _live(change, order_id or drafts.text(body, "documentId"))
            orders.require_open(order)
            last = change.one(
                "SELECT COALESCE(MAX(lineNo), 0) AS n FROM orderLines WHERE orderNumber = ?", order["number"]
            )
            assert last is not None
            draft = drafts.sales_line(_with_item(change, body), last["n"] + 10_000)
            rows = orders.line_rows(change, order, [draft])
            change.insert_many("orderLines", rows)
            orders.changed(change, order, self._ledger)
        return str(rows[0]["id"])

    def change_line(self, request: Request, line_id: str) -> str:
        """PATCH a line: quantity, unit price, discount, description, wished date."""
        body = request.json()
        drafts.known_fields(body, _LINE_FIELDS, "salesOrderLine")
        with self._store.writing() as change:
            order, line = self._editable(change, request, line_id)
            for name in ("documentId", "sequence", "lineObjectNumber", "unitOfMeasureCode"):
                if name in body:
                    raise refusals.business(f"The {name} cannot be changed. Delete and insert the line again.")
            values = _edited(line, body)
            change.update("orderLines", {"id": line_id}, values)
            orders.changed(change, order, self._ledger)
        return line_id

    def delete_line(self, request: Request, line_id: str) -> Answer:
        """DELETE a line of an open order; its state stays readable as cancelled."""
        with self._store.writing() as change:
            order, line = self._editable(change, request, line_id)
            change.update("orderLines", {"id": line_id}, {"removed": 1, "cancelledQuantity": line["quantity"]})
            orders.changed(change, order, self._ledger)
        return Answer(204)

    def _editable(self, change: Change, request: Request, line_id: str) -> tuple[Row, Row]:
        line = change.one("SELECT * FROM orderLines WHERE id = ? AND removed = 0", line_id)
        if line is None:
            raise refusals.no_such_record("Sales Line", f"Id='{line_id}'")
        check_tag(request, line)
        order = orders.of_number(change, line["orderNumber"])
        orders.require_open(order)
        return order, line


def _live(change: Change, order_id: str) -> Row:
    """The order of that id, as long as it has not been posted away or deleted."""
    row = change.one("SELECT * FROM orders WHERE id = ? AND gone = 0", order_id.lower())
    if row is None:
        raise refusals.no_such_record("Sales Header", f"Document Type='Order',Id='{order_id}'")
    return row


def _customer_number(change: Change, body: Mapping[str, Any]) -> str:
    """The customer of an order body, by number or id."""
    number, record_id = drafts.code(body, "customerNumber"), drafts.text(body, "customerId")
    if not record_id:
        return number
    row = change.one("SELECT number FROM customerCards WHERE id = ?", record_id.lower())
    if row is None:
        raise refusals.business("The sell-to customer cannot be found.")
    if number and number != row["number"]:
        raise refusals.business("The sell-to customer values do not match to a specific Customer.")
    return str(row["number"])


def _with_item(change: Change, row: Any) -> dict[str, Any]:
    """A line body whose item is named by number, also when it came by id."""
    if not isinstance(row, dict):
        raise refusals.bad_request("Invalid Request Body")
    drafts.known_fields(row, _LINE_FIELDS, "salesOrderLine")
    if row.get("lineObjectNumber") or not row.get("itemId"):
        return row
    item = change.one("SELECT number FROM itemCards WHERE id = ?", drafts.text(row, "itemId").lower())
    if item is None:
        raise refusals.business("Item does not exist.")
    return {**row, "lineObjectNumber": item["number"]}


def _edited(line: Row, body: Mapping[str, Any]) -> dict[str, Any]:
    """New values of a line, amounts recomputed."""
    row = {name: line[name] for name in ("quantity", "discountPercent", "taxPercent", "description")}
    row["requestedDeliveryDate"] = (
        drafts.day(body, "shipmentDate") if "shipmentDate" in body else line["requestedDeliveryDate"]
    )
    if "description" in body:
        row["description"] = drafts.text(body, "description")
    quantity, discount = drafts.number(body, "quantity"), drafts.number(body, "discountPercent")
    row["quantity"] = line["quantity"] if quantity is None else quantity
    row["discountPercent"] = line["discountPercent"] if discount is None else discount
    if row["quantity"] <= 0 or not 0 <= row["discountPercent"] <= 100 * wire.MILLION:
        raise refusals.field_rule("The quantity or discount is outside of the permitted range.")
    price = drafts.number(body, "unitPrice")
    orders.reprice(row, line["unitPrice"] if price is None else price)
    return row
