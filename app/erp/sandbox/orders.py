"""Entering, changing and cancelling sales orders: the rules of the trade, in one transaction each.

What happens to an order afterwards is in `posting` and `life`; how it is asked for over HTTP is in the pages.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from app.erp.sandbox import refusals, wire
from app.erp.sandbox.drafts import DraftLine, DraftOrder
from app.erp.sandbox.ledger import CommitLog
from app.erp.sandbox.pricing import BASE_UNIT, Asked, Buyer, PriceBook, Priced
from app.erp.sandbox.store import Change, Row

Twist = Callable[[list[dict[str, Any]]], None]
_LINE_VALUES = ["itemNumber", "unitOfMeasureCode", "quantity", "unitPrice", "discountPercent"]


def enter(change: Change, draft: DraftOrder, ledger: CommitLog, *, twist: Twist | None = None) -> str:
    """Make a sales order of a draft.

    :param twist: makes something else of its lines; only for planned misbehaviour
    :returns: its number
    :raises Refusal: unknown or blocked party or item, a taken key, a value a field may not hold
    """
    customer = _customer(change, draft)
    ship_to = _ship_to(change, draft, customer)
    number = change.next_number("S-ORD")
    header = _header(change, draft, customer, number) | ship_to
    try:
        change.insert("orders", header)
    except sqlite3.IntegrityError as err:
        raise refusals.same_key("Portal Order", f"Order Key='{draft.key}'") from err
    rows = line_rows(change, header, draft.lines, take_blocked=draft.historical)
    if twist is not None:
        twist(rows)
    change.insert_many("orderLines", rows)
    change.insert_many("orderCharges", _charge_rows(draft, number, rows))
    total(change, number)
    change.tell("salesOrders", header["id"], "created")
    change.tell("orderStates", header["stateId"], "created")
    _log(change, ledger, "order_committed", number)
    return number


def _customer(change: Change, draft: DraftOrder) -> Row:
    if not draft.customer:
        raise refusals.business('A "customerNumber" or a "customerId" must be provided.')
    row = change.one("SELECT * FROM customerCards WHERE number = ?", draft.customer)
    if row is None:
        raise refusals.business("The sell-to customer cannot be found.")
    if row["blocked"] != " ":
        raise refusals.business(
            f"You cannot create this type of document when Customer {row['number']} "
            f"is blocked with type {row['blocked']}"
        )
    if draft.currency and not change.one("SELECT 1 FROM currencies WHERE code = ?", draft.currency):
        raise refusals.not_related("Currency Code", "Sales Header", draft.currency, "Currency")
    if draft.staged and not draft.key:
        raise refusals.Refusal(
            400, "BadRequest_RequiredParamNotProvided", "Field 'orderKey' must not be blank or empty."
        )
    return row


def _ship_to(change: Change, draft: DraftOrder, customer: Row) -> dict[str, str]:
    """The address the order keeps: of the code, else of the customer, overlaid by fields sent openly."""
    if draft.ship_to_code:
        row = change.one(
            "SELECT * FROM shipToAddresses WHERE customerNumber = ? AND code = ?",
            customer["number"],
            draft.ship_to_code,
        )
        if row is None:
            raise refusals.not_related("Ship-to Code", "Sales Header", draft.ship_to_code, "Ship-to Address")
        name, contact = row["name"], row["contact"]
    else:
        row, name, contact = customer, customer["displayName"], ""
    address = {
        "shipToName": name,
        "shipToContact": contact,
        "shipToAddressLine1": row["addressLine1"],
        "shipToAddressLine2": row["addressLine2"],
        "shipToCity": row["city"],
        "shipToState": row["state"],
        "shipToCountry": row["country"],
        "shipToPostCode": row["postalCode"],
    }
    return address | dict(draft.ship_to)


def _header(change: Change, draft: DraftOrder, customer: Row, number: str) -> dict[str, Any]:
    return {
        "number": number,
        "id": str(uuid.uuid4()),
        "stateId": str(uuid.uuid4()),
        "stagingId": str(uuid.uuid4()),
        "staged": int(draft.staged),
        "orderKey": draft.key,
        "customerNumber": customer["number"],
        "customerReference": draft.reference,
        "channel": draft.channel,
        "releaseStatus": "Open",
        "orderDate": draft.order_date or wire.today().isoformat(),
        "requestedDeliveryDate": draft.requested,
        "shipToCode": draft.ship_to_code,
        "currencyCode": draft.currency or customer["currencyCode"],
        "comment": draft.comment,
    }


def line_rows(
    change: Change, header: dict[str, Any] | Row, lines: Sequence[DraftLine], *, take_blocked: bool = False
) -> list[dict[str, Any]]:
    """Rows for the order lines, judged, priced and taxed.

    :param take_blocked: lets items pass that are no longer sold; for orders of former days
    :raises Refusal: the first line that cannot be taken
    """
    if not lines and header["staged"]:
        raise refusals.business("There is nothing to order: the document has no lines.")
    numbers = {line.item for line in lines}
    cards = _by_number(change, "itemCards", "number", numbers)
    units: dict[tuple[str, str], int] = {
        (row["itemNumber"], row["code"]): row["qtyPerUnitOfMeasure"] for row in _rows_of(change, "itemUnits", numbers)
    }
    for line in lines:
        _judge(line, cards, units, take_blocked=take_blocked)
    if len({line.line_no for line in lines}) < len(lines):
        raise refusals.same_key("Sales Line", f"Document No.='{header['number']}'")
    buyer = _buyer(change, header)
    book = PriceBook(change.db, (line.item for line in lines if line.unit_price is None), buyer, wire.today())
    rates = _tax_rates(change, buyer.number)
    rows = []
    for line in lines:
        card = cards[line.item]
        factor = units[line.item, line.unit or BASE_UNIT]
        rows.append(_line_row(header["number"], line, card, factor=factor, priced=_priced(line, card, factor, book)))
        rows[-1]["taxPercent"] = rates.get(card["taxGroupCode"], 0)
        reprice(rows[-1], rows[-1]["unitPrice"])
    return rows


def _rows_of(change: Change, table: str, numbers: set[str], column: str = "itemNumber") -> list[Row]:
    found: list[Row] = []
    wanted = sorted(numbers)
    for at in range(0, len(wanted), 500):
        part = wanted[at : at + 500]
        marks = ",".join("?" * len(part))
        found += change.all(f"SELECT * FROM {table} WHERE {column} IN ({marks})", *part)  # noqa: S608
    return found


def _by_number(change: Change, table: str, column: str, numbers: set[str]) -> dict[str, Row]:
    return {row[column]: row for row in _rows_of(change, table, numbers, column)}


def _judge(line: DraftLine, cards: dict[str, Row], units: dict[tuple[str, str], int], *, take_blocked: bool) -> None:
    card = cards.get(line.item)
    if card is None:
        raise refusals.not_related("No.", "Sales Line", line.item, "Item")
    if card["blocked"] and not take_blocked:
        raise refusals.business(f"Blocked must be equal to 'No'  in Item: No.={line.item}. Current value is 'Yes'.")
    if (line.item, line.unit or BASE_UNIT) not in units:
        raise refusals.not_related("Unit of Measure Code", "Sales Line", line.unit, "Item Unit of Measure")
    if line.quantity <= 0:
        raise refusals.field_rule(f"Quantity must be positive in Sales Line: No.={line.item}.")
    if (line.unit_price or 0) < 0 or not 0 <= (line.discount_percent or 0) <= 100 * wire.MILLION:
        raise refusals.field_rule(f"The price or discount is outside of the permitted range: No.={line.item}.")


def _buyer(change: Change, header: dict[str, Any] | Row) -> Buyer:
    details = change.one("SELECT * FROM customerDetails WHERE customerNumber = ?", header["customerNumber"])
    group = details["customerPriceGroup"] if details is not None else ""
    return Buyer(header["customerNumber"], group, header["currencyCode"])


def _tax_rates(change: Change, customer: str) -> dict[str, int]:
    rows = change.all(
        "SELECT taxGroupCode, percent FROM taxRates JOIN customerCards ON taxRates.taxAreaCode = customerCards.taxAreaCode "
        "WHERE customerCards.number = ?",
        customer,
    )
    return {row["taxGroupCode"]: row["percent"] for row in rows}


def _priced(line: DraftLine, card: Row, factor: int, book: PriceBook) -> Priced:
    """What was sent; what was left out, the ERP finds. A price sent without a discount has none."""
    if line.unit_price is not None:
        return Priced(line.unit_price, line.discount_percent or 0)
    found = book.price(Asked(line.item, line.unit or BASE_UNIT, factor, line.quantity, card["unitPrice"]))
    return found if line.discount_percent is None else Priced(found.unit_price, line.discount_percent)


def _line_row(number: str, line: DraftLine, card: Row, *, factor: int, priced: Priced) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "stateId": str(uuid.uuid4()),
        "orderNumber": number,
        "lineNo": line.line_no,
        "itemNumber": line.item,
        "description": line.description or card["displayName"],
        "unitOfMeasureCode": line.unit or BASE_UNIT,
        "qtyPerUnitOfMeasure": factor,
        "quantity": line.quantity,
        "unitPrice": priced.unit_price,
        "discountPercent": priced.discount_percent,
        "requestedDeliveryDate": line.requested,
        "confirmedDate": wire.NO_DATE,
        "comment": line.comment,
    }


def _charge_rows(draft: DraftOrder, number: str, lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows for the charges; they are taxed as the dearest-taxed line is."""
    percent = max((line["taxPercent"] for line in lines), default=0)
    return [
        {
            "id": str(uuid.uuid4()),
            "orderNumber": number,
            "lineNo": at,
            "code": charge.code,
            "description": charge.description,
            "amount": charge.amount,
            "taxPercent": percent,
            "totalTaxAmount": wire.micro(wire.cents(wire.decimal(charge.amount) * wire.decimal(percent) / 100)),
        }
        for at, charge in enumerate(draft.charges, start=1)
    ]


def reprice(row: dict[str, Any], unit_price: int) -> None:
    """Set a line's price and everything that follows from it; amounts are rounded per line."""
    gross = wire.decimal(row["quantity"]) * wire.decimal(unit_price)
    net = wire.cents(gross * (100 - wire.decimal(row["discountPercent"])) / 100)
    row["unitPrice"] = unit_price
    row["amountExcludingTax"] = wire.micro(net)
    row["discountAmount"] = wire.micro(wire.cents(gross) - net)
    row["totalTaxAmount"] = wire.micro(wire.cents(net * wire.decimal(row["taxPercent"]) / 100))


def total(change: Change, number: str) -> None:
    """Bring the header's sums up to date; they are sums of rounded lines and charges."""
    row = change.one(
        "SELECT COALESCE(SUM(amountExcludingTax), 0) AS net, COALESCE(SUM(totalTaxAmount), 0) AS tax "
        "FROM orderLines WHERE orderNumber = ? AND removed = 0",
        number,
    )
    extra = change.one(
        "SELECT COALESCE(SUM(amount), 0) AS net, COALESCE(SUM(totalTaxAmount), 0) AS tax FROM orderCharges "
        "WHERE orderNumber = ?",
        number,
    )
    assert row is not None
    assert extra is not None
    net, tax = row["net"] + extra["net"], row["tax"] + extra["tax"]
    sums = {"totalAmountExcludingTax": net, "totalTaxAmount": tax, "totalAmountIncludingTax": net + tax}
    change.update("orders", {"number": number}, sums)


def of_number(change: Change, number: str) -> Row:
    """The order of that number, which must exist."""
    row = change.one("SELECT * FROM orders WHERE number = ?", number)
    if row is None:
        raise refusals.no_such_record("Sales Header", f"Document Type='Order',No.='{number}'")
    return row


def require_open(order: Row) -> None:
    """Only an order that is not yet released may be edited."""
    if order["releaseStatus"] != "Open":
        raise refusals.field_rule(
            f"Status must be equal to 'Open'  in Sales Header: Document Type=Order, No.={order['number']}. "
            f"Current value is '{order['releaseStatus']}'."
        )


def cancel(change: Change, order: Row, ledger: CommitLog) -> None:
    """Take an order back while nothing of it has left.

    :raises Refusal: something is shipped, or it is gone already
    """
    shipped = change.one(
        "SELECT 1 FROM orderLines WHERE orderNumber = ? AND shippedQuantity > 0 LIMIT 1", order["number"]
    )
    if shipped is not None or order["gone"]:
        raise refusals.business(
            f"You cannot delete the order {order['number']} because at least one line has been shipped or invoiced."
        )
    change.db.execute("DELETE FROM lifeSteps WHERE orderNumber = ?", (order["number"],))
    for line in change.all("SELECT lineNo, quantity FROM orderLines WHERE orderNumber = ?", order["number"]):
        key = {"orderNumber": order["number"], "lineNo": line["lineNo"]}
        change.update("orderLines", key, {"cancelledQuantity": line["quantity"]})
    change.update("orders", {"number": order["number"]}, {"releaseStatus": "Deleted", "gone": 1})
    change.tell("salesOrders", order["id"], "deleted")
    change.tell("orderStates", order["stateId"])
    _log(change, ledger, "order_cancelled", order["number"])


def changed(change: Change, order: Row, ledger: CommitLog) -> None:
    """Sums, marks and log after an order or its lines were edited."""
    total(change, order["number"])
    change.tell("salesOrders", order["id"])
    change.tell("orderStates", order["stateId"])
    _log(change, ledger, "order_changed", order["number"])


def _log(change: Change, ledger: CommitLog, kind: str, number: str) -> None:
    order = of_number(change, number)
    lines = change.all("SELECT * FROM orderLines WHERE orderNumber = ? AND removed = 0 ORDER BY lineNo", number)
    ledger.committed(
        change,
        kind,
        order["orderKey"],
        orderNumber=number,
        customerNumber=order["customerNumber"],
        channel=order["channel"],
        total=wire.decimal(order["totalAmountIncludingTax"]),
        lines=[line_digest(line) for line in lines],
    )


def line_digest(line: Row) -> str:
    """A line in one comparable text: number, item, unit, quantity, price, discount."""
    parts = [str(line["lineNo"])]
    parts += [line[name] if isinstance(line[name], str) else wire.amount_text(line[name]) for name in _LINE_VALUES]
    return "|".join(parts)
