"""Is the document in the ERP the order we sent? Customer and content are compared before a document is adopted."""

from __future__ import annotations

from decimal import Decimal

from app.erp.port import LineToPlace, OrderLineRecord, OrderRecord, OrderToPlace

# Business Central rounds unit prices to its own precision; a line's amount may differ by one minor unit for it.
PRICE_TOLERANCE = Decimal("0.00005")


def differences(sent: OrderToPlace, found: OrderRecord) -> list[str]:
    """Where the two differ, in words; empty when the ERP holds what we sent."""
    problems = []
    if found.customer_number.upper() != sent.customer_number.upper():
        problems.append(f"it belongs to customer {found.customer_number}, ours to {sent.customer_number}")
    if found.currency and found.currency != sent.currency:
        problems.append(f"it is in {found.currency}, ours in {sent.currency}")
    by_number = {line.line_number: line for line in found.lines}
    for line in sent.lines:
        problems += _line_differences(line, by_number.pop(line.line_number, None))
    problems += [f"line {number} is not ours" for number in by_number]
    return problems


def _line_differences(sent: LineToPlace, found: OrderLineRecord | None) -> list[str]:
    if found is None:
        return [f"line {sent.line_number} is missing"]
    where = f"line {sent.line_number}"
    problems = []
    if found.item_number != sent.item_number:
        problems.append(f"{where} is item {found.item_number}, ours {sent.item_number}")
    if found.quantity != sent.quantity or found.unit != sent.unit:
        problems.append(f"{where} is {found.quantity:f} {found.unit}, ours {sent.quantity:f} {sent.unit}")
    if abs(found.unit_price - sent.unit_price) > PRICE_TOLERANCE or found.discount_percent != sent.discount_percent:
        problems.append(
            f"{where} costs {found.unit_price:f} less {found.discount_percent:f} %,"
            f" ours {sent.unit_price:f} less {sent.discount_percent:f} %"
        )
    return problems
