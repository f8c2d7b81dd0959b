"""Roles as they are ticked on a form: only those that exist, and only on the side they belong to."""

from __future__ import annotations

from collections.abc import Collection

from app.errors import Unprocessable
from app.security.actor import CUSTOMER_SIDE, Role
from app.words import t

# ERP_SERVICE is for machines; nobody ticks it for a person.
OF_A_COMPANY = (Role.BUYER, Role.APPROVER, Role.COMPANY_ADMIN)
OF_THE_SELLER = (Role.ACCOUNT_MANAGER, Role.VALIDATOR, Role.ADMINISTRATOR)


def fitting(typed: Collection[str], *, for_a_customer: bool) -> frozenset[Role]:
    """The roles that were ticked.

    :raises Unprocessable: none was, or one that is not given to people on this side
    """
    allowed = OF_A_COMPANY if for_a_customer else OF_THE_SELLER
    if not typed:
        raise Unprocessable(t("A person without a role can do nothing here."), t("Choose at least one role."))
    if not set(typed) <= {role.value for role in allowed}:
        raise Unprocessable(t("One of these roles cannot be given here."), t("Choose from the roles that are offered."))
    roles = frozenset(Role(each) for each in typed)
    assert for_a_customer == (roles <= CUSTOMER_SIDE)
    return roles
