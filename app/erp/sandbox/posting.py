"""Posting: shipments out of stock, invoices for shipments, payments for invoices, and the end of an order.

Each function works inside a running change and says whether it did anything. When it is called is decided in `life`.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from app.erp.sandbox import orders, refusals, wire
from app.erp.sandbox.ledger import CommitLog
from app.erp.sandbox.store import Change, Row


def release(change: Change, order: Row) -> None:
    """Confirm the lines with a date each and hand the order to the warehouse, or wait for prepayment."""
    details = change.one("SELECT * FROM customerDetails WHERE customerNumber = ?", order["customerNumber"])
    waits = details is not None and details["prepaymentRequired"] and not order["prepaid"]
    for line in _lines(change, order["number"]):
        key = {"orderNumber": order["number"], "lineNo": line["lineNo"]}
        change.update("orderLines", key, {"confirmedDate": _confirmed(change, order, line)})
    set_status(change, order, "Pending Prepayment" if waits else "Released")


def set_status(change: Change, order: Row, status: str, **more: Any) -> None:
    """Write the release status and tell subscribers."""
    change.update("orders", {"number": order["number"]}, {"releaseStatus": status, **more})
    change.tell("salesOrders", order["id"], "deleted" if more.get("gone") else "updated")
    change.tell("orderStates", order["stateId"])


def _confirmed(change: Change, order: Row, line: Row) -> str:
    """The later of the wish and what the item's lead time in working days allows."""
    plan = change.one("SELECT leadTimeDays FROM itemPlanning WHERE itemNumber = ?", line["itemNumber"])
    earliest = working_day(date.fromisoformat(order["orderDate"]), plan["leadTimeDays"] if plan is not None else 1)
    return str(max(earliest.isoformat(), line["requestedDeliveryDate"], order["requestedDeliveryDate"]))


def working_day(start: date, days: int) -> date:
    """The day that many working days after `start`; Saturdays and Sundays do not count."""
    day = start
    while days > 0 or day.weekday() >= 5:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day


def _lines(change: Change, number: str) -> list[Row]:
    return change.all("SELECT * FROM orderLines WHERE orderNumber = ? AND removed = 0 ORDER BY lineNo", number)


def ship(change: Change, order: Row, ledger: CommitLog, *, half: bool, on: str = "", from_stock: bool = True) -> str:
    """Post a shipment of about half of the order, or of all that is left and in stock.

    :returns: the shipment's number, empty when there was nothing to ship
    """
    lines = _lines(change, order["number"])
    parcels: list[tuple[Row, int]] = []
    for at, line in enumerate(lines):
        wanted = _share(line, at, len(lines)) if half else line["quantity"] - line["shippedQuantity"]
        sent = _take_stock(change, line, wanted) if from_stock else wanted
        if sent > 0:
            parcels.append((line, sent))
    if not parcels:
        return ""
    return _post_shipment(change, order, ledger, parcels, on or wire.today().isoformat())


def _share(line: Row, at: int, lines: int) -> int:
    """What the first shipment takes of a line: every other line whole, of the rest half, in whole units."""
    left: int = line["quantity"] - line["shippedQuantity"]
    if lines > 1 and at % 2 == 0:
        return left
    half = left // (2 * wire.MILLION) * wire.MILLION
    return half or (left if lines == 1 else 0)


def _take_stock(change: Change, line: Row, wanted: int) -> int:
    """Take base units out of stock, first expiring first; whole units of the line only. Returns what was found."""
    factor = line["qtyPerUnitOfMeasure"]
    places = change.all(
        "SELECT * FROM stockByLocation WHERE itemNumber = ? AND quantity > 0 "
        "ORDER BY expirationDate, locationCode = 'MISC', lotNo",
        line["itemNumber"],
    )
    available = sum(place["quantity"] for place in places)
    sent = min(wanted, available * wire.MILLION // factor // wire.MILLION * wire.MILLION)
    missing = sent * factor // wire.MILLION
    for place in places:
        taken = min(missing, place["quantity"])
        if taken > 0:
            change.update("stockByLocation", {"id": place["id"]}, {"quantity": place["quantity"] - taken})
            change.tell("stockByLocation", place["id"])
            missing -= taken
    return int(sent)


def _post_shipment(change: Change, order: Row, ledger: CommitLog, parcels: list[tuple[Row, int]], on: str) -> str:
    number = change.next_number("S-SHPT")
    mark = hashlib.sha256(number.encode()).hexdigest().upper()
    tracking = f"{mark[:4]}-{mark[4:8]}-{mark[8:10]}"
    carrier = change.all("SELECT displayName FROM shipmentMethods ORDER BY code")
    header = {
        "number": number,
        "orderNumber": order["number"],
        "postingDate": on,
        "carrierName": carrier[int(mark[:4], 16) % len(carrier)]["displayName"],
        "trackingNumber": tracking,
        "trackingUrl": f"https://tracking.example.com/{tracking}",
    }
    change.insert("shipments", header)
    entry = {"shipmentNumber": number, "orderNumber": order["number"]}
    change.insert_many(
        "shipmentEntries", [{**entry, "orderLineNo": line["lineNo"], "quantity": sent} for line, sent in parcels]
    )
    for line, sent in parcels:
        key = {"orderNumber": order["number"], "lineNo": line["lineNo"]}
        change.update("orderLines", key, {"shippedQuantity": line["shippedQuantity"] + sent})
    touch(change, order)
    ledger.committed(change, "shipment_posted", order["orderKey"], orderNumber=order["number"], shipmentNumber=number)
    return number


def touch(change: Change, order: Row) -> None:
    """Move the change mark of an order whose lines or postings moved."""
    change.update("orders", {"number": order["number"]}, {})
    change.tell("salesOrders", order["id"])
    change.tell("orderStates", order["stateId"])


def invoice(change: Change, order: Row, shipment: str, ledger: CommitLog, *, on: str = "") -> str:
    """Post the invoice of one shipment; returns its number."""
    number = change.next_number("PS-INV")
    entries = change.all(
        "SELECT e.quantity AS sent, l.* FROM shipmentEntries e JOIN orderLines l ON l.orderNumber = e.orderNumber "
        "AND l.lineNo = e.orderLineNo WHERE e.shipmentNumber = ? ORDER BY l.lineNo",
        shipment,
    )
    rows = [_invoice_line(change, number, line) for line in entries]
    parties = {"number": number, "orderNumber": order["number"], "shipmentNumber": shipment,
               "customerNumber": order["customerNumber"]}  # fmt: skip
    issued = on or wire.today().isoformat()
    dates = {"invoiceDate": issued, "dueDate": _due(change, order["customerNumber"], issued)}
    sums = _invoice_sums([*rows, *_take_charges(change, order["number"], number)])
    change.insert("invoices", {**parties, **dates, **sums})
    change.insert_many("invoiceEntries", rows)
    change.update("shipments", {"number": shipment}, {"invoiced": 1})
    touch(change, order)
    _tell_invoice(change, number, "created")
    ledger.committed(
        change,
        "invoice_posted",
        order["orderKey"],
        orderNumber=order["number"],
        invoiceNumber=number,
        total=wire.decimal(sums["totalAmountIncludingTax"]),
    )
    return number


def _take_charges(change: Change, order: str, invoice: str) -> list[dict[str, Any]]:
    """The charges of an order go onto its first invoice, whole."""
    taken = change.all("SELECT * FROM orderCharges WHERE orderNumber = ? AND invoiceNumber = ''", order)
    for row in taken:
        change.update("orderCharges", {"orderNumber": order, "lineNo": row["lineNo"]}, {"invoiceNumber": invoice})
    return [{"amountExcludingTax": row["amount"], "totalTaxAmount": row["totalTaxAmount"]} for row in taken]


def _invoice_sums(rows: list[dict[str, Any]]) -> dict[str, int]:
    net = sum(row["amountExcludingTax"] for row in rows)
    tax = sum(row["totalTaxAmount"] for row in rows)
    gross = {"totalAmountIncludingTax": net + tax, "remainingAmount": net + tax}
    return {"totalAmountExcludingTax": net, "totalTaxAmount": tax, **gross}


def _invoice_line(change: Change, number: str, line: Row) -> dict[str, Any]:
    """One invoice line; the last part of a line takes what is left, so that the parts add up to the cent."""
    share = Decimal(line["sent"]) / Decimal(line["quantity"])
    last = line["invoicedQuantity"] + line["sent"] >= line["quantity"]
    amounts = {}
    for name, so_far in (("amountExcludingTax", "invoicedAmount"), ("totalTaxAmount", "invoicedTax")):
        part = wire.micro(wire.cents(wire.decimal(line[name]) * share))
        amounts[name] = line[name] - line[so_far] if last else part
    done = {
        "invoicedQuantity": line["invoicedQuantity"] + line["sent"],
        "invoicedAmount": line["invoicedAmount"] + amounts["amountExcludingTax"],
        "invoicedTax": line["invoicedTax"] + amounts["totalTaxAmount"],
    }
    change.update("orderLines", {"orderNumber": line["orderNumber"], "lineNo": line["lineNo"]}, done)
    head = {"invoiceNumber": number, "orderNumber": line["orderNumber"], "orderLineNo": line["lineNo"]}
    return {**head, "quantity": line["sent"], **amounts}


def _due(change: Change, customer: str, issued: str) -> str:
    row = change.one(
        "SELECT dueDateCalculation FROM paymentTerms JOIN customerCards ON code = paymentTermsCode WHERE number = ?",
        customer,
    )
    days = int(row["dueDateCalculation"].rstrip("D")) if row is not None else 0
    return (date.fromisoformat(issued) + timedelta(days=days)).isoformat()


def _tell_invoice(change: Change, number: str, kind: str) -> None:
    row = change.one("SELECT id FROM invoices WHERE number = ?", number)
    assert row is not None
    change.tell("salesInvoices", row["id"], kind)


def pay(change: Change, number: str, ledger: CommitLog, *, amount: int | None = None, on: str = "") -> int:
    """Book a payment; without an amount, all that is open. Returns what is still open, in millionths.

    The invoice's change mark does not move: its remaining amount is a computed field of the ERP.

    :raises Refusal: no such invoice, or more than is open
    """
    row = change.one("SELECT v.*, o.orderKey FROM invoices v JOIN orders o ON o.number = v.orderNumber "
                     "WHERE v.number = ?", number)  # fmt: skip
    if row is None:
        raise refusals.no_such_record("Sales Invoice Header", f"No.='{number}'")
    paid = row["remainingAmount"] if amount is None else amount
    if paid <= 0 or paid > row["remainingAmount"]:
        raise refusals.business(f"The amount must lie above zero and may not exceed what is open on invoice {number}.")
    left = int(row["remainingAmount"] - paid)
    change.update("invoices", {"number": number}, {"remainingAmount": left}, stamp=False)
    payment = {"invoiceNumber": number, "amount": paid, "postingDate": on or wire.today().isoformat()}
    change.insert("payments", payment)
    change.tell("salesInvoices", row["id"])
    ledger.committed(
        change, "payment_posted", row["orderKey"], orderNumber=row["orderNumber"], invoiceNumber=number,
        amount=wire.decimal(paid),
    )  # fmt: skip
    return left


def finish(change: Change, number: str) -> bool:
    """Let the order go once everything is shipped and invoiced; returns whether it went."""
    waiting = change.one(
        "SELECT 1 FROM orderLines WHERE orderNumber = ? AND removed = 0 "
        "AND invoicedQuantity + cancelledQuantity < quantity LIMIT 1",
        number,
    )
    order = orders.of_number(change, number)
    if waiting is not None or order["gone"]:
        return False
    set_status(change, order, "Posted", gone=1)
    return True
