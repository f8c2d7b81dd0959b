"""Is the document in the ERP the order we sent? Customer and content are compared before a document is adopted."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from app.erp.port import LineToPlace, OrderLineRecord, OrderRecord, OrderToPlace

# Business Central rounds unit prices to its own precision; a line's amount may differ by one minor unit for it.
PRICE_TOLERANCE = Decimal("0.00005")


def differences(sent: OrderToPlace, found: OrderRecord) -> list[str]:
    """Where the two differ, in words; empty when the ERP holds what we sent."""
    return foreign_content(sent, found) + money_differences(sent, found)


def foreign_content(sent: OrderToPlace, found: OrderRecord) -> list[str]:
    """What makes it another order than ours: customer, currency, items, quantities, lines missing or not ours."""
    problems = []
    if found.customer_number.upper() != sent.customer_number.upper():
        problems.append(f"it belongs to customer {found.customer_number}, ours to {sent.customer_number}")
    if found.currency and found.currency != sent.currency:
        problems.append(f"it is in {found.currency}, ours in {sent.currency}")
    if not found.lines:  # what is left of a posted order in some ERPs; nothing more of it can be compared
        return problems
    by_number = {line.line_number: line for line in found.lines}
    for line in sent.lines:
        problems += _line_content(line, by_number.pop(line.line_number, None))
    problems += [f"line {number} is not ours" for number in by_number]
    return problems


def _charge_differences(sent: OrderToPlace, found: OrderRecord) -> list[str]:
    if not found.lines:
        return []
    ours = Counter((each.code.upper(), each.amount) for each in sent.charges)
    theirs = Counter((each.code.upper(), each.net) for each in found.charges)
    problems = [f"the charge {code} of {amount:f} is missing" for code, amount in (ours - theirs).elements()]
    return problems + [f"the charge {code} of {amount:f} is not ours" for code, amount in (theirs - ours).elements()]


def money_differences(sent: OrderToPlace, found: OrderRecord) -> list[str]:
    """Where the ERP holds our order at other prices or charges."""
    return _price_differences(sent, found) + _charge_differences(sent, found)


def _price_differences(sent: OrderToPlace, found: OrderRecord) -> list[str]:
    by_number = {line.line_number: line for line in found.lines}
    pairs = [(line, by_number[line.line_number]) for line in sent.lines if line.line_number in by_number]
    return [
        f"line {ours.line_number} costs {theirs.unit_price:f} less {theirs.discount_percent:f} %,"
        f" ours {ours.unit_price:f} less {ours.discount_percent:f} %"
        for ours, theirs in pairs
        if abs(theirs.unit_price - ours.unit_price) > PRICE_TOLERANCE
        or theirs.discount_percent != ours.discount_percent
    ]


def _line_content(sent: LineToPlace, found: OrderLineRecord | None) -> list[str]:
    where = f"line {sent.line_number}"
    if found is None:
        return [f"{where} is missing"]
    problems = []
    if found.item_number != sent.item_number:
        problems.append(f"{where} is item {found.item_number}, ours {sent.item_number}")
    if found.quantity != sent.quantity or found.unit != sent.unit:
        problems.append(f"{where} is {found.quantity:f} {found.unit}, ours {sent.quantity:f} {sent.unit}")
    return problems
