"""Items as orders, prices and rules need them: looked up in one statement for any number of typed words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import RowMapping, text

from app.extensions import session
from app.services.customers import CustomerFacts

_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """`units` maps a unit's code to how many base units it holds; `available` is in base units."""

    number: str
    name: str
    category: str
    gtin: str
    own_number: str
    base_unit: str
    units: Mapping[str, Decimal]
    list_price: Decimal
    tax_group: str
    blocked: bool
    discontinued_on: date | None
    substitute_number: str
    substitute_name: str
    lead_time_days: int | None
    minimum_quantity: Decimal | None
    order_multiple: Decimal | None
    available: Decimal
    description: str = ""

    def is_discontinued(self, today: date) -> bool:
        return self.discontinued_on is not None and self.discontinued_on <= today


def plain_number(typed: str) -> str:
    """A number without what may differ: case, blanks, dashes of any kind, quotes (as the column `plain_number`)."""
    return _NOT_ALPHANUMERIC.sub("", typed).upper()


_COLUMNS = """
    i.number, i.name, i.category, i.gtin, i.base_unit, i.list_price, i.tax_group, i.blocked, i.discontinued_on,
    i.substitute_number, i.lead_time_days, i.minimum_quantity, i.order_multiple, i.description,
    coalesce((select s.name from item s where s.source = i.source and s.number = i.substitute_number
              and i.substitute_number <> ''), '') as substitute_name,
    coalesce((select n.own_number from customer_item_number n
               where n.customer_id = :customer and n.item_number = i.number
               order by n.own_number limit 1), '') as own_number,
    (select array_agg(u.code || '=' || u.factor) from item_unit u
      where u.item_id = i.id and u.withdrawn_at is null) as units,
    coalesce((select sum(s.quantity) from stock s where s.source = i.source and s.item_number = i.number
               and s.withdrawn_at is null), 0) as available"""

_BY_WORD = text(f"""
    with typed as (select * from unnest(cast(:words as text[]), cast(:plains as text[])) as t(word, plain)),
    hit as (
        select t.word, i.id, 1 as way from typed t join item i on i.source = :source and i.number = t.word
        union all
        select t.word, i.id, 2 from typed t
          join customer_item_number n on n.customer_id = :customer and n.own_number = t.word
          join item i on i.source = :source and i.number = n.item_number
        union all
        select t.word, i.id, 3 from typed t join item i on i.source = :source and i.gtin = t.word and t.word <> ''
        union all
        select t.word, i.id, 4 from typed t
          join item i on i.source = :source and i.plain_number = t.plain and t.plain <> ''
    ),
    best as (
        select word, min(id) as id from (select *, min(way) over (partition by word) as first from hit) h
         where way = first group by word having count(distinct id) = 1
    )
    select best.word, {_COLUMNS} from best join item i on i.id = best.id where i.withdrawn_at is null""")  # noqa: S608


def find_typed(customer: CustomerFacts, words: Iterable[str]) -> dict[str, ItemFacts]:
    """What each typed word means for this customer; words that mean nothing, or two things, are missing.

    Our number first, then the customer's own number, the EAN, and last our number spelt carelessly.
    """
    wanted = sorted(set(words))
    if not wanted:
        return {}
    rows = session.execute(
        _BY_WORD,
        {
            "words": wanted,
            "plains": [plain_number(word) for word in wanted],
            "source": customer.source,
            "customer": customer.id,
        },
    ).mappings()
    return {row["word"]: _item(row) for row in rows}


_BY_IDS = text(f"select i.id, {_COLUMNS} from item i where i.id = any(:ids)")  # noqa: S608


def by_ids(customer: CustomerFacts, ids: Sequence[int]) -> list[ItemFacts]:
    """Items in the order of the given ids."""
    rows = session.execute(_BY_IDS, {"ids": list(ids), "customer": customer.id}).mappings()
    found = {row["id"]: _item(row) for row in rows}
    return [found[each] for each in ids if each in found]


def _item(row: RowMapping) -> ItemFacts:
    units = dict(each.split("=", 1) for each in row["units"] or ())
    factors = {code: Decimal(factor).normalize() for code, factor in units.items()}
    factors.setdefault(row["base_unit"], Decimal(1))
    ordered = dict(sorted(factors.items(), key=lambda each: each[1]))
    return ItemFacts(
        **{name: row[name] for name in row if name in ItemFacts.__slots__ and name != "units"},
        units=ordered,
    )
