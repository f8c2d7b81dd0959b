"""Which role may do what: the policy table as people read it. It changes with the code alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.security.actor import Role
from app.security.permissions import MEANINGS, Permission
from app.security.roles import permissions_of
from app.views.admin.pages import Page
from app.views.people_forms import role_word
from app.words import t


@dataclass(frozen=True, slots=True)
class RoleColumn:
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class PermissionRow:
    """A permission with the codes of the roles that include it."""

    code: str
    meaning: str
    granted: frozenset[str]


class RolesPage(Page):
    route_base = "/admin/roles"
    permission = Permission.CONFIGURATION_READ
    noun = "Roles"
    template = "admin/roles.html"

    def facts(self) -> Mapping[str, Any]:
        return {"roles": columns(), "rows": rows()}


def columns() -> Sequence[RoleColumn]:
    """The roles people have."""
    return [RoleColumn(role.value, role_word(role)) for role in Role if role is not Role.ERP_SERVICE]


def rows() -> Sequence[PermissionRow]:
    """Every permission there is."""
    granted = {role: permissions_of(role) for role in Role}
    return [
        PermissionRow(
            permission.value,
            t(MEANINGS[permission]),
            frozenset(role.value for role in Role if permission in granted[role]),
        )
        for permission in Permission
    ]
