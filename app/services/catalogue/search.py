"""The list behind "find and add": exact numbers first, then words with typing mistakes, within the own assortment."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from app.extensions import session
from app.services.catalogue.items import ItemFacts, by_ids, plain_number
from app.services.customers import CustomerFacts

MOST = 100

# Shares of trigrams as PostgreSQL's pg_trgm counts them; below a third the two words have little in common.
_SEARCH = text("""
    with wanted as (select portico_trigrams(cast(:q as text)) as grams)
    select i.id
      from item i, wanted
     where i.source = :source and i.withdrawn_at is null
       and (cast(:category as text) = '' or i.category ilike :category || '%')
       and (not :available or (not i.blocked and (i.discontinued_on is null or i.discontinued_on > :today) and exists (
              select 1 from stock s where s.source = i.source and s.item_number = i.number and s.quantity > 0
                 and s.withdrawn_at is null)))
       and (cast(:q as text) = '' or (:plain <> '' and i.plain_number like :plain || '%') or i.gtin = :q
            or exists (select 1 from customer_item_number n
                        where n.customer_id = :customer and n.item_number = i.number and n.own_number = :q)
            or (i.trigrams && wanted.grams and cardinality(wanted.grams) * 0.5 <= (
                   select count(*) from unnest(wanted.grams) g where g = any(i.trigrams))))
     order by (:plain <> '' and (i.plain_number = :plain or i.gtin = :q)) desc,
              (:plain <> '' and i.plain_number like :plain || '%') desc,
              (select count(*) from unnest(wanted.grams) g where g = any(i.trigrams)) desc,
              (i.blocked or coalesce(i.discontinued_on <= :today, false)), i.number
     limit :limit offset :offset""")


@dataclass(frozen=True, slots=True)
class Found:
    """A page of items; `next_offset` is None at the end."""

    items: list[ItemFacts]
    next_offset: int | None


def search(
    customer: CustomerFacts, *, q: str, category: str, available: bool, today: object, limit: int, offset: int
) -> Found:
    """Items this customer may buy; those no longer made stand after others that match as well.

    :param q: our number (also its beginning), own number, EAN, or words; empty lists everything
    :param available: leave out what is not in stock, blocked or no longer made
    """
    rows = session.execute(
        _SEARCH,
        {
            "q": q.strip(),
            "plain": plain_number(q),
            "category": category.strip(),
            "available": available,
            "today": today,
            "source": customer.source,
            "customer": customer.id,
            "limit": limit + 1,
            "offset": offset,
        },
    ).scalars()
    ids = list(rows)
    more = len(ids) > limit
    return Found(by_ids(customer, ids[:limit]), offset + limit if more else None)
