"""Stock by place and lot: plenty of everything, a few items scarce on purpose, lots with expiry for what ages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from app.erp.sandbox import wire
from app.erp.sandbox.seed.setup import WAREHOUSES
from app.erp.sandbox.seed.source import SCARCE_ITEMS, record_id, rows
from app.erp.sandbox.store import Change

_PLENTY = {"Bikes": 50_000, "Components": 100_000, "Clothing": 200_000, "Accessories": 200_000}
_AGEING = ("Cleaners", "Hydration Packs", "Tires and Tubes", "Bottles and Cages")
_LOTS = ((60, 10), (240, 30), (480, 60))  # days until expiry, share of the quantity in percent


def fill(change: Change) -> None:
    """Fill the stock of every sellable item."""
    names = {
        WAREHOUSES[row["location_id"]]: row["name"] for row in rows("locations") if row["location_id"] in WAREHOUSES
    }
    counted: dict[tuple[str, str], int] = {}
    for row in rows("product_inventory"):
        counted[row["product_id"], WAREHOUSES[row["location_id"]]] = int(row["quantity"])
    sellable = {row["item_number"] for row in rows("item_units")}
    for row in rows("products"):
        if row["product_number"] in sellable:
            places = list(_places(row, counted))
            change.insert_many(
                "stockByLocation", [{**place, "locationName": names[place["locationCode"]]} for place in places]
            )


def _places(row: dict[str, str], counted: dict[tuple[str, str], int]) -> Iterator[dict[str, Any]]:
    """Stock rows of one item: the data's count, raised to plenty in the main warehouse."""
    number = row["product_number"]
    if number in SCARCE_ITEMS:
        yield _place(number, "FINISHED", SCARCE_ITEMS[number])
        return
    main = _PLENTY[row["category"]] + counted.get((row["product_id"], "FINISHED"), 0)
    if row["subcategory"] in _AGEING:
        yield from _lots(number, main)
    else:
        yield _place(number, "FINISHED", main)
    if aside := counted.get((row["product_id"], "MISC"), 0):
        yield _place(number, "MISC", aside)


def _lots(number: str, quantity: int) -> Iterator[dict[str, Any]]:
    for at, (days, percent) in enumerate(_LOTS, 1):
        expires = (wire.today() + timedelta(days=days)).isoformat()
        yield _place(number, "FINISHED", quantity * percent // 100, lot=f"LOT-{number}-{at}"[:20], expires=expires)


def _place(number: str, code: str, quantity: int, *, lot: str = "", expires: str = wire.NO_DATE) -> dict[str, Any]:
    return {
        "id": record_id("stockByLocation", number, code, lot),
        "itemNumber": number,
        "locationCode": code,
        "lotNo": lot,
        "expirationDate": expires,
        "quantity": wire.micro(quantity),
    }
