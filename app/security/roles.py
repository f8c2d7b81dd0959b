"""FAB's roles, made from the policy table, so that the generated screens obey the same rows as everything else.

Every FAB view of ours names a Permission per class (`class_permission_name`) and maps its methods to `read` or `act`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.security.actor import CUSTOMER_SIDE, Actor, Role
from app.security.permissions import MEANINGS, Permission
from app.security.policy import may_at_all

# Permissions that generated screens use. "read" opens lists and single records, "act" the buttons of a list.
SCREENS = (
    Permission.REFERENCE_READ,
    Permission.CONFIGURATION_READ,
    Permission.ORDER_READ,
    Permission.OUTBOX_READ,
    Permission.OUTBOX_RETRY,
    Permission.RECONCILIATION_READ,
    Permission.AUDIT_READ,
    Permission.SELLER_READ,
)
# Lists for all customers at once are for those whose scope is all customers.
STAFF_ONLY = (Role.ADMINISTRATOR,)


def _actor_with(role: Role) -> Actor:
    return Actor(0, 0, "", "", "en", frozenset({role}))


def fab_roles() -> dict[str, list[list[str]]]:
    """FAB_ROLES: role name → [view pattern, permission pattern]. FAB matches prefixes, so every pattern ends in `$`."""
    return {
        role.value: [
            [f"{re.escape(permission)}$", "(can_read|can_act|menu_access)$"]
            for permission in SCREENS
            if role in STAFF_ONLY and may_at_all(_actor_with(role), permission)
        ]
        for role in Role
    }


def permissions_of(role: Role) -> frozenset[Permission]:
    """What somebody with this role alone may do, leaving out conditions on the single thing."""
    return frozenset(each for each in Permission if may_at_all(_for_a_company(role), each))


def describe() -> Iterator[str]:
    """Every role and what it may do, a line each, for `run.py roles show`."""
    for role in Role:
        yield role.value
        for permission in Permission:
            if may_at_all(_for_a_company(role), permission):
                yield f"  {permission.value:<20} {MEANINGS[permission]}"


def _for_a_company(role: Role) -> Actor:
    customer = 0 if role in CUSTOMER_SIDE else None
    return Actor(0, 0, "", "", "en", frozenset({role}), customer_id=customer)
