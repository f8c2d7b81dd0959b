"""Orders of other channels that are there from the start, out of the order history and moved into the last months.

The first ten customers have two to four each, in every state of their life, nothing overdue; a few others owe money
beyond its due date. None of them moves by itself.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from app.erp.sandbox import orders, posting, wire
from app.erp.sandbox.drafts import DraftLine, DraftOrder
from app.erp.sandbox.ledger import NoLedger
from app.erp.sandbox.seed.customers import PLAIN
from app.erp.sandbox.seed.source import rows
from app.erp.sandbox.store import Change

OVERDUE_CUSTOMERS = ("AW00000022", "AW00000025", "AW00000028", "AW00000033", "AW00000044")
_ALL_PAID = 3  # the first customers owe nothing, however old the store grows
_CHANNELS = ("Phone", "Mail", "EDI")
_LEDGER = NoLedger()


def fill(change: Change) -> None:
    """Fill orders, shipments, invoices and payments of the past."""
    by_customer: dict[str, list[dict[str, str]]] = defaultdict(list)
    for header in sorted(rows("sales_order_header"), key=lambda row: (row["order_date"], row["sales_order_id"])):
        by_customer[header["store_account_number"]].append(header)
    for position in range(1, PLAIN + 1):
        past = by_customer[f"AW{position:08d}"][-(2 + position % 3) :]
        for age, header in enumerate(reversed(past)):
            _tell_life(change, header, position=position, age=age)
    for number in OVERDUE_CUSTOMERS:
        for header in by_customer[number][-2:]:
            _post(change, _enter(change, header, days_ago=75), days_ago=75, paid=False)


def _tell_life(change: Change, header: dict[str, str], *, position: int, age: int) -> None:
    """Newest: open, or half shipped. Next: half shipped and invoiced. Older: posted, unpaid only where not yet due."""
    days_ago = (2, 9, 20, 70)[age]
    owes = position > _ALL_PAID
    number = _enter(change, header, days_ago=days_ago)
    if age >= 2:
        due_later = owes and age == 2 and position % 10 != 4
        _post(change, number, days_ago=days_ago, paid=not due_later)
    elif age == 1:
        _ship_half(change, number, days_ago=days_ago, invoiced=True, paid=not owes)
    elif position % 2 == 0:
        _ship_half(change, number, days_ago=days_ago, invoiced=False, paid=False)


def _day(days_ago: int) -> str:
    return (wire.today() - timedelta(days=days_ago)).isoformat()


def _enter(change: Change, header: dict[str, str], *, days_ago: int) -> str:
    """The order as it was, under a date of now."""
    key = header["sales_order_id"]
    draft = DraftOrder(
        key="",
        customer=header["store_account_number"],
        reference=header["purchase_order_number"],
        channel=_CHANNELS[int(key) % len(_CHANNELS)],
        staged=False,
        requested=wire.NO_DATE,
        ship_to_code="MAIN",
        currency="USD",
        comment="",
        lines=tuple(_line(row) for row in rows("sales_order_detail") if row["sales_order_id"] == key),
        ship_to={},
        order_date=_day(days_ago),
        historical=True,
    )
    return orders.enter(change, draft, _LEDGER)


def _line(row: dict[str, str]) -> DraftLine:
    return DraftLine(
        line_no=int(row["line_number"]) * 10_000,
        item=row["product_number"],
        quantity=wire.micro(row["order_qty"]),
        unit="PCS",
        unit_price=wire.micro(row["unit_price"]),
        discount_percent=wire.micro(row["unit_price_discount"]) * 100,
        requested=wire.NO_DATE,
        comment="",
    )


def _ship_half(change: Change, number: str, *, days_ago: int, invoiced: bool, paid: bool) -> None:
    posting.release(change, orders.of_number(change, number))
    _ship(change, number, days_ago=days_ago - 1, half=True, invoiced=invoiced, paid=paid)


def _post(change: Change, number: str, *, days_ago: int, paid: bool) -> None:
    """Ship in two parts, invoice each, let the order go."""
    posting.release(change, orders.of_number(change, number))
    _ship(change, number, days_ago=days_ago - 1, half=True, invoiced=True, paid=paid)
    _ship(change, number, days_ago=days_ago - 3, half=False, invoiced=True, paid=paid)
    posting.finish(change, number)


def _ship(change: Change, number: str, *, days_ago: int, half: bool, invoiced: bool, paid: bool) -> None:
    order = orders.of_number(change, number)
    shipment = posting.ship(change, order, _LEDGER, half=half, on=_day(days_ago), from_stock=False)
    if not shipment or not invoiced:
        return
    invoice = posting.invoice(change, order, shipment, _LEDGER, on=_day(days_ago))
    if paid:
        posting.pay(change, invoice, _LEDGER, on=_day(max(0, days_ago - 10)))
