"""What a company's administrator does with its people: let them in, set roles and limits, let them go.

They give the three roles of a company and no other, never take themselves out, and leave no company without an
administrator and no limit without an approver.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from app.errors import Conflict, NotAllowed, Unprocessable
from app.security.actor import Actor, Role
from app.security.permissions import Permission
from app.security.policy import require
from app.security.predicates import Belonging
from app.services import accounts
from app.services.people import members, writing
from app.services.people.limits import refuse_stranded
from app.services.people.members import Member
from app.services.people.passwords import one_time_password
from app.services.people.roles import fitting
from app.words import t


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody to let in. `order_limit` is net, without approval; None is no limit."""

    login: str
    name: str
    email: str
    language: str
    roles: Collection[str]
    order_limit: Decimal | None


def add(actor: Actor, newcomer: Newcomer) -> str:
    """Let somebody into the company of whoever asks.

    :returns: a password to hand over; it cannot be read again
    :raises Conflict: the login is taken
    :raises Unprocessable: roles or limit will not do
    """
    customer_id = _own_company(actor)
    roles = fitting(newcomer.roles, for_a_customer=True)
    if not newcomer.name.strip():
        raise Unprocessable(t("The name is missing."), t("Type the name colleagues know."))
    there = _held(actor, customer_id)
    refuse_stranded(there, [*there, _future(newcomer, customer_id, roles)], 0)
    password = one_time_password()
    person_id = accounts.create_person(
        newcomer.login, newcomer.name, password, email=newcomer.email, language=newcomer.language
    )
    accounts.add_membership(person_id, customer_id=customer_id, roles=roles, order_limit=newcomer.order_limit)
    return password


def change(actor: Actor, membership_id: int, *, roles: Collection[str], order_limit: Decimal | None) -> Member:
    """Set what somebody may do in the company, and how much they may order without approval.

    :returns: the membership as it is now
    :raises NotFound: nobody of this company
    :raises Conflict: the membership has ended
    :raises Unprocessable: roles or limit will not do, or the company would have no administrator
    """
    customer_id = _own_company(actor)
    members.in_company(customer_id, membership_id)
    wanted = fitting(roles, for_a_customer=True)
    there = _held(actor, customer_id)
    member = writing.still_in(there, membership_id)
    if member.person_id == actor.person_id and Role.COMPANY_ADMIN not in wanted:
        raise Unprocessable(
            t("You cannot take the role of company administrator from yourself."),
            t("Ask another administrator of your company, or make one first."),
        )
    after = writing.changed(member, wanted, order_limit)
    _check(there, [after if each is member else each for each in there], membership_id)
    writing.store(member, after)
    return after


def end(actor: Actor, membership_id: int) -> Member:
    """Let somebody go: from the next request on they are out of the company.

    :raises NotFound: nobody of this company
    :raises Conflict: the membership has ended already
    :raises Unprocessable: it is the own one, the last administrator, or the only approver of a limit
    """
    customer_id = _own_company(actor)
    members.in_company(customer_id, membership_id)
    there = _held(actor, customer_id)
    member = writing.still_in(there, membership_id)
    if member.person_id == actor.person_id:
        raise Unprocessable(
            t("You cannot take yourself out of your company."), t("Ask another administrator of your company.")
        )
    _check(there, [each for each in there if each is not member], membership_id)
    writing.end(member)
    return member


def _own_company(actor: Actor) -> int:
    customer_id = actor.customer_id or 0
    require(actor, Permission.COMPANY_PEOPLE, Belonging(customer_id))
    return customer_id


def _held(actor: Actor, customer_id: int) -> list[Member]:
    """:raises NotAllowed: the right was taken from whoever asks while they waited"""
    there = members.held(customer_id)
    if not any(each.person_id == actor.person_id and Role.COMPANY_ADMIN in each.roles for each in there):
        raise NotAllowed(t("You are not an administrator of this company any more."))
    return there


def _check(before: Sequence[Member], after: Sequence[Member], changed: int) -> None:
    if not any(Role.COMPANY_ADMIN in each.roles and each.active for each in after):
        raise Conflict(
            t("A company needs an administrator, and this is the last one."), t("Make somebody else one first.")
        )
    refuse_stranded(before, after, changed)


def _future(newcomer: Newcomer, customer_id: int, roles: frozenset[Role]) -> Member:
    nobody = Member(0, 0, customer_id, newcomer.login, newcomer.name, "", "en", True, roles, None, (), None, None)
    return replace(nobody, order_limit=newcomer.order_limit)
