"""What pages about people have in common: roles, languages and times in words, and fields read from their forms."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from flask import request

from app.domain.quantities import plain
from app.security.actor import Role
from app.services.people.company import Newcomer
from app.services.people.members import Member
from app.services.people.roles import OF_A_COMPANY
from app.views.portal import fields
from app.views.portal.fields import Unread
from app.words import LANGUAGES, n_, t

LONGEST_NAME = 100
LONGEST_EMAIL = 200
_LIMIT = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:[.,][0-9]{1,2})?")
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")

ROLE_WORDS: Mapping[Role, str] = {
    Role.BUYER: n_("Buyer"),
    Role.APPROVER: n_("Approver"),
    Role.COMPANY_ADMIN: n_("Company administrator"),
    Role.ACCOUNT_MANAGER: n_("Account manager"),
    Role.VALIDATOR: n_("Review desk"),
    Role.ADMINISTRATOR: n_("Administrator"),
    Role.ERP_SERVICE: n_("ERP service"),
}
ROLE_MEANINGS: Mapping[Role, str] = {
    Role.BUYER: n_("fills drafts and sends orders"),
    Role.APPROVER: n_("decides on orders that go over somebody's limit, never on their own"),
    Role.COMPANY_ADMIN: n_("keeps people, limits and item numbers of the company"),
    Role.ACCOUNT_MANAGER: n_("looks after customers"),
    Role.VALIDATOR: n_("checks orders at the review desk"),
    Role.ADMINISTRATOR: n_("runs the portal"),
    Role.ERP_SERVICE: n_("is the ERP itself"),
}


@dataclass(frozen=True, slots=True)
class RoleChoice:
    """A role on a form."""

    value: str
    words: str
    meaning: str
    ticked: bool


def role_choices(ticked: Collection[str], offered: Collection[Role] = OF_A_COMPANY) -> list[RoleChoice]:
    """The roles that can be given, those ticked that somebody has or has just ticked."""
    return [RoleChoice(role.value, role_word(role), t(ROLE_MEANINGS[role]), role.value in ticked) for role in offered]


def role_word(role: Role) -> str:
    """The role as it is called on pages."""
    return t(ROLE_WORDS[role])


def roles_in_words(roles: Collection[Role]) -> str:
    """All roles of somebody, in the order the roles are declared."""
    return ", ".join(role_word(role) for role in Role if role in roles)


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member in words. `limit` is what stands in the field: empty for no limit."""

    membership_id: int
    person_id: int
    login: str
    name: str
    email: str
    roles: str
    role_values: tuple[str, ...]
    limit: str
    order_limit: Decimal | None
    buys: bool
    last_seen: datetime | None
    ended_at: datetime | None
    active: bool
    is_self: bool = False


def member_view(member: Member, *, is_self: bool = False) -> MemberView:
    """For lists and forms."""
    return MemberView(
        membership_id=member.membership_id,
        person_id=member.person_id,
        login=member.login,
        name=member.name,
        email=member.email,
        roles=roles_in_words(member.roles),
        role_values=tuple(role.value for role in member.roles),
        limit="" if member.order_limit is None else plain(member.order_limit),
        order_limit=member.order_limit,
        buys=Role.BUYER in member.roles,
        last_seen=member.last_seen,
        ended_at=member.ended_at,
        active=member.active,
        is_self=is_self,
    )


def limit_field() -> Decimal | None:
    """The order limit of the form; empty is no limit, which is not zero.

    :raises Unread: it is no amount
    """
    typed = fields.clean(request.form.get("limit", "")).replace(" ", "")
    if not typed:
        return None
    if not _LIMIT.fullmatch(typed):
        raise Unread(
            t(
                "“{typed}” is not an amount we can read. Type it like 5000 or 5000.50, without dots or commas in between.",
                typed=typed[:30],
            )
        )
    return Decimal(typed.replace(",", "."))


def name_field() -> str:
    """:raises Unread: it is longer than what can be kept"""
    return fields.short(request.form.get("name", ""), longest=LONGEST_NAME, name=t("The name"))


def email_field() -> str:
    """:raises Unread: it is no address"""
    email = fields.short(request.form.get("email", ""), longest=LONGEST_EMAIL, name=t("The mail address"))
    if email and not _EMAIL.fullmatch(email):
        raise Unread(t("“{typed}” is not a mail address. It looks like name@company.com.", typed=email[:60]))
    return email


def language_field() -> str:
    """One of ours; English when the form does not say."""
    wanted = request.form.get("language", "")
    return wanted if wanted in LANGUAGES else "en"


def newcomer_fields() -> Newcomer:
    """Everything of the form that lets somebody in.

    :raises Unread: a field cannot be read
    """
    return Newcomer(
        login=fields.clean(request.form.get("login", ""))[:LONGEST_EMAIL],
        name=name_field(),
        email=email_field(),
        language=language_field(),
        roles=request.form.getlist("role"),
        order_limit=limit_field(),
    )
