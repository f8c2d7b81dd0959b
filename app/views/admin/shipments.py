"""What left the warehouse, with the carrier's tracking number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.extensions import session
from app.models.reference import Shipment, ShipmentLine
from app.security.permissions import Permission
from app.views.admin import lookups
from app.views.base import ReadingInterface, Screen, Section
from app.views.filters import Contains, OfCustomer, Search, Since, Until
from app.views.formats import quantity
from app.words import t


class ShipmentScreen(Screen):
    datamodel = ReadingInterface(Shipment)
    route_base = "/admin/shipments"
    permission = Permission.REFERENCE_READ
    nouns = ("Shipment", "Shipments")
    about = "From the ERP, read only."
    list_columns = ["number", "customer_id", "order_number", "shipped_on", "carrier", "tracking_number"]
    show_columns = [*list_columns, "tracking_url", "order_key", "withdrawn_at", "synced_at"]
    order_columns = ["number", "shipped_on", "carrier"]
    base_order = ("shipped_on", "desc")
    label_columns = {
        "number": "Number", "customer_id": "Customer", "order_number": "ERP order", "shipped_on": "Shipped",
        "carrier": "Carrier", "tracking_number": "Tracking number", "tracking_url": "Tracking address",
        "order_key": "Key of our order", "withdrawn_at": "Gone from the ERP since", "synced_at": "Read from the ERP",
    }  # fmt: skip
    names = {"customer_id": lookups.customers}
    searches = (
        Search("number", "Number", "number", Contains),
        Search("customer", "Customer", "customer_id", OfCustomer),
        Search("order", "ERP order", "order_number", Contains),
        Search("since", "Shipped since", "shipped_on", Since, kind="date"),
        Search("until", "Shipped until", "shipped_on", Until, kind="date"),
    )

    def sections(self, item: Any) -> Sequence[Section]:
        found = session.scalars(
            select(ShipmentLine).where(ShipmentLine.shipment_id == item.id).order_by(ShipmentLine.position)
        )
        rows = [(line.order_line, line.item_number, quantity(line.quantity, line.unit)) for line in found]
        return (
            Section(t("Lines"), (t("Order line"), t("Item"), t("Quantity")), rows, figures=frozenset({t("Quantity")})),
        )
