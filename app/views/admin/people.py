"""People and what they are, for whom. Passwords, sessions and tokens are on no screen; what can be done with a person is
on a page of its own (see `app.views.admin.people_access`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for
from markupsafe import Markup

from app.models.configuration import Person
from app.security.permissions import Permission
from app.services.people import members
from app.views.admin import lookups
from app.views.base import ReadingInterface, Screen, Section
from app.views.filters import Contains, Search
from app.views.formats import money, shown
from app.views.people_forms import roles_in_words
from app.words import LANGUAGE_NAMES, n_, t


class PersonScreen(Screen):
    datamodel = ReadingInterface(Person)
    route_base = "/admin/people"
    permission = Permission.CONFIGURATION_READ
    nouns = (n_("Person"), n_("People"))
    list_columns = ["login", "name", "id", "email", "active"]
    show_columns = ["login", "name", "email", "phone", "language", "active", "is_demo"]
    order_columns = ["login", "name"]
    base_order = ("login", "asc")
    label_columns = {
        "login": n_("Signs in as"), "name": n_("Name"), "id": n_("Roles"), "email": n_("Mail"),
        "phone": n_("Telephone"), "language": n_("Language"), "active": n_("May sign in"), "is_demo": n_("Of the demo"),
    }  # fmt: skip
    names = {"id": lookups.roles}
    cells = {"language": lambda it: LANGUAGE_NAMES.get(it.language, it.language)}
    searches = (
        Search("login", n_("Signs in as"), "login", Contains),
        Search("name", n_("Name"), "name", Contains),
    )

    def name_of(self, item: Any) -> str:
        return str(item.name)

    def sections(self, item: Any) -> Sequence[Section]:
        return (_memberships(item.id), _access(item.id))


def _memberships(person_id: int) -> Section:
    found = members.of_person(person_id)
    companies = lookups.customers({each.customer_id for each in found if each.customer_id is not None})
    rows = [
        (
            t("us") if each.customer_id is None else companies.get(each.customer_id, each.customer_id),
            roles_in_words(each.roles),
            t("no limit") if each.order_limit is None else money(each.order_limit, ""),
            shown(each.last_seen),
            shown(each.ended_at),
        )
        for each in found
    ]
    columns = (t("Works for"), t("Roles"), t("Order limit"), t("Last here"), t("Ended"))
    return Section(t("Memberships"), columns, rows, nothing=t("None: this person can sign in nowhere."))


def _access(person_id: int) -> Section:
    """The way to what can be done with this person, and to letting in another one."""
    doors = (
        (url_for("people_access.show", person_id=person_id), t("Change access")),
        (url_for("people_access.new_person"), t("Add a person")),
    )
    links = [Markup('<a href="{}">{}</a>').format(address, words) for address, words in doors]
    return Section(t("Access"), (t("Roles, password, ways in"), t("Somebody else")), [links])
