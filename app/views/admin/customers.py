"""Customers as the ERP keeps them, with their ship-to addresses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from sqlalchemy import select

from app.extensions import session
from app.models.configuration import CustomerAccount
from app.models.reference import Customer, ShipTo
from app.security.permissions import Permission
from app.views.admin import lookups
from app.views.base import ReadingInterface, Screen, Section
from app.views.filters import Contains, Equals, Search
from app.views.formats import mark, money, shown
from app.words import t


class CustomerScreen(Screen):
    datamodel = ReadingInterface(Customer)
    route_base = "/admin/customers"
    permission = Permission.REFERENCE_READ
    nouns = ("Customer", "Customers")
    about = "From the ERP, read only."
    list_columns = ["number", "name", "city", "price_group", "credit_limit", "balance", "block"]
    show_columns = [
        "number", "name", "address_line1", "address_line2", "postal_code", "city", "state", "country", "email", "phone",
        "currency", "price_group", "salesperson", "vat_id", "tax_area", "payment_terms_name", "prepayment",
        "credit_limit", "balance", "overdue", "balance_as_of", "block", "blocked_since", "withdrawn_at", "synced_at",
    ]  # fmt: skip
    order_columns = ["number", "name", "city", "credit_limit", "balance"]
    base_order = ("number", "asc")
    figures = frozenset({"credit_limit", "balance", "overdue"})
    label_columns = {
        "number": "Number", "name": "Name", "address_line1": "Street", "address_line2": "Address",
        "postal_code": "Postal code", "city": "City", "state": "Region", "country": "Country", "email": "Mail",
        "phone": "Telephone",
        "currency": "Currency", "price_group": "Price group", "salesperson": "Salesperson", "vat_id": "VAT ID",
        "tax_area": "Tax area", "payment_terms_name": "Payment terms", "prepayment": "Pays in advance",
        "credit_limit": "Credit limit", "balance": "Open balance", "overdue": "Overdue", "balance_as_of": "Balance as of",
        "block": "Stop", "blocked_since": "Stopped since", "withdrawn_at": "Gone from the ERP since",
        "synced_at": "Read from the ERP",
    }  # fmt: skip
    cells = {
        "credit_limit": lambda it: t("no limit") if it.credit_limit is None else money(it.credit_limit, it.currency),
        "balance": lambda it: money(it.balance, it.currency),
        "overdue": lambda it: money(it.overdue, it.currency),
        "block": lambda it: shown(None) if it.block == "none" else mark(it.block),
    }
    searches = (
        Search("number", "Number", "number", Equals),
        Search("name", "Name", "name", Contains),
        Search("city", "City", "city", Contains),
        Search("group", "Price group", "price_group", Equals),
    )

    def name_of(self, item: Any) -> str:
        return f"{item.number} {item.name}"

    def sections(self, item: Any) -> Sequence[Section]:
        found = session.scalars(select(ShipTo).where(ShipTo.customer_id == item.id).order_by(ShipTo.code))
        rows = [
            (
                _code(each), each.name, ", ".join(filter(None, (each.address_line1, each.address_line2))),
                f"{each.postal_code} {each.city}", f"{each.state} {each.country}", each.contact,
            )
            for each in found
        ]  # fmt: skip
        columns = (t("Code"), t("Name"), t("Street"), t("City"), t("State, country"), t("Contact"))
        return (Section(t("Ship-to addresses"), columns, rows), _in_the_portal(item))


def _code(address: ShipTo) -> Any:
    if not address.is_default:
        return address.code
    return Markup('{} <span class="mark notice">{}</span>').format(address.code, t("usual"))


def _in_the_portal(customer: Any) -> Section:
    """The ways to what the portal keeps about the customer."""
    kept = session.get(CustomerAccount, customer.id) is not None
    settings = (
        lookups.link("CustomerSettingsScreen.show", customer.id, t("Open"))
        if kept
        else lookups.way("CustomerSettingsScreen.add", t("The usual ones. Set something"), customer=customer.number)
    )
    numbers = lookups.way("ItemNumberScreen.list", t("Open"), customer=customer.number)
    return Section(t("In the portal"), (t("Settings"), t("Own item numbers")), [(settings, numbers)])
