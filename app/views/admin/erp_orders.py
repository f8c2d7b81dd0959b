"""Orders of every channel as the ERP holds them, beside our own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.extensions import session
from app.models.reference import ErpOrder, ErpOrderLine
from app.security.permissions import Permission
from app.views.admin import lookups
from app.views.admin.erp_words import CHANNELS, ORDER_STATES, channel, order_state
from app.views.base import ReadingInterface, Screen, Section
from app.views.filters import Contains, Equals, OfCustomer, Search, Since, Until
from app.views.formats import day, money, percent, quantity, unit_price
from app.words import t


class ErpOrderScreen(Screen):
    datamodel = ReadingInterface(ErpOrder)
    route_base = "/admin/erp-orders"
    permission = Permission.REFERENCE_READ
    nouns = ("Order in the ERP", "Orders in the ERP")
    about = "Orders of every channel, from the ERP, read only."
    list_columns = ["number", "customer_id", "channel", "reference", "ordered_on", "status", "net"]
    show_columns = [
        "number", "customer_id", "channel", "order_key", "reference", "ordered_on", "status", "net", "tax", "gross",
        "modified_at", "withdrawn_at", "synced_at",
    ]  # fmt: skip
    order_columns = ["number", "channel", "ordered_on", "status", "net"]
    base_order = ("ordered_on", "desc")
    figures = frozenset({"net", "tax", "gross"})
    label_columns = {
        "number": "Number", "customer_id": "Customer", "channel": "Came by", "order_key": "Key of our order",
        "reference": "Customer's number", "ordered_on": "Ordered", "status": "State in the ERP", "net": "Net",
        "tax": "Tax", "gross": "Total", "modified_at": "Changed in the ERP",
        "withdrawn_at": "Gone from the ERP since", "synced_at": "Read from the ERP",
    }  # fmt: skip
    cells = {
        "channel": lambda it: channel(it.channel),
        "status": lambda it: order_state(it.status),
        "net": lambda it: money(it.net, it.currency),
        "tax": lambda it: money(it.tax, it.currency),
        "gross": lambda it: money(it.gross, it.currency),
    }
    names = {"customer_id": lookups.customers}
    searches = (
        Search("number", "Number", "number", Contains),
        Search("customer", "Customer", "customer_id", OfCustomer),
        Search("channel", "Came by", "channel", Equals, kind="choice", choices=tuple(CHANNELS), words=channel),
        Search(
            "status",
            "State in the ERP",
            "status",
            Equals,
            kind="choice",
            choices=tuple(ORDER_STATES),
            words=order_state,
        ),
        Search("key", "Key of our order", "order_key", Equals),
        Search("since", "Ordered since", "ordered_on", Since, kind="date"),
        Search("until", "Ordered until", "ordered_on", Until, kind="date"),
    )

    def sections(self, item: Any) -> Sequence[Section]:
        found = session.scalars(
            select(ErpOrderLine).where(ErpOrderLine.erp_order_id == item.id).order_by(ErpOrderLine.line_number)
        )
        columns = (
            t("Line"), t("Item"), t("Name"), t("Ordered"), t("Shipped"), t("Invoiced"), t("Price"), t("Discount"), t("Net"),
            t("Confirmed for"),
        )  # fmt: skip
        rows = [
            (
                line.line_number, line.item_number, line.name, quantity(line.quantity, line.unit),
                quantity(line.shipped), quantity(line.invoiced), unit_price(line.unit_price),
                percent(line.discount_percent), money(line.net, item.currency), day(line.confirmed_date),
            )
            for line in found
        ]  # fmt: skip
        return (Section(t("Lines"), columns, rows, figures=frozenset(columns[3:9])),)
