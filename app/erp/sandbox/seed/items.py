"""Items, their units and planning values: the sellable ones, and those no longer made with what replaces them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.erp.sandbox import wire
from app.erp.sandbox.seed.setup import TAX_GROUP
from app.erp.sandbox.seed.source import record_id, rows, shifted
from app.erp.sandbox.store import Change

_LEAD_TIMES = {"Bikes": 3, "Clothing": 1, "Components": 1, "Accessories": 1}
_OTHER_LEAD_TIMES = {"CL-9009": 0, "HY-1023-70": 2, "FR-T98U-46": 5, "FR-T98U-50": 5, "FR-T98U-54": 5, "FR-T98U-60": 5}


def fill(change: Change) -> None:
    """Fill item cards, units, categories and planning."""
    categories = sorted({row["subcategory"] for row in rows("products")})
    change.insert_many("itemCategories", [
        {"id": record_id("itemCategories", name), "code": category_code(name), "displayName": name} for name in categories
    ])  # fmt: skip
    packs = {row["item_number"]: row for row in rows("item_units")}
    change.insert_many("itemCards", [_card(row, packs) for row in rows("products")])
    change.insert_many("itemUnits", [unit for row in rows("products") for unit in _units(row["product_number"], packs)])
    texts = {row["product_model_id"]: row["description"] for row in rows("product_model_descriptions")}
    change.insert_many("itemPlanning", [_plan(row, texts) for row in rows("products")])


def category_code(name: str) -> str:
    """A subcategory as a code of at most 20 letters: `MOUNTAIN BIKES`."""
    return name.upper()[:20]


def _card(row: dict[str, str], packs: dict[str, dict[str, str]]) -> dict[str, Any]:
    number = row["product_number"]
    return {
        "id": record_id("items", number),
        "number": number,
        "displayName": row["name"],
        "itemCategoryCode": category_code(row["subcategory"]),
        "blocked": int(number not in packs),
        "gtin": packs[number]["gtin"] if number in packs else "",
        "unitPrice": wire.micro(row["list_price"]),
        "unitCost": wire.micro(row["standard_cost"]),
        "taxGroupCode": TAX_GROUP,
        "baseUnitOfMeasureCode": "PCS",
    }


def _units(number: str, packs: dict[str, dict[str, str]]) -> list[dict[str, Any]]:
    pack = packs.get(number, {"pcs_per_box": "", "pcs_per_pallet": ""})
    factors = {"PCS": "1", "BOX": pack["pcs_per_box"], "PAL": pack["pcs_per_pallet"]}
    return [
        {
            "id": record_id("itemUnits", number, code),
            "itemNumber": number,
            "code": code,
            "qtyPerUnitOfMeasure": wire.micro(factor),
        }
        for code, factor in factors.items()
        if factor
    ]


def _plan(row: dict[str, str], texts: dict[str, str]) -> dict[str, Any]:
    number = row["product_number"]
    ended = shifted(row["sell_end_date"])
    return {
        "id": record_id("itemPlanning", number),
        "itemNumber": number,
        "leadTimeDays": _OTHER_LEAD_TIMES.get(number, _LEAD_TIMES[row["category"]]),
        "minimumOrderQuantity": 0,
        "orderMultiple": 0,
        "discontinuedOn": ended,
        "substituteItemNumber": _substitute(row) if ended != wire.NO_DATE else "",
        "description": texts.get(row["product_model_id"], ""),
    }


def _substitute(gone: dict[str, str]) -> str:
    """A sellable item of the same subcategory: same size if there is one, then nearest in price, then first by number."""
    known = [row for row in rows("products") if row["subcategory"] == gone["subcategory"] and not row["sell_end_date"]]

    def distance(row: dict[str, str]) -> tuple[bool, Decimal, str]:
        gap = abs(Decimal(row["list_price"]) - Decimal(gone["list_price"]))
        return row["size"] != gone["size"], gap, row["product_number"]

    return min(known, key=distance)["product_number"] if known else ""
