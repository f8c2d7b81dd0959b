"""Invoices of the ERP and what is still open of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.extensions import session
from app.models.reference import Invoice, InvoiceLine
from app.security.permissions import Permission
from app.views.admin import lookups
from app.views.admin.erp_words import INVOICE_STATES, invoice_state
from app.views.base import ReadingInterface, Screen, Section
from app.views.filters import Contains, Equals, OfCustomer, Search, Since, Until
from app.views.formats import money, quantity, unit_price
from app.words import t


class InvoiceScreen(Screen):
    datamodel = ReadingInterface(Invoice)
    route_base = "/admin/invoices"
    permission = Permission.REFERENCE_READ
    nouns = ("Invoice", "Invoices")
    about = "From the ERP, read only."
    list_columns = ["number", "customer_id", "order_number", "issued_on", "due_on", "gross", "remaining", "status"]
    show_columns = [
        "number", "customer_id", "order_number", "order_key", "issued_on", "due_on", "net", "tax", "gross", "remaining",
        "status", "withdrawn_at", "synced_at",
    ]  # fmt: skip
    order_columns = ["number", "issued_on", "due_on", "gross", "remaining"]
    base_order = ("issued_on", "desc")
    figures = frozenset({"net", "tax", "gross", "remaining"})
    label_columns = {
        "number": "Number", "customer_id": "Customer", "order_number": "ERP order", "order_key": "Key of our order",
        "issued_on": "Issued", "due_on": "Due", "net": "Net", "tax": "Tax", "gross": "Total", "remaining": "Still open",
        "status": "State", "withdrawn_at": "Gone from the ERP since", "synced_at": "Read from the ERP",
    }  # fmt: skip
    cells = {
        "status": lambda it: invoice_state(it.status),
        "net": lambda it: money(it.net, it.currency),
        "tax": lambda it: money(it.tax, it.currency),
        "gross": lambda it: money(it.gross, it.currency),
        "remaining": lambda it: money(it.remaining, it.currency),
    }
    names = {"customer_id": lookups.customers}
    searches = (
        Search("number", "Number", "number", Contains),
        Search("customer", "Customer", "customer_id", OfCustomer),
        Search("order", "ERP order", "order_number", Contains),
        Search("state", "State", "status", Equals, kind="choice", choices=tuple(INVOICE_STATES), words=invoice_state),
        Search("since", "Issued since", "issued_on", Since, kind="date"),
        Search("until", "Issued until", "issued_on", Until, kind="date"),
    )

    def sections(self, item: Any) -> Sequence[Section]:
        found = session.scalars(
            select(InvoiceLine).where(InvoiceLine.invoice_id == item.id).order_by(InvoiceLine.line_number)
        )
        rows = [
            (
                line.line_number, line.item_number, line.name, quantity(line.quantity, line.unit),
                unit_price(line.unit_price), money(line.net, item.currency),
            )
            for line in found
        ]  # fmt: skip
        columns = (t("Line"), t("Item"), t("Name"), t("Quantity"), t("Price"), t("Net"))
        return (Section(t("Lines"), columns, rows, figures=frozenset(columns[3:])),)
