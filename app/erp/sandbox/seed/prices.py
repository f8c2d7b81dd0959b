"""Price lists: the dealer list, special offers as quantity discounts, contract lists out of the order history."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from app.erp.sandbox import wire
from app.erp.sandbox.seed.customers import PRICE_GROUP
from app.erp.sandbox.seed.source import record_id, rows, shifted
from app.erp.sandbox.store import Change

CONTRACT_CUSTOMERS = ("AW00000024", "AW00000054", "AW00000299", "AW00000638", "AW00000660", "AW00000678")
_CONTRACT_BELOW = Decimal("0.595")  # dealers pay 0.60 of the list price; what they paid less for was agreed


def fill(change: Change) -> None:
    """Fill the price list lines."""
    change.insert_many("priceListLines", [*_dealer_lines(), *_offer_lines(), *_contract_lines()])


def _line(code: str, at: int, item: str, **more: Any) -> dict[str, Any]:
    """A line with the values most lines share."""
    return {
        "id": record_id("priceListLines", code, at),
        "priceListCode": code,
        "priceListDescription": code,
        "lineNo": at * 10_000,
        "sourceType": "All Customers",
        "sourceNo": "",
        "assetType": "Item",
        "assetNo": item,
        "unitOfMeasureCode": "PCS",
        "minimumQuantity": 0,
        "currencyCode": "USD",
        "amountType": "Price",
        "unitPrice": 0,
        "lineDiscountPercent": 0,
        "startingDate": wire.NO_DATE,
        "endingDate": wire.NO_DATE,
        "status": "Active",
    } | more


def _dealer_lines() -> list[dict[str, Any]]:
    priced = [row for row in rows("products") if row["dealer_price"]]
    return [
        _line(
            PRICE_GROUP,
            at,
            row["product_number"],
            priceListDescription="Dealer prices",
            sourceType="Customer Price Group",
            sourceNo=PRICE_GROUP,
            unitPrice=wire.micro(row["dealer_price"]),
            startingDate=shifted(row["sell_start_date"]),
        )
        for at, row in enumerate(priced, 1)
    ]


def _offer_lines() -> list[dict[str, Any]]:
    numbers = {row["product_id"]: row["product_number"] for row in rows("products")}
    lines = []
    for offer in rows("special_offers"):
        members = [
            row for row in rows("special_offer_products") if row["special_offer_id"] == offer["special_offer_id"]
        ]
        percent = Decimal(offer["discount_pct"]) * 100
        for at, member in enumerate(members if percent else [], 1):
            lines.append(
                _line(
                    f"OFFER-{int(offer['special_offer_id']):02d}",
                    at,
                    numbers[member["product_id"]],
                    priceListDescription=offer["description"],
                    minimumQuantity=wire.micro(offer["min_qty"]),
                    amountType="Discount",
                    lineDiscountPercent=wire.micro(percent),
                    startingDate=shifted(offer["start_date"]),
                    endingDate=shifted(offer["end_date"]),
                )
            )
    return lines


def _contract_lines() -> list[dict[str, Any]]:
    lines = []
    for customer in CONTRACT_CUSTOMERS:
        for at, (item, price) in enumerate(sorted(_agreed_prices(customer).items()), 1):
            lines.append(
                _line(
                    f"CONTRACT-{customer}",
                    at,
                    item,
                    priceListDescription=f"Contract prices {customer}",
                    sourceType="Customer",
                    sourceNo=customer,
                    unitPrice=wire.micro(price),
                )
            )
    return lines


def _agreed_prices(customer: str) -> dict[str, str]:
    """Per sellable item the price the customer most often paid below the dealer price; the lower one on a tie."""
    orders = {row["sales_order_id"] for row in rows("sales_order_header") if row["store_account_number"] == customer}
    lists = {row["product_number"]: Decimal(row["list_price"]) for row in rows("products") if not row["sell_end_date"]}
    seen: dict[str, Counter[str]] = {}
    for row in rows("sales_order_detail"):
        item, price = row["product_number"], row["unit_price"]
        if row["sales_order_id"] in orders and item in lists and Decimal(price) < lists[item] * _CONTRACT_BELOW:
            seen.setdefault(item, Counter())[price] += 1
    return {item: min(prices, key=lambda p: (-prices[p], Decimal(p))) for item, prices in seen.items()}
