"""What an ERP makes of an order that is not what was sent: other prices, items, quantities, dates, lines, documents.

Works on the rows of the order's lines before they are stored. When it happens is decided in `faults`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.erp.sandbox import wire
from app.erp.sandbox.faults import Fault
from app.erp.sandbox.orders import reprice

Rows = list[dict[str, Any]]


def twist(fault: Fault, rows: Rows) -> None:
    """Change the rows as the fault says; the first line is the one that is changed."""
    if rows and fault.kind in _TWISTS:
        _TWISTS[fault.kind](fault, rows)


def _wrong_price(fault: Fault, rows: Rows) -> None:
    reprice(rows[0], wire.micro(wire.decimal(rows[0]["unitPrice"]) * fault.factor))


def _rounded_price(_: Fault, rows: Rows) -> None:
    """Two decimals, as an ERP that keeps prices like amounts."""
    for row in rows:
        reprice(row, wire.micro(wire.decimal(row["unitPrice"]).quantize(Decimal("0.01"), ROUND_HALF_UP)))


def _other_item(fault: Fault, rows: Rows) -> None:
    rows[0].update(itemNumber=fault.item, description=f"Instead of {rows[0]['itemNumber']}")


def _other_quantity(fault: Fault, rows: Rows) -> None:
    rows[0]["quantity"] = wire.micro((wire.decimal(rows[0]["quantity"]) * fault.factor).to_integral_value())
    reprice(rows[0], rows[0]["unitPrice"])


def _other_date(fault: Fault, rows: Rows) -> None:
    asked = date.fromisoformat(rows[0]["requestedDeliveryDate"])
    day = wire.today() if asked.isoformat() == wire.NO_DATE else asked
    rows[0]["confirmedDate"] = (day + timedelta(days=fault.days)).isoformat()


def _split_line(fault: Fault, rows: Rows) -> None:
    """Half of the first line becomes a line of its own, to be delivered later."""
    rest = {**rows[0], "id": str(uuid.uuid4()), "stateId": str(uuid.uuid4())}
    rest["lineNo"] = max(row["lineNo"] for row in rows) + 1
    half = rows[0]["quantity"] // (2 * wire.MILLION) * wire.MILLION
    rows[0]["quantity"], rest["quantity"] = rows[0]["quantity"] - half, half
    rows.append(rest)
    for row in (rows[0], rest):
        reprice(row, row["unitPrice"])
    _other_date(fault, rows[-1:])
    rows[0]["confirmedDate"] = wire.today().isoformat()


def _lines_missing(_: Fault, rows: Rows) -> None:
    """The header came through, the last line did not."""
    rows.pop()


_TWISTS: Mapping[str, Callable[[Fault, Rows], None]] = {
    "wrong_price": _wrong_price,
    "rounded_price": _rounded_price,
    "other_item": _other_item,
    "other_quantity": _other_quantity,
    "other_date": _other_date,
    "split_line": _split_line,
    "lines_missing": _lines_missing,
}
