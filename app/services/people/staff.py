"""What administrators do with people: their details, what they are for whom, and every way in they have.

Nobody takes the role of administrator from themselves or shuts themselves out, so there is always one left.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select, text, update

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.errors import Conflict, NotFound, Unprocessable
from app.extensions import session
from app.models.configuration import Person
from app.models.reference import Customer
from app.security.actor import Actor, Role
from app.security.crossing import as_login
from app.security.permissions import Permission
from app.security.policy import require
from app.services import accounts
from app.services.lifecycle import author
from app.services.people import gates, members, passwords, writing
from app.services.people.limits import refuse_stranded
from app.services.people.members import Member
from app.services.people.passwords import one_time_password
from app.services.people.roles import fitting
from app.words import LANGUAGES, t


@dataclass(frozen=True, slots=True)
class Details:
    """What is kept of a person beside their memberships."""

    name: str
    email: str
    language: str


@dataclass(frozen=True, slots=True)
class Place:
    """What somebody is to be. `customer_number` empty: works for the seller; `portfolio` holds numbers of customers."""

    customer_number: str
    roles: Collection[str]
    order_limit: Decimal | None
    portfolio: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class WaysIn:
    """How many browsers and machines can come in as this person at the moment."""

    sessions: int
    tokens: int


_WAYS_IN = text("""
    select (select count(*) from sign_in_session s join membership m on m.id = s.membership_id
             where m.person_id = :person and s.ended_at is null) as sessions,
           (select count(*) from api_token a join membership m on m.id = a.membership_id
             where m.person_id = :person and a.revoked_at is null and a.expires_at > now()) as tokens""")


def person(person_id: int) -> Person:
    """:raises NotFound: there is no such person"""
    found = session.execute(select(Person).where(Person.id == person_id)).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def ways_in(person_id: int) -> WaysIn:
    """The open sessions and tokens of a person."""
    with as_login():
        return WaysIn(*session.execute(_WAYS_IN, {"person": person_id}).one())


def create(actor: Actor, login: str, details: Details, place: Place) -> tuple[int, str]:
    """Let somebody in who was not here before.

    :returns: (id of the person, a password to hand over, which cannot be read again)
    :raises Conflict: the login is taken
    :raises Unprocessable: something of it will not do
    """
    require(actor, Permission.CONFIGURATION_CHANGE)
    _check(details)
    password = one_time_password()
    person_id = accounts.create_person(login, details.name, password, email=details.email, language=details.language)
    add_membership(actor, person_id, place)
    return person_id, password


def change_details(actor: Actor, person_id: int, details: Details) -> None:
    """Change name, address and language.

    :raises NotFound: there is no such person
    :raises Unprocessable: the name is missing, or we do not speak the language
    """
    require(actor, Permission.CONFIGURATION_CHANGE)
    _check(details)
    found = person(person_id)
    was = {"name": found.name, "email": found.email, "language": found.language}
    wanted = {"name": details.name, "email": details.email, "language": details.language}
    differ = [name for name in wanted if was[name] != wanted[name]]
    if not differ:
        return
    with as_login():
        session.execute(update(Person.__table__).where(Person.__table__.c.id == person_id).values(wanted))
    # names and addresses of people stay out of the record; the language may be in it
    shown = {"language"} & set(differ)
    _note(
        Tag.PERSON_CHANGED,
        person_id,
        before={name: was[name] for name in shown},
        after={"fields": sorted(differ), **{name: wanted[name] for name in shown}},
    )


def add_membership(actor: Actor, person_id: int, place: Place) -> None:
    """Make a person something for one more customer, or for us.

    :raises NotFound: there is no such person
    :raises Conflict: they are in this company already
    :raises Unprocessable: the customer is unknown, or roles and limit will not do
    """
    require(actor, Permission.CONFIGURATION_CHANGE)
    customer_id = _customer(place.customer_number) if place.customer_number else None
    roles = fitting(place.roles, for_a_customer=customer_id is not None)
    there = members.held(customer_id) if customer_id is not None else []
    known = members.of_person(person_id)
    if any(each.customer_id == customer_id and each.ended_at is None for each in known):
        raise Conflict(t("This person is there already."), t("Change the roles they have there."))
    if customer_id is not None:
        future = Member(
            0, person_id, customer_id, "", person(person_id).name, "", "en", True, roles, place.order_limit, (), None, None
        )  # fmt: skip
        refuse_stranded(there, [*there, future], 0)
    accounts.add_membership(
        person_id,
        customer_id=customer_id,
        roles=roles,
        order_limit=place.order_limit,
        portfolio=_customers(place.portfolio),
    )


def change_membership(actor: Actor, membership_id: int, place: Place) -> Member:
    """Set roles, order limit and portfolio; the customer of a membership never changes.

    :raises NotFound: there is no such membership
    :raises Conflict: it has ended
    :raises Unprocessable: roles or limit will not do, or it would shut out whoever asks
    """
    require(actor, Permission.CONFIGURATION_CHANGE)
    found = members.one(membership_id)
    roles = fitting(place.roles, for_a_customer=found.customer_id is not None)
    there = _held(found)
    member = writing.still_in(there, membership_id)
    if _is_own(actor, member) and Role.ADMINISTRATOR not in roles:
        raise _own_refusal()
    after = writing.changed(member, roles, place.order_limit, tuple(_customers(place.portfolio)))
    if member.customer_id is not None:
        refuse_stranded(there, [after if each is member else each for each in there], membership_id)
    writing.store(member, after)
    return after


def end_membership(actor: Actor, membership_id: int) -> Member:
    """From the next request on the person is out there.

    :raises NotFound: there is no such membership
    :raises Conflict: it has ended already
    :raises Unprocessable: it is the own one, or a limit would be left without an approver
    """
    require(actor, Permission.CONFIGURATION_CHANGE)
    there = _held(members.one(membership_id))
    member = writing.still_in(there, membership_id)
    if _is_own(actor, member):
        raise _own_refusal()
    if member.customer_id is not None:
        refuse_stranded(there, [each for each in there if each is not member], membership_id)
    writing.end(member)
    return member


def disable(actor: Actor, person_id: int) -> None:
    """Nobody comes in as this person any more, at once; orders and history stay.

    :raises NotFound: there is no such person
    :raises Unprocessable: it is whoever asks
    """
    require(actor, Permission.CONFIGURATION_CHANGE)
    login = person(person_id).login
    if person_id == actor.person_id:
        raise _own_refusal()
    accounts.disable_person(login)


def enable(actor: Actor, person_id: int) -> None:
    """The person can sign in again, with the memberships that have not ended.

    :raises NotFound: there is no such person
    """
    require(actor, Permission.CONFIGURATION_CHANGE)
    found = person(person_id)
    user_id = found.user_id
    if found.active:
        return
    with as_login():
        session.execute(update(Person.__table__).where(Person.__table__.c.id == person_id).values(active=True))
        session.execute(update(User.__table__).where(User.__table__.c.id == user_id).values(active=True))
    _note(Tag.PERSON_ENABLED, person_id, before={"active": False}, after={"active": True})


def end_sessions(actor: Actor, person_id: int) -> int:
    """Every browser of the person has to sign in again.

    :returns: how many there were
    """
    require(actor, Permission.CONFIGURATION_CHANGE)
    person(person_id)
    with as_login():
        count = gates.end_sessions(person_id)
    _note(Tag.SESSIONS_ENDED, person_id, after={"sessions": count})
    return count


def revoke_tokens(actor: Actor, person_id: int) -> int:
    """Every machine of the person is out.

    :returns: how many tokens there were
    """
    require(actor, Permission.CONFIGURATION_CHANGE)
    person(person_id)
    with as_login():
        count = gates.revoke_tokens(person_id)
    _note(Tag.TOKENS_REVOKED, person_id, after={"tokens": count})
    return count


def new_password(actor: Actor, person_id: int) -> str:
    """Give a new password, when the old one is lost or known to others; every browser has to sign in again.

    :returns: the password, which cannot be read again
    """
    require(actor, Permission.CONFIGURATION_CHANGE)
    person(person_id)
    password = one_time_password()
    passwords.give(person_id, password)
    with as_login():
        gates.end_sessions(person_id)
    return password


# --- what they stand on -----------------------------------------------------------------------------------------------


def _check(details: Details) -> None:
    if not details.name:
        raise Unprocessable(t("The name is missing."), t("Type the name colleagues know."))
    if details.language not in LANGUAGES:
        raise Unprocessable(t("We do not speak this language yet."), t("Choose from the languages that are offered."))


def _held(member: Member) -> list[Member]:
    """Whom a change has to look at together: a company, or one of our own people."""
    if member.customer_id is not None:
        return members.held(member.customer_id)
    return [member] if member.ended_at is None else []


def _is_own(actor: Actor, member: Member) -> bool:
    return member.membership_id == actor.membership_id


def _own_refusal() -> Unprocessable:
    return Unprocessable(t("You cannot shut yourself out."), t("Ask another administrator."))


def _customer(number: str) -> int:
    return _customers([number])[0]


def _customers(numbers: Sequence[str]) -> list[int]:
    """:raises Unprocessable: names the first number nobody has"""
    found: dict[str, int] = {
        row.number: row.id
        for row in session.execute(
            select(Customer.number, Customer.id).where(
                Customer.number.in_(list(numbers)), Customer.withdrawn_at.is_(None)
            )
        )
    }
    for number in numbers:
        if number not in found:
            raise Unprocessable(
                t("We have no customer {number}.", number=number), t("Look it up in the list of customers.")
            )
    return sorted({found[number] for number in numbers})


def _note(tag: Tag, person_id: int, *, after: dict[str, Any], before: dict[str, Any] | None = None) -> None:
    record([Change(tag, "person", str(person_id), before=before, after=after)], customer_id=None, author=author())
