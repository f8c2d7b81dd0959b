"""People and what they are, for whom. Passwords, sessions and tokens are on no screen."""

from __future__ import annotations

from typing import Any

from app.models.configuration import Person
from app.security.permissions import Permission
from app.views.admin import lookups
from app.views.base import ReadingInterface, Screen
from app.views.filters import Contains, Search


class PersonScreen(Screen):
    datamodel = ReadingInterface(Person)
    route_base = "/admin/people"
    permission = Permission.CONFIGURATION_READ
    nouns = ("Person", "People")
    list_columns = ["login", "name", "id", "email", "active"]
    show_columns = ["login", "name", "id", "email", "phone", "language", "active", "is_demo"]
    order_columns = ["login", "name"]
    base_order = ("login", "asc")
    label_columns = {
        "login": "Signs in as", "name": "Name", "id": "Roles", "email": "Mail", "phone": "Telephone",
        "language": "Language", "active": "May sign in", "is_demo": "Of the demo",
    }  # fmt: skip
    names = {"id": lookups.roles}
    searches = (
        Search("login", "Signs in as", "login", Contains),
        Search("name", "Name", "name", Contains),
    )

    def name_of(self, item: Any) -> str:
        return str(item.name)
