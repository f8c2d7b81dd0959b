"""Items as the ERP keeps them, with the units they are sold in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.extensions import session
from app.models.reference import Item, ItemUnit
from app.security.permissions import Permission
from app.views.base import ReadingInterface, Screen, Section
from app.views.filters import Contains, Equals, Search
from app.views.formats import quantity, unit_price
from app.words import t


class ItemScreen(Screen):
    datamodel = ReadingInterface(Item)
    route_base = "/admin/items"
    permission = Permission.REFERENCE_READ
    nouns = ("Item", "Items")
    about = "From the ERP, read only."
    list_columns = ["number", "name", "category", "base_unit", "list_price", "lead_time_days", "blocked"]
    show_columns = [
        "number", "name", "description", "category", "gtin", "base_unit", "list_price", "tax_group", "lead_time_days",
        "minimum_quantity", "order_multiple", "blocked", "discontinued_on", "substitute_number", "withdrawn_at",
        "synced_at",
    ]  # fmt: skip
    order_columns = ["number", "name", "category", "list_price", "lead_time_days"]
    base_order = ("number", "asc")
    figures = frozenset({"list_price", "lead_time_days"})
    label_columns = {
        "number": "Number", "name": "Name", "description": "Description", "category": "Category", "gtin": "GTIN",
        "base_unit": "Base unit", "list_price": "List price", "tax_group": "Tax group", "lead_time_days": "Lead time, days",
        "minimum_quantity": "Least quantity", "order_multiple": "Sold in multiples of", "blocked": "Blocked",
        "discontinued_on": "No longer made since", "substitute_number": "Substitute",
        "withdrawn_at": "Gone from the ERP since", "synced_at": "Read from the ERP",
    }  # fmt: skip
    cells = {
        "list_price": lambda it: unit_price(it.list_price),
        "minimum_quantity": lambda it: quantity(it.minimum_quantity, it.base_unit),
        "order_multiple": lambda it: quantity(it.order_multiple, it.base_unit),
    }
    searches = (
        Search("number", "Number", "number", Contains),
        Search("name", "Name", "name", Contains),
        Search("category", "Category", "category", Contains),
        Search("gtin", "GTIN", "gtin", Equals),
    )

    def name_of(self, item: Any) -> str:
        return f"{item.number} {item.name}"

    def sections(self, item: Any) -> Sequence[Section]:
        found = session.scalars(select(ItemUnit).where(ItemUnit.item_id == item.id).order_by(ItemUnit.factor))
        rows = [(unit.code, quantity(unit.factor, item.base_unit)) for unit in found]
        return (Section(t("Units"), (t("Unit"), t("Holds")), rows),)
