"""The permission table: complete, in words, and the same for FAB's roles as for everything else."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from app.errors import NotAllowed
from app.security.actor import Actor, Role
from app.security.permissions import MEANINGS, Permission
from app.security.policy import POLICY, may, may_at_all, require, require_at_all
from app.security.roles import SCREENS, fab_roles


@dataclass(frozen=True)
class Thing:
    customer_id: int = 1
    placed_by: int = 10


def actor(*roles: Role, person: int = 11, customer: int | None = 1, portfolio: tuple[int, ...] = ()) -> Actor:
    return Actor(person, person, "Somebody", "somebody", "en", frozenset(roles), customer, None, portfolio)


@pytest.mark.parametrize("permission", Permission)
def test_every_permission_has_a_row_a_meaning_and_somebody(permission: Permission) -> None:
    assert POLICY[permission]
    assert MEANINGS[permission]
    assert any(may_at_all(actor(role, customer=place), permission) for role in Role for place in (1, None))


@pytest.mark.parametrize("permission", Permission)
def test_a_stranger_and_a_machine_may_nothing(permission: Permission) -> None:
    nobody = Actor(None, None, "", "", "en", frozenset())
    assert not may_at_all(nobody, permission)
    assert not may(nobody, permission, Thing())


def test_nobody_decides_on_their_own_order() -> None:
    own, others = Thing(placed_by=11), Thing(placed_by=10)
    for role, permission, place in (
        (Role.APPROVER, Permission.APPROVAL_DECIDE, 1),
        (Role.VALIDATOR, Permission.REVIEW_DECIDE, None),
    ):
        decider = actor(role, customer=place)
        assert may(decider, permission, others)
        with pytest.raises(NotAllowed, match="someone else must approve"):
            require(decider, permission, own)


def test_a_buyer_reads_orders_of_the_own_company_alone() -> None:
    buyer = actor(Role.BUYER)
    assert may(buyer, Permission.ORDER_READ, Thing(customer_id=1))
    assert not may(buyer, Permission.ORDER_READ, Thing(customer_id=2))


def test_an_account_manager_reads_the_own_portfolio_alone() -> None:
    manager = actor(Role.ACCOUNT_MANAGER, customer=None, portfolio=(1,))
    assert may(manager, Permission.ORDER_READ, Thing(customer_id=1))
    assert not may(manager, Permission.ORDER_READ, Thing(customer_id=2))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_read_outbox_audit_and_reference(role: Role) -> None:
    for permission in (
        Permission.OUTBOX_READ,
        Permission.OUTBOX_RETRY,
        Permission.AUDIT_READ,
        Permission.REFERENCE_READ,
    ):
        with pytest.raises(NotAllowed, match="only administrators may do this"):
            require_at_all(actor(role, customer=None), permission)


def test_fab_roles_say_what_the_table_says() -> None:
    roles = fab_roles()
    assert set(roles) == {role.value for role in Role}
    for role in Role:
        granted = {view for view, _ in roles[role.value]}
        for permission in SCREENS:
            allowed = role is Role.ADMINISTRATOR and may_at_all(actor(role, customer=None), permission)
            assert any(re.fullmatch(view, permission) for view in granted) is allowed, (role, permission)


def test_fab_matches_beginnings_so_every_pattern_says_where_it_ends() -> None:
    assert all(pattern.endswith("$") for grants in fab_roles().values() for grant in grants for pattern in grant)
