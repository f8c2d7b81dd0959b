"""Words for ids in lists, and the rows below a record: one statement for all of a page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from flask import url_for
from markupsafe import Markup
from sqlalchemy import select, text

from app.domain.state_words import state_word
from app.extensions import session
from app.models.configuration import Person
from app.models.reference import Customer, Item
from app.models.transactional import AuditPersonal, Order
from app.words import t

_ROLES = text("""
    select m.person_id, m.roles, c.number || ' ' || c.name as company, m.ended_at is not null as ended
    from membership m left join customer c on c.id = m.customer_id
    where m.person_id = any(:people) order by m.id
""")


def customers(ids: Collection[int]) -> Mapping[int, Any]:
    """Number and name, as a link to the customer."""
    rows = session.execute(select(Customer.id, Customer.number, Customer.name).where(Customer.id.in_(ids)))
    return {row.id: link("CustomerScreen.show", row.id, f"{row.number} {row.name}") for row in rows}


def customer_words(ids: Collection[int]) -> Mapping[int, str]:
    """Number and name, where a link would stand in another link."""
    rows = session.execute(select(Customer.id, Customer.number, Customer.name).where(Customer.id.in_(ids)))
    return {row.id: f"{row.number} {row.name}" for row in rows}


def items(numbers: Collection[str]) -> Mapping[str, str]:
    """Number and name."""
    rows = session.execute(select(Item.number, Item.name).where(Item.number.in_(numbers)))
    return {row.number: f"{row.number} {row.name}" for row in rows}


def customer_numbers(ids: Collection[int]) -> Mapping[int, str]:
    """The number alone, as it is typed."""
    return {
        row.id: row.number for row in session.execute(select(Customer.id, Customer.number).where(Customer.id.in_(ids)))
    }


def people(ids: Collection[int]) -> Mapping[int, Any]:
    return {row.id: row.name for row in session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))}


def orders(ids: Collection[int]) -> Mapping[int, Any]:
    """The number, as a link to the order."""
    rows = session.execute(select(Order.id, Order.number).where(Order.id.in_(ids)))
    return {row.id: link("OrderScreen.show", row.id, row.number) for row in rows}


def personal(codes: Collection[UUID]) -> Mapping[UUID, Any]:
    """Names and addresses behind the codes of the audit record; erased ones stay codes."""
    rows = session.execute(select(AuditPersonal.code, AuditPersonal.value).where(AuditPersonal.code.in_(codes)))
    return {row.code: row.value for row in rows}


def roles(person_ids: Collection[int]) -> Mapping[int, Any]:
    """What each person is, for whom."""
    found: dict[int, list[str]] = {}
    for row in session.execute(_ROLES, {"people": list(person_ids)}):
        found.setdefault(row.person_id, []).append(_membership(row.roles, row.company, ended=row.ended))
    return {person_id: "; ".join(each) for person_id, each in found.items()}


def _membership(roles: Collection[str], company: str | None, *, ended: bool) -> str:
    named = ", ".join(map(state_word, roles))
    said = (
        t("{roles} for us", roles=named) if company is None else t("{roles} at {company}", roles=named, company=company)
    )
    return t("{membership} (ended)", membership=said) if ended else said


def link(endpoint: str, pk: int, words: str) -> Markup:
    """To one record of a screen."""
    return Markup('<a href="{}">{}</a>').format(url_for(endpoint, pk=pk), words)


def way(endpoint: str, words: str, **values: Any) -> Markup:
    """To a list or a form, with what its address names."""
    return Markup('<a href="{}">{}</a>').format(url_for(endpoint, **values), words)
