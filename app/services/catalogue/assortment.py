"""What the own assortment consists of: its categories, and the numbers that come closest to one nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from app.extensions import session
from app.services.catalogue.items import ItemFacts, by_ids, plain_number
from app.services.customers import CustomerFacts

_CATEGORIES = text("""
    select category as name, count(*) as items from item
     where source = :source and withdrawn_at is null and category <> '' group by category order by category""")

# Far looser than the search: any number that begins alike, or shares a quarter of its trigrams.
_NEAREST = text("""
    with wanted as (select portico_trigrams(cast(:q as text)) as grams)
    select i.id from item i, wanted,
           lateral (select count(*) as alike from unnest(wanted.grams) g where g = any(i.trigrams)) shared
     where i.source = :source and i.withdrawn_at is null and not i.blocked and cardinality(wanted.grams) > 0
       and ((:start <> '' and i.plain_number like :start || '%') or (i.trigrams && wanted.grams
            and shared.alike >= cardinality(wanted.grams) * 0.25))
     order by (:start <> '' and i.plain_number like :start || '%') desc, shared.alike desc, i.number limit :limit""")


@dataclass(frozen=True, slots=True)
class Category:
    """A category of the ERP and how many items of it this customer may buy."""

    name: str
    items: int


def categories(source: str) -> Sequence[Category]:
    """The categories within the scope, by name."""
    rows = session.execute(_CATEGORIES, {"source": source})
    return [Category(row.name, row.items) for row in rows]


def nearest(customer: CustomerFacts, typed: str, *, limit: int) -> list[ItemFacts]:
    """Items whose number or name comes closest to what was typed; none for something quite different."""
    plain = plain_number(typed)
    rows = session.execute(
        _NEAREST,
        {"q": typed.strip(), "start": plain[:4] if len(plain) > 4 else "", "source": customer.source, "limit": limit},
    ).scalars()
    return by_ids(customer, list(rows))
