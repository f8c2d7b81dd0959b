"""A company's own numbers for our items: found, added one by one or as pasted lines, and taken out.

Each is checked against the company's assortment. What cannot be taken is handed back with its reason, never dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, text
from sqlalchemy.dialects import postgresql

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.extensions import session
from app.models.configuration import CustomerItemNumber
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import require
from app.security.predicates import Belonging
from app.services.catalogue.items import plain_number
from app.services.customers import CustomerFacts, facts_of
from app.services.lifecycle import author
from app.words import t

LONGEST = 60


@dataclass(frozen=True, slots=True)
class Pair:
    """As it was typed: the company's own number and ours, in line `row` of what was pasted."""

    row: int
    own: str
    ours: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A pair that was not taken, and why."""

    pair: Pair
    why: str


@dataclass(frozen=True, slots=True)
class Taken:
    """`taken` of `of` are kept now; the rest is in `refused`."""

    taken: int
    of: int
    refused: Sequence[Refused]


_LIST = text("""
    select n.own_number, n.item_number, coalesce(i.name, '') as name,
           i.id is null or i.withdrawn_at is not null as gone
      from customer_item_number n
      join customer c on c.id = n.customer_id
      left join item i on i.source = c.source and i.number = n.item_number
     where n.customer_id = :customer
       and (cast(:q as text) = '' or position(upper(:q) in upper(n.own_number)) > 0
            or position(upper(:q) in upper(n.item_number)) > 0 or position(upper(:q) in upper(coalesce(i.name, ''))) > 0)
     order by n.own_number limit :limit offset :offset""")
_COUNT = text("select count(*) from customer_item_number where customer_id = :customer")
_KEPT = text("""
    select own_number, item_number from customer_item_number where customer_id = :customer and own_number = any(:own)
       for update""")
# What the typed words mean as numbers of ours; also the own numbers, since ours would always win over them.
_OURS = text("""
    select number, plain_number from item
     where source = :source and withdrawn_at is null and (number = any(:words) or plain_number = any(:plains))""")


def listed(customer_id: int, *, q: str, limit: int, offset: int) -> Sequence[Row[Any]]:
    """A page of the company's numbers by number.

    :param q: part of either number, or of the item's name; empty lists all
    """
    wanted = {"customer": customer_id, "q": q, "limit": limit, "offset": offset}
    return session.execute(_LIST, wanted).all()


def how_many(customer_id: int) -> int:
    """All numbers of the company."""
    count: int = session.execute(_COUNT, {"customer": customer_id}).scalar_one()
    return count


def add(actor: Actor, pairs: Sequence[Pair]) -> Taken:
    """Keep the pairs that can be kept; one that was there with another item changes."""
    customer_id = actor.customer_id or 0
    require(actor, Permission.COMPANY_ITEMS, Belonging(customer_id))
    customer = facts_of(customer_id)
    good, refused = _checked(customer, pairs)
    _store(customer, good)
    return Taken(len(pairs) - len(refused), len(pairs), refused)


def remove(actor: Actor, own_number: str) -> bool:
    """Take a number out.

    :returns: False when it was not there any more
    """
    customer_id = actor.customer_id or 0
    require(actor, Permission.COMPANY_ITEMS, Belonging(customer_id))
    table = CustomerItemNumber
    gone = session.execute(
        delete(table)
        .where(table.customer_id == customer_id, table.own_number == own_number)
        .returning(table.item_number)
        .execution_options(synchronize_session=False)
    ).scalar()
    if gone is not None:
        _note(facts_of(customer_id), before={own_number: gone}, after={own_number: None})
    return gone is not None


def meaning_of(customer_id: int, pair: Pair) -> tuple[str, bool]:
    """What a pair means for this customer, for whoever keeps it on the company's behalf.

    :returns: our number, empty when no item or more than one fits; and whether the own number is ours for another item
    :raises NotFound: no such customer within the scope
    """
    exact, plain = _numbers(facts_of(customer_id), [pair])
    number = exact.get(pair.ours) or _only(plain.get(plain_number(pair.ours), []))
    return number, exact.get(pair.own, number) != number


def _checked(customer: CustomerFacts, pairs: Sequence[Pair]) -> tuple[dict[str, str], list[Refused]]:
    exact, plain = _numbers(customer, pairs)
    good: dict[str, str] = {}
    refused: list[Refused] = []
    for pair in pairs:
        number = exact.get(pair.ours) or _only(plain.get(plain_number(pair.ours), []))
        why = _problem(pair, number, good, exact)
        if why:
            refused.append(Refused(pair, why))
        else:
            good[pair.own] = number
    return good, refused


def _problem(pair: Pair, number: str, good: dict[str, str], ours: dict[str, str]) -> str:
    if not pair.own or not pair.ours:
        return t("Two numbers are needed: yours, then ours.")
    if len(pair.own) > LONGEST:
        return t("Your number has {count} characters; {most} can be kept.", count=len(pair.own), most=LONGEST)
    if not number:
        return t("{number} is not in your assortment.", number=pair.ours)
    if ours.get(pair.own, number) != number:
        return t("{number} is our number of another item, and would always mean that one.", number=pair.own)
    if good.get(pair.own, number) != number:
        return t("{number} stands in an earlier line for {other}.", number=pair.own, other=good[pair.own])
    return ""


def _numbers(customer: CustomerFacts, pairs: Sequence[Pair]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """(our numbers as typed exactly, our numbers by their careless spelling)."""
    words = sorted({each for pair in pairs for each in (pair.own, pair.ours) if each})
    plains = sorted({plain_number(pair.ours) for pair in pairs} - {""})
    rows = session.execute(_OURS, {"source": customer.source, "words": words, "plains": plains}).all()
    by_plain: dict[str, list[str]] = {}
    for row in rows:
        by_plain.setdefault(row.plain_number, []).append(row.number)
    return {row.number: row.number for row in rows}, by_plain


def _only(numbers: Sequence[str]) -> str:
    return numbers[0] if len(numbers) == 1 else ""


def _store(customer: CustomerFacts, good: dict[str, str]) -> None:
    rows = session.execute(_KEPT, {"customer": customer.id, "own": list(good)})
    kept: dict[str, str] = {row.own_number: row.item_number for row in rows}
    new = {own: ours for own, ours in good.items() if kept.get(own) != ours}
    if not new:
        return
    values = [{"customer_id": customer.id, "own_number": own, "item_number": ours} for own, ours in new.items()]
    statement = postgresql.insert(CustomerItemNumber.__table__).values(values)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["customer_id", "own_number"], set_={"item_number": statement.excluded.item_number}
        )
    )
    _note(customer, before={own: kept.get(own) for own in new}, after=dict(new))


def _note(customer: CustomerFacts, *, before: dict[str, Any], after: dict[str, Any]) -> None:
    change = Change(Tag.COMPANY_ITEMS, "customer", customer.number, before=before, after=after)
    record([change], customer_id=customer.id, author=author())
