"""What the portal itself keeps about a customer. Customers without a row have what counts when nobody has set anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from sqlalchemy import select
from wtforms import SelectField
from wtforms.validators import InputRequired

from app.audit.tags import Tag
from app.errors import Conflict
from app.extensions import session
from app.models.configuration import CustomerAccount
from app.services.company.profile import account_of
from app.services.company.settings import REPEATED_REFERENCE
from app.services.customers import facts_of
from app.views.admin import lookups
from app.views.admin.customer_field import CustomerField
from app.views.audited import AuditedInterface, Recorded, Values
from app.views.base import Section
from app.views.crud import CrudScreen, Sentences
from app.views.crud_forms import Between, Longest
from app.views.filters import Contains, OfCustomer, Search
from app.words import n_, t

MOST_FIRST_ORDERS = 1000
TREATMENTS: Mapping[str, str] = {
    "notice": n_("Only say so"),
    "offer": n_("Suggest another one"),
    "block": n_("Do not take the order"),
}


def treatments() -> list[tuple[str, str]]:
    """The ways a PO number that was used before is treated, in the reader's language."""
    return [(value, t(TREATMENTS[value])) for value in REPEATED_REFERENCE]


def _told(values: Values) -> Values:
    return {name: value for name, value in values.items() if name != "customer_id"}


RECORDED = Recorded(
    tag=Tag.COMPANY_SETTINGS,
    kind="customer",
    number=lambda it: facts_of(it.customer_id).number,
    customer_id=lambda it: it.customer_id,
    told=_told,
)
SETTINGS = [
    "account_manager", "account_manager_phone", "repeated_reference", "substitutes_allowed", "always_look",
    "look_at_first",
]  # fmt: skip


class CustomerSettingsScreen(CrudScreen):
    datamodel = AuditedInterface(CustomerAccount, RECORDED)
    route_base = "/admin/customer-settings"
    changes = frozenset({"add", "edit"})
    nouns = (n_("Settings of a customer"), n_("Customer settings"))
    about = n_("What the portal keeps beside the ERP's data. Customers that are not listed have the usual settings.")
    list_columns = ["customer_id", "account_manager", "account_manager_phone", "always_look", "look_at_first"]
    show_columns = ["customer_id", *SETTINGS]
    add_columns = ["customer", *SETTINGS]
    edit_columns = SETTINGS
    order_columns = ["account_manager", "look_at_first"]
    base_order = ("customer_id", "asc")
    figures = frozenset({"look_at_first"})
    label_columns = {
        "customer_id": n_("Customer"), "account_manager": n_("Account manager"),
        "account_manager_phone": n_("Their telephone"), "repeated_reference": n_("A PO number that was used before"),
        "substitutes_allowed": n_("Suggest a substitute for what cannot be delivered"),
        "always_look": n_("Every order goes to the review desk"),
        "look_at_first": n_("First orders for the review desk"),
    }  # fmt: skip
    description_columns = {
        "account_manager": n_("As the customer reads it, beside prices and refusals."),
        "account_manager_phone": n_("With the country code, like +1 425 555 0100."),
        "look_at_first": n_("So many orders of a customer new to the portal are looked at by a person."),
    }
    validators_columns = {
        "account_manager": [Longest(100)],
        "account_manager_phone": [Longest(40)],
        "look_at_first": [Between(0, MOST_FIRST_ORDERS)],
    }
    _treatment = SelectField(label_columns["repeated_reference"], choices=treatments)
    add_form_extra_fields = {
        "customer": CustomerField(n_("Customer number"), [InputRequired()]),
        "repeated_reference": _treatment,
    }
    edit_form_extra_fields = {"repeated_reference": _treatment}
    names = {"customer_id": lookups.customer_words}
    cells = {"repeated_reference": lambda it: t(TREATMENTS[it.repeated_reference])}
    searches = (
        Search("customer", n_("Customer"), "customer_id", OfCustomer),
        Search("manager", n_("Account manager"), "account_manager", Contains),
    )
    add_title = n_("Set something for a customer")
    edit_title = n_("Change a customer's settings")
    sentences = Sentences(
        added=n_("Saved. It counts from the next order on."),
        changed=n_("Saved. It counts from the next order on."),
        taken_out="",
        before_taking_out="",
    )

    def name_of(self, item: Any) -> str:
        customer = facts_of(item.customer_id)
        return f"{customer.number} {customer.name}"

    def sections(self, item: Any) -> Sequence[Section]:
        return (
            Section(t("From the ERP"), (t("Customer"),), [[lookups.customers([item.customer_id])[item.customer_id]]]),
        )

    def prefilled(self) -> Mapping[str, Any]:
        usual = account_of(0)  # nobody's, so what counts for all
        return {"customer": request.args.get("customer", ""), **{name: getattr(usual, name) for name in SETTINGS}}

    def pre_add(self, item: Any) -> None:
        """:raises Conflict: the customer has settings"""
        if session.scalar(select(CustomerAccount.customer_id).where(CustomerAccount.customer_id == item.customer_id)):
            raise Conflict(
                t("This customer has settings already."), t("Open them from the list and change them there.")
            )
