"""What lies where, per warehouse and lot, in base units."""

from __future__ import annotations

from typing import Any

from app.models.reference import Stock
from app.security.permissions import Permission
from app.views.base import ReadingInterface, Screen
from app.views.filters import Contains, Search
from app.words import t


class StockScreen(Screen):
    datamodel = ReadingInterface(Stock)
    route_base = "/admin/stock"
    permission = Permission.REFERENCE_READ
    nouns = ("Stock", "Stock")
    about = "From the ERP, read only. Quantities in the item's base unit."
    list_columns = ["item_number", "warehouse", "warehouse_name", "lot", "expires_on", "quantity", "synced_at"]
    show_columns = [*list_columns[:-1], "modified_at", "withdrawn_at", "synced_at"]
    order_columns = ["item_number", "warehouse", "quantity", "expires_on"]
    base_order = ("item_number", "asc")
    figures = frozenset({"quantity"})
    label_columns = {
        "item_number": "Item", "warehouse": "Warehouse", "warehouse_name": "Name", "lot": "Lot",
        "expires_on": "Best before", "quantity": "Quantity", "modified_at": "Changed in the ERP",
        "withdrawn_at": "Gone from the ERP since", "synced_at": "Read from the ERP",
    }  # fmt: skip
    searches = (
        Search("item", "Item", "item_number", Contains),
        Search("warehouse", "Warehouse", "warehouse", Contains),
        Search("lot", "Lot", "lot", Contains),
    )

    def name_of(self, item: Any) -> str:
        return t("{item} in warehouse {warehouse}", item=item.item_number, warehouse=item.warehouse)
