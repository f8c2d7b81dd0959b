"""The ERP's own price of a line: the best of the price list lines that fit.

Lowest valid `Price` line, highest valid `Discount` line; without a price line the item's list price. Independent of the
portal's resolver on purpose, so that the two can be compared. Source: "best price" of Business Central sales pricing.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.erp.sandbox import wire

BASE_UNIT = "PCS"


@dataclass(frozen=True, slots=True)
class Buyer:
    number: str
    price_group: str
    currency: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing to price: `factor` base units make one `unit`; numbers in millionths."""

    item: str
    unit: str
    factor: int
    quantity: int
    list_price: int


@dataclass(frozen=True, slots=True)
class Priced:
    """Price for one unit asked, and the line discount in percent; both in millionths."""

    unit_price: int
    discount_percent: int


class PriceBook:
    """The price lines of some items, as one buyer sees them on one day."""

    def __init__(self, db: sqlite3.Connection, items: Iterable[str], buyer: Buyer, on: date) -> None:
        self._lines: dict[str, list[sqlite3.Row]] = defaultdict(list)
        numbers = sorted(set(items))
        for at in range(0, len(numbers), 500):
            part = numbers[at : at + 500]
            statement = f"SELECT * FROM priceListLines WHERE assetNo IN ({','.join('?' * len(part))})"  # noqa: S608
            for row in db.execute(statement, part):
                if _is_valid(row, on.isoformat()) and _is_for(row, buyer):
                    self._lines[row["assetNo"]].append(row)

    def price(self, asked: Asked) -> Priced:
        """The best price and the best discount."""
        fitting = [row for row in self._lines[asked.item] if _reaches(row, asked)]
        prices = [
            row["unitPrice"] * _units(row, asked) // wire.MILLION for row in fitting if row["amountType"] == "Price"
        ]
        discounts = [row["lineDiscountPercent"] for row in fitting if row["amountType"] == "Discount"]
        list_price = asked.list_price * asked.factor // wire.MILLION
        return Priced(min(prices, default=list_price), max(discounts, default=0))


def _is_valid(row: sqlite3.Row, day: str) -> bool:
    ends = row["endingDate"]
    return bool(row["status"] == "Active" and row["startingDate"] <= day and (ends == wire.NO_DATE or day <= ends))


def _is_for(row: sqlite3.Row, buyer: Buyer) -> bool:
    sources = {"All Customers": "", "Customer Price Group": buyer.price_group, "Customer": buyer.number}
    fits = row["sourceType"] in sources and row["sourceNo"] == sources[row["sourceType"]]
    return bool(fits and row["currencyCode"] in ("", buyer.currency))


def _in_base_unit(row: sqlite3.Row) -> bool:
    return row["unitOfMeasureCode"] in ("", BASE_UNIT)


def _reaches(row: sqlite3.Row, asked: Asked) -> bool:
    """Whether the line speaks of the asked unit and its minimum is reached."""
    if _in_base_unit(row):
        return bool(asked.quantity * asked.factor >= row["minimumQuantity"] * wire.MILLION)
    return bool(row["unitOfMeasureCode"] == asked.unit and asked.quantity >= row["minimumQuantity"])


def _units(row: sqlite3.Row, asked: Asked) -> int:
    """How many of the price's unit one asked unit holds, in millionths."""
    return asked.factor if _in_base_unit(row) else wire.MILLION
