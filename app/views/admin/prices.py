"""Price list lines of the ERP: prices and discounts, for whom, from which quantity, how long."""

from __future__ import annotations

from typing import Any

from app.domain.state_words import state_word
from app.models.reference import PriceListLine
from app.security.permissions import Permission
from app.views.admin import lookups
from app.views.base import ReadingInterface, Screen
from app.views.filters import Contains, Equals, OfCustomer, Search
from app.views.formats import percent, quantity, unit_price
from app.words import t


class PriceScreen(Screen):
    datamodel = ReadingInterface(PriceListLine)
    route_base = "/admin/prices"
    permission = Permission.REFERENCE_READ
    nouns = ("Price", "Prices")
    about = "Price list lines from the ERP, read only. The best line that fits a customer and a quantity counts."
    list_columns = [
        "item_number", "list_code", "assigned_to", "minimum_quantity", "unit_price", "discount_percent", "valid_from",
        "valid_to",
    ]  # fmt: skip
    show_columns = [
        "item_number", "list_code", "list_name", "assigned_to", "customer_id", "minimum_quantity", "unit_price",
        "discount_percent", "valid_from", "valid_to", "withdrawn_at", "synced_at",
    ]  # fmt: skip
    order_columns = ["item_number", "list_code", "unit_price", "discount_percent", "valid_from", "valid_to"]
    base_order = ("item_number", "asc")
    figures = frozenset({"minimum_quantity", "unit_price", "discount_percent"})
    label_columns = {
        "item_number": "Item", "list_code": "List", "list_name": "List name", "assigned_to": "For",
        "customer_id": "Customer", "minimum_quantity": "From quantity", "unit_price": "Price",
        "discount_percent": "Discount", "valid_from": "From", "valid_to": "To and including",
        "withdrawn_at": "Gone from the ERP since", "synced_at": "Read from the ERP",
    }  # fmt: skip
    cells = {
        "assigned_to": lambda it: _for_whom(it),
        "minimum_quantity": lambda it: quantity(it.minimum_quantity, it.unit),
        "unit_price": lambda it: unit_price(it.unit_price, it.currency),
        "discount_percent": lambda it: percent(it.discount_percent),
    }
    names = {"customer_id": lookups.customers}
    searches = (
        Search("item", "Item", "item_number", Contains),
        Search("list", "List", "list_code", Contains),
        Search("customer", "Customer", "customer_id", OfCustomer),
        Search("for", "For", "assigned_to", Equals, kind="choice", choices=("all", "group", "customer")),
    )

    def name_of(self, item: Any) -> str:
        return t("{item} in {price_list}", item=item.item_number, price_list=item.list_code)


def _for_whom(line: PriceListLine) -> str:
    kind = t("everybody") if line.assigned_to == "all" else state_word(line.assigned_to)
    return f"{kind} {line.source_code}".strip()
