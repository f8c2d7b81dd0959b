"""Memberships as they are read: who somebody is, what they may do where, and when they were last here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, TextClause, text

from app.errors import NotFound
from app.extensions import session
from app.security.actor import Role
from app.security.crossing import as_login

KNOWN_ROLES = frozenset(role.value for role in Role)


@dataclass(frozen=True, slots=True)
class Member:
    """A person in one membership. `order_limit` None is no limit; `customer_id` None works for the seller.

    `last_seen` is when a browser of theirs was last used in this membership.
    """

    membership_id: int
    person_id: int
    customer_id: int | None
    login: str
    name: str
    email: str
    language: str
    active: bool
    roles: frozenset[Role]
    order_limit: Decimal | None
    portfolio: tuple[int, ...]
    ended_at: datetime | None
    last_seen: datetime | None


_MEMBER = """
    select m.id as membership_id, m.person_id, m.customer_id, p.login, p.name, p.email, p.language, p.active, m.roles,
           m.order_limit, m.portfolio, m.ended_at,
           (select max(s.seen_at) from sign_in_session s where s.membership_id = m.id) as last_seen
      from membership m join person p on p.id = m.person_id"""
_OF_COMPANY = text(f"{_MEMBER} where m.customer_id = :customer order by m.ended_at is not null, lower(p.name), m.id")
_OF_PERSON = text(f"{_MEMBER} where m.person_id = :person order by m.ended_at is not null, m.id")
_ONE = text(f"{_MEMBER} where m.id = :id")
# The order of the ids keeps two changes at the same time from waiting for each other.
_HELD = text(f"{_MEMBER} where m.customer_id = :customer and m.ended_at is null order by m.id for update of m")


def of_company(customer_id: int) -> list[Member]:
    """Everybody of a company; those whose membership has ended last."""
    return _read(_OF_COMPANY, customer=customer_id)


def of_person(person_id: int) -> list[Member]:
    """Everything one person is, or was, for whom."""
    return _read(_OF_PERSON, person=person_id)


def in_company(customer_id: int, membership_id: int) -> Member:
    """One of a company.

    :raises NotFound: nobody of this company has the membership
    """
    found = one(membership_id)
    if found.customer_id != customer_id:
        raise NotFound()
    return found


def one(membership_id: int) -> Member:
    """:raises NotFound: there is no such membership"""
    found = _read(_ONE, id=membership_id)
    if not found:
        raise NotFound()
    return found[0]


def held(customer_id: int) -> list[Member]:
    """Everybody of a company who is in it now, held for this transaction: nobody else changes them meanwhile."""
    return _read(_HELD, customer=customer_id)


def _read(query: TextClause, **values: int) -> list[Member]:
    with as_login():
        rows: Sequence[Row[Any]] = session.execute(query, values).all()
    return [_member(row) for row in rows]


def _member(row: Row[Any]) -> Member:
    values: dict[str, Any] = dict(row._mapping)
    values["roles"] = frozenset(Role(role) for role in row.roles if role in KNOWN_ROLES)
    values["portfolio"] = tuple(row.portfolio)
    return Member(**values)
