"""Orders of every channel in one list, newest first: those of the portal beside what came by telephone, mail or EDI.

Only for showing: an order of another channel is the ERP's and cannot be changed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, text

from app.errors import NotFound
from app.extensions import session


class Stage(StrEnum):
    """Where an order stands, coarse enough to hold for every channel."""

    DRAFT = "draft"
    UNDER_WAY = "under-way"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ListedOrder:
    """One order of the list. `process`, `validation` and the ball are empty for other channels, `status` for ours."""

    number: str
    reference: str
    channel: str
    at: datetime
    net: Decimal
    currency: str
    lines: int
    shipped_lines: int
    process: str
    validation: str
    status: str
    ball_with: str
    ball_since: datetime | None
    hold_reason: str | None
    erp_number: str
    customer_name: str
    placed_by_name: str


_LIST = text("""
    with listed as (
        select o.number, o.reference, 'portal' as channel, o.created_at as at, o.net, o.currency,
               o.process, o.validation, '' as status, o.ball_with, o.ball_since, o.hold_reason, o.erp_number,
               o.customer_id, o.placed_by_name, o.id as portal_id, null::bigint as erp_id,
               case when o.process in ('draft', 'delivered', 'cancelled') then o.process else 'under-way' end as stage
          from customer_order o
        union all
        select e.number, e.reference, e.channel, e.ordered_on, e.net, e.currency, '', '', e.status, '', null, null,
               e.number, e.customer_id, '', null, e.id,
               case e.status when 'posted' then 'delivered' when 'deleted' then 'cancelled' else 'under-way' end
          from erp_order e where e.channel <> 'portal' and e.withdrawn_at is null),
    page as (
        select * from listed
         where (cast(:stage as text) = '' or stage = :stage)
           and (cast(:q as text) = '' or number ilike :like or reference ilike :like or erp_number ilike :like)
         order by at desc, number desc limit :limit offset :offset)
    select page.*, c.name as customer_name,
           case when portal_id is not null then (select count(*) from order_line l where l.order_id = portal_id)
                else (select count(*) from erp_order_line l where l.erp_order_id = erp_id) end as lines,
           case when portal_id is not null
                then (select count(*) from order_line l where l.order_id = portal_id
                       and l.shipped + l.cancelled >= l.quantity and l.quantity > l.cancelled)
                else (select count(*) from erp_order_line l where l.erp_order_id = erp_id
                       and l.shipped + l.cancelled >= l.quantity and l.quantity > l.cancelled) end as shipped_lines
      from page join customer c on c.id = page.customer_id order by at desc, number desc""")

_WILD = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


def listed(*, stage: Stage | None = None, q: str = "", limit: int = 50, offset: int = 0) -> list[ListedOrder]:
    """Orders within the scope.

    :param q: part of a number, of the ERP's number, or of a PO number; empty lists all
    """
    wanted = q.strip().translate(_WILD)
    rows = session.execute(
        _LIST,
        {"stage": stage.value if stage else "", "q": wanted, "like": f"%{wanted}%", "limit": limit, "offset": offset},
    ).mappings()
    return [ListedOrder(**{name: row[name] for name in ListedOrder.__slots__}) for row in rows]


@dataclass(frozen=True, slots=True)
class ForeignOrder:
    """An order of another channel as the ERP holds it, with its lines, deliveries and invoices as rows."""

    number: str
    reference: str
    channel: str
    status: str
    ordered_on: date
    currency: str
    net: Decimal
    tax: Decimal
    gross: Decimal
    lines: Sequence[Row[Any]]
    shipments: Sequence[Row[Any]]
    invoices: Sequence[Row[Any]]


_ONE = text("""
    select id, customer_id, source, number, reference, channel, status, ordered_on, currency, net, tax, gross
      from erp_order where number = :number and channel <> 'portal' and withdrawn_at is null""")
_ITS_LINES = text("""
    select line_number, item_number, name, unit, quantity, unit_price, discount_percent, net, shipped, cancelled,
           confirmed_date from erp_order_line where erp_order_id = :id order by line_number""")
_ITS_SHIPMENTS = text("""
    select s.number, s.shipped_on, s.carrier, s.tracking_number, s.tracking_url,
           (select json_agg(json_build_object('line', l.order_line, 'item', l.item_number, 'unit', l.unit,
                                              'quantity', l.quantity::text) order by l.position)
              from shipment_line l where l.shipment_id = s.id) as lines
      from shipment s
     where s.customer_id = :customer and s.order_number = :number and s.withdrawn_at is null
     order by s.shipped_on, s.number""")
_ITS_INVOICES = text("""
    select number, issued_on, due_on, currency, net, tax, gross, remaining, status from invoice
     where customer_id = :customer and order_number = :number and withdrawn_at is null order by issued_on, number""")


def foreign_order(number: str) -> ForeignOrder:
    """One order of another channel.

    :raises NotFound: nothing under this number within the scope
    """
    row = session.execute(_ONE, {"number": number}).mappings().one_or_none()
    if row is None:
        raise NotFound()
    where = {"customer": row["customer_id"], "number": number}
    head = {name: row[name] for name in row if name not in ("id", "customer_id", "source")}
    return ForeignOrder(
        **head,
        lines=session.execute(_ITS_LINES, {"id": row["id"]}).all(),
        shipments=session.execute(_ITS_SHIPMENTS, where).all(),
        invoices=session.execute(_ITS_INVOICES, where).all(),
    )
