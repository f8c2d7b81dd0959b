"""What a customer usually buys, and how much of it, from its last orders of every channel. One statement each.

A suggestion for people, and a yardstick for whoever approves; never a rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import text

from app.extensions import session

LAST_ORDERS = 24

# Orders of the portal are counted where they were born; the ERP's copies of them are left out.
_BOUGHT = """
    with lately as (
        select * from (
            select 'portal' as way, o.id, o.created_at as at from customer_order o
             where o.customer_id = :customer and o.process not in ('draft', 'awaiting_approval', 'cancelled')
               and o.id <> :without
            union all
            select 'erp', e.id, e.ordered_on from erp_order e
             where e.customer_id = :customer and e.channel <> 'portal' and e.status <> 'deleted' and e.withdrawn_at is null
        ) each order by at desc, id desc limit :orders),
    bought as (
        select l.item_number, l.base_quantity as quantity, way || lately.id as "order", at
          from lately join order_line l on way = 'portal' and l.order_id = lately.id
        union all
        select l.item_number, l.quantity * coalesce(u.factor, 1), way || lately.id, at
          from lately join erp_order_line l on way = 'erp' and l.erp_order_id = lately.id
          join item i on i.source = :source and i.number = l.item_number
          left join item_unit u on u.item_id = i.id and u.code = l.unit and u.withdrawn_at is null)"""

_USUAL = text(f"""{_BOUGHT}
    select i.id, percentile_disc(0.5) within group (order by b.quantity) as quantity, count(distinct b."order") as orders
      from bought b join item i on i.source = :source and i.number = b.item_number
     where i.withdrawn_at is null and not i.blocked and (i.discontinued_on is null or i.discontinued_on > :today)
       and b.quantity > 0
     group by i.id, i.number order by orders desc, max(b.at) desc, i.number limit :limit""")  # noqa: S608

_RANGES = text(f"""{_BOUGHT}
    select item_number, min(quantity) as least, max(quantity) as most, count(distinct "order") as orders
      from bought where item_number = any(:items) and quantity > 0 group by item_number""")  # noqa: S608


@dataclass(frozen=True, slots=True)
class Usual:
    """`quantity` is the middle one of those bought, in base units."""

    item_id: int
    quantity: Decimal
    orders: int


@dataclass(frozen=True, slots=True)
class Range:
    """The smallest and largest quantity ordered, in base units, in so many orders."""

    least: Decimal
    most: Decimal
    orders: int


def usually_bought(customer_id: int, *, source: str, today: object, limit: int) -> list[Usual]:
    """Items of the last orders that can still be had, those in most orders first."""
    rows = session.execute(
        _USUAL,
        {
            "customer": customer_id,
            "source": source,
            "today": today,
            "limit": limit,
            "orders": LAST_ORDERS,
            "without": 0,
        },
    )
    return [Usual(row.id, row.quantity.normalize(), row.orders) for row in rows]


def usual_quantities(customer_id: int, items: Sequence[str], *, source: str, without_order: int) -> Mapping[str, Range]:
    """How much of each item was ordered in one line before; items never ordered are missing."""
    rows = session.execute(
        _RANGES,
        {
            "customer": customer_id,
            "source": source,
            "items": list(items),
            "orders": LAST_ORDERS,
            "without": without_order,
        },
    )
    return {row.item_number: Range(row.least.normalize(), row.most.normalize(), row.orders) for row in rows}
