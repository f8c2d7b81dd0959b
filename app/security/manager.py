"""FAB's security manager, reduced to one question: does a role of whoever came through the door include this?

The answer comes from the policy table by way of FAB_ROLES. FAB's own users, roles, permissions, sign-in pages and
security API stay unused: nothing here reads or writes its tables.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Flask, g
from flask_appbuilder.security.sqla.manager import SecurityManager as FabSecurityManager
from flask_login import LoginManager, UserMixin

from app.security.actor import Actor


class SignedIn(UserMixin):
    """An actor in the shape Flask-Login hands to FAB."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.id = actor.person_id

    def get_full_name(self) -> str:
        return self.actor.name


class SecurityManager(FabSecurityManager):
    """Decides from `g.actor`, which only a door sets."""

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Whether a role of the actor grants the permission (`can_read`, `menu_access`) on the view."""
        actor: Actor | None = g.get("actor")
        if actor is None:
            return False
        return any(self._grants(role.value, permission_name, view_name) for role in actor.roles)

    def _grants(self, role: str, permission_name: str, view_name: str) -> bool:
        """As FAB does it, with the whole name instead of its beginning."""
        return any(
            re.fullmatch(view, view_name) and re.fullmatch(permission, permission_name)
            for view, permission in self.builtin_roles.get(role, [])
        )

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """Nothing of FAB's is public."""
        return False

    def get_user_menu_access(self, menu_names: list[str] | None = None) -> set[str]:
        return {name for name in menu_names or [] if self.has_access("menu_access", name)}

    def create_login_manager(self, app: Flask) -> LoginManager:
        manager = LoginManager(app)
        manager.request_loader(_signed_in)
        return manager

    def create_jwt_manager(self, app: Flask) -> None:
        """FAB's tokens are not used; ours are rows."""

    def create_limiter(self, app: Flask) -> None:
        """Tries at signing in are counted by `app.security.throttle`."""

    def create_db(self) -> None:
        """Tables come from our migrations."""

    def register_views(self) -> None:
        """None of FAB's screens for users, roles and passwords, and no security API."""


def _signed_in(_request: Any) -> SignedIn | None:
    actor: Actor | None = g.get("actor")
    return None if actor is None else SignedIn(actor)
