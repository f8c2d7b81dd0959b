"""Customers' own numbers for our items, across all customers: what their people keep for themselves, kept for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from sqlalchemy import select
from wtforms.validators import InputRequired

from app.audit.tags import Tag
from app.errors import Conflict, Unprocessable
from app.extensions import session
from app.models.configuration import CustomerItemNumber
from app.services.company import item_numbers
from app.services.customers import facts_of
from app.views.admin import lookups
from app.views.admin.customer_field import CustomerField
from app.views.audited import AuditedInterface, Recorded
from app.views.crud import CrudScreen, Sentences
from app.views.crud_forms import Longest, filled
from app.views.filters import Contains, OfCustomer, Search
from app.views.portal.fields import LONGEST_ITEM
from app.words import n_, t

RECORDED = Recorded(
    tag=Tag.COMPANY_ITEMS,
    kind="customer",
    number=lambda it: facts_of(it.customer_id).number,
    customer_id=lambda it: it.customer_id,
    told=lambda values: {values["own_number"]: values["item_number"]},
)


class ItemNumberScreen(CrudScreen):
    datamodel = AuditedInterface(CustomerItemNumber, RECORDED)
    route_base = "/admin/item-numbers"
    nouns = (n_("Own item number"), n_("Own item numbers"))
    about = n_("What customers call our items. Their own administrators can change theirs, too.")
    list_columns = ["own_number", "item_number", "customer_id"]
    show_columns = ["own_number", "item_number", "customer_id"]
    add_columns = ["customer", "own_number", "item_number"]
    edit_columns = ["own_number", "item_number"]
    order_columns = ["own_number", "item_number"]
    base_order = ("own_number", "asc")
    label_columns = {
        "own_number": n_("The customer's number"), "item_number": n_("Our item"), "customer_id": n_("Customer"),
    }  # fmt: skip
    description_columns = {"item_number": n_("Our number, like LJ-0192-L.")}
    validators_columns = {
        "own_number": [filled, Longest(item_numbers.LONGEST)],
        "item_number": [filled, Longest(LONGEST_ITEM)],
    }
    add_form_extra_fields = {"customer": CustomerField(n_("Customer number"), [InputRequired()])}
    names = {"customer_id": lookups.customers, "item_number": lookups.items}
    searches = (
        Search("number", n_("The customer's number"), "own_number", Contains),
        Search("item", n_("Our item"), "item_number", Contains),
        Search("customer", n_("Customer"), "customer_id", OfCustomer),
    )
    add_title = n_("Add a number")
    edit_title = n_("Change an own item number")
    sentences = Sentences(
        added=n_("The number is kept. It can be ordered by at once."),
        changed=n_("The change is kept. It counts from the next line on."),
        taken_out=n_("The number is taken out."),
        before_taking_out=n_(
            "The customer cannot order by this number any more. Orders that were sent stay as they are."
        ),
    )

    def name_of(self, item: Any) -> str:
        return str(item.own_number)

    def prefilled(self) -> Mapping[str, Any]:
        return {"customer": request.args.get("customer", "")}

    def pre_add(self, item: Any) -> None:
        self._check(item)

    def pre_update(self, item: Any) -> None:
        self._check(item)

    def _check(self, item: Any) -> None:
        """As when the customer's own people add it; the number is kept as we write it.

        :raises PortalError: it would mean nothing, or something else
        """
        number, is_ours = item_numbers.meaning_of(
            item.customer_id, item_numbers.Pair(row=1, own=item.own_number, ours=item.item_number)
        )
        if not number:
            raise Unprocessable(
                t("{number} is not one of the items this customer can order.", number=item.item_number),
                t("Look the item up under Items and type its number as it stands there."),
            )
        if is_ours:
            raise Unprocessable(
                t("{number} is our number of another item, and would always mean that one.", number=item.own_number),
                t("Agree on another number with the customer."),
            )
        item.item_number = number
        self._only_once(item)

    def _only_once(self, item: Any) -> None:
        table = CustomerItemNumber
        found = session.execute(
            select(table.id, table.item_number).where(
                table.customer_id == item.customer_id, table.own_number == item.own_number
            )
        ).one_or_none()
        if found is not None and found.id != item.id:
            raise Conflict(
                t("{number} already stands for {item}.", number=item.own_number, item=found.item_number),
                t("Change that one, or choose another number."),
            )
