"""Both sides of a page out of the database, set-based. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import text

from app.domain.order_states import Process
from app.erp.port import (
    BalanceRecord,
    Block,
    Channel,
    CustomerRecord,
    ErpOrderStatus,
    InvoiceRecord,
    InvoiceStatus,
    OrderLineRecord,
    OrderRecord,
)
from app.extensions import session
from app.services.reconciliation.sides import Mirrored, OurLine, OurOrder

_NO_MOMENT = datetime(1, 1, 1, tzinfo=UTC)

_OURS = """
    with linked as (
        select o.id from customer_order o
         where exists (select from outbox_message m where m.order_id = o.id and m.kind = 'create_order'
                          and m.state = 'handed_over')
            or exists (select from relink r where r.order_id = o.id and r.state = 'agreed'))
    select o.id, o.number, o.key, o.customer_id, c.number as customer_number, o.process, o.currency, o.net, o.erp_number,
           coalesce(m.state, '') as message, coalesce(m.lease_until > now(), false) as sending,
           o.id in (select id from linked) as linked
      from customer_order o join customer c on c.id = o.customer_id
      left join lateral (select state, lease_until from outbox_message where order_id = o.id and kind = 'create_order'
                          order by id desc limit 1) m on true
     where o.source = :source and {which}"""

_OF_PAGE = text(
    _OURS.format(which="(o.key = any(:keys) or o.erp_number = any(:numbers) and o.id in (select id from linked))")
)
# Handed over, and nothing of this run has seen it in the ERP.
_UNSEEN = text(
    _OURS.format(
        which="""o.id > :after and o.process in ('confirmed', 'in_dispatch', 'delivered') and o.moved_at < :began
       and not exists (
           select from erp_order e
            where e.source = o.source and e.customer_id = o.customer_id and e.withdrawn_at is null and e.synced_at >= :began
              and (e.order_key = o.key or e.number = o.erp_number and o.id in (select id from linked)))
     order by o.id limit :limit"""
    )
)
_LINES = text("""
    select order_id, line_number, item_number, unit, quantity, unit_price, discount_percent from order_line
     where order_id = any(:ids) order by order_id, line_number""")


def ours_of(source: str, documents: Iterable[OrderRecord]) -> tuple[Mapping[str, OurOrder], Mapping[str, OurOrder]]:
    """Our orders these documents belong to.

    :returns: by key, and those that people linked by the ERP's number
    """
    documents = list(documents)
    wanted = {
        "source": source,
        "keys": [document.key.upper() for document in documents if document.key],
        "numbers": [document.number for document in documents],
    }
    found = _orders(session.execute(_OF_PAGE, wanted).all())
    return {order.key: order for _, order in found}, {order.erp_number: order for _, order in found if order.linked}


def unseen(source: str, *, began: datetime, after: int, limit: int) -> Sequence[tuple[int, OurOrder]]:
    """Our orders that should be in the ERP and did not come in this run, by id."""
    wanted = {"source": source, "began": began, "after": after, "limit": limit}
    return _orders(session.execute(_UNSEEN, wanted).all())


def _orders(rows: Sequence[Any]) -> list[tuple[int, OurOrder]]:
    lines: defaultdict[int, list[OurLine]] = defaultdict(list)
    for line in session.execute(_LINES, {"ids": [row.id for row in rows]}):
        lines[line.order_id].append(OurLine(*line[1:]))
    names = (
        "number",
        "key",
        "customer_id",
        "customer_number",
        "currency",
        "net",
        "erp_number",
        "message",
        "sending",
        "linked",
    )
    return [
        (
            row.id,
            OurOrder(
                **{name: getattr(row, name) for name in names}, process=Process(row.process), lines=tuple(lines[row.id])
            ),
        )
        for row in rows
    ]


_KNOWN = text("select number, id from customer where source = :source and number = any(:numbers)")


def known_customers(source: str, numbers: Collection[str]) -> Mapping[str, int]:
    """Which of these customers we have: number → id."""
    rows = session.execute(_KNOWN, {"source": source, "numbers": list(numbers)})
    return {row.number: row.id for row in rows}


_MIRRORED = text("""
    select e.*, c.number as customer_number from erp_order e join customer c on c.id = e.customer_id
     where e.source = :source and e.erp_key = any(:keys)""")
_MIRRORED_LINES = text("""
    select erp_order_id, line_number, item_number, name, unit, quantity, unit_price, discount_percent, net, shipped,
           invoiced, cancelled, confirmed_date
      from erp_order_line where erp_order_id = any(:ids) order by erp_order_id, line_number""")


def mirrored_orders(source: str, erp_keys: Collection[str]) -> Mapping[str, Mirrored]:
    """Documents as our mirror has them, by the ERP's key."""
    rows = session.execute(_MIRRORED, {"source": source, "keys": list(erp_keys)}).all()
    found = session.execute(_MIRRORED_LINES, {"ids": [row.id for row in rows]}).all()
    lines = {
        number: tuple(OrderLineRecord(*line[1:]) for line in group)
        for number, group in groupby(found, key=lambda line: line.erp_order_id)
    }
    return {row.erp_key: Mirrored(_document(row, lines.get(row.id, ())), row.withdrawn_at is not None) for row in rows}


def _document(row: Any, lines: tuple[OrderLineRecord, ...]) -> OrderRecord:
    plain = ("erp_key", "number", "customer_number", "reference", "ordered_on", "currency", "net", "tax", "gross")
    return OrderRecord(
        **{name: getattr(row, name) for name in plain},
        key=row.order_key,
        channel=Channel(row.channel),
        status=ErpOrderStatus(row.status),
        lines=lines,
        modified_at=row.modified_at or _NO_MOMENT,
    )


_INVOICES = text("""
    select i.*, c.number as customer_number from invoice i join customer c on c.id = i.customer_id
     where i.source = :source and i.erp_key = any(:keys) and i.withdrawn_at is null""")
_UNSEEN_INVOICES = text("""
    select i.*, c.number as customer_number from invoice i join customer c on c.id = i.customer_id
     where i.source = :source and i.withdrawn_at is null and i.synced_at < :began and i.id > :after
     order by i.id limit :limit""")


def mirrored_invoices(source: str, erp_keys: Collection[str]) -> Mapping[str, InvoiceRecord]:
    """Invoices in force as our mirror has them, without lines, by the ERP's key."""
    rows = session.execute(_INVOICES, {"source": source, "keys": list(erp_keys)})
    return {row.erp_key: _invoice(row) for row in rows}


def unseen_invoices(
    source: str, *, began: datetime, after: int, limit: int
) -> Sequence[tuple[int, int, InvoiceRecord]]:
    """Invoices of ours that did not come in this run: id, customer's id, invoice."""
    rows = session.execute(_UNSEEN_INVOICES, {"source": source, "began": began, "after": after, "limit": limit})
    return [(row.id, row.customer_id, _invoice(row)) for row in rows]


def _invoice(row: Any) -> InvoiceRecord:
    plain = (
        "erp_key", "number", "customer_number", "order_number", "order_key", "issued_on", "due_on", "currency", "net",
        "tax", "gross", "remaining",
    )  # fmt: skip
    return InvoiceRecord(
        **{name: getattr(row, name) for name in plain},
        status=InvoiceStatus(row.status),
        lines=(),
        modified_at=row.modified_at or _NO_MOMENT,
    )


_CUSTOMERS = text("""
    select id, erp_key, number, name, currency, price_group, credit_limit, block, balance, overdue, balance_as_of
      from customer where source = :source and number = any(:numbers)""")


def mirrored_customers(source: str, numbers: Collection[str]) -> Mapping[str, tuple[int, CustomerRecord]]:
    """Customers with what decides about credit and prices, and their id; nothing else of them is filled in."""
    rows = session.execute(_CUSTOMERS, {"source": source, "numbers": list(numbers)})
    return {row.number: (row.id, _customer(row)) for row in rows}


def _customer(row: Any) -> CustomerRecord:
    empty = (
        "address_line1", "address_line2", "city", "state", "country", "postal_code", "email", "phone", "salesperson",
        "vat_id", "tax_area", "payment_terms_code", "payment_terms_name",
    )  # fmt: skip
    plain = ("erp_key", "number", "name", "currency", "price_group", "credit_limit")
    given: dict[str, Any] = {**{name: getattr(row, name) for name in plain}, **dict.fromkeys(empty, "")}
    return CustomerRecord(
        **given,
        block=Block(row.block),
        payment_days=0,
        prepayment=False,
        ship_tos=(),
        modified_at=_NO_MOMENT,
    )


def stale_balances(
    source: str, numbers: Collection[str], *, before: datetime
) -> Mapping[str, tuple[int, BalanceRecord]]:
    """Balances last read before a moment, by customer number: newer ones may differ, as money moves all the time."""
    rows = session.execute(_CUSTOMERS, {"source": source, "numbers": list(numbers)})
    return {
        row.number: (row.id, BalanceRecord(row.number, row.balance, row.overdue))
        for row in rows
        if row.balance_as_of is None or row.balance_as_of < before
    }


# Two documents under one key of ours, of which both are alive; the second is the one entered later.
_TWINS = text("""
    select o.number as order_number, o.customer_id, o.key, o.hold_reason,
           array_agg(e.number order by e.ordered_on, e.modified_at, e.number) as numbers
      from erp_order e join customer_order o on o.source = e.source and o.key = e.order_key
     where e.source = :source and e.withdrawn_at is null and e.status <> 'cancelled'
     group by o.id having count(*) > 1""")
_LOOKALIKES = text("""
    with told as (
        select e.id, e.customer_id, e.number, e.order_key, e.reference, e.ordered_on, e.currency,
               (select string_agg(l.item_number || ' ' || l.quantity || ' ' || l.unit, ',' order by l.item_number,
                                  l.quantity, l.unit) from erp_order_line l where l.erp_order_id = e.id) as content
          from erp_order e
         where e.source = :source and e.withdrawn_at is null and e.status in ('open', 'in_review', 'released')
           and e.reference <> '')
    select o.number as order_number, o.customer_id, o.key, o.hold_reason,
           array[mine.number, min(other.number)] as numbers
      from told mine join customer_order o on o.source = :source and o.key = mine.order_key
      join told other on other.customer_id = mine.customer_id and other.reference = mine.reference
           and other.currency = mine.currency and other.content = mine.content and other.id <> mine.id
           and other.order_key <> mine.order_key and abs(other.ordered_on - mine.ordered_on) <= 3
           and not exists (select from customer_order p where p.source = :source and p.key = other.order_key)
           and not exists (select from customer_order p where p.source = :source and p.erp_number = other.number)
     group by o.id, mine.number""")


def twins(source: str) -> Sequence[Any]:
    """Our orders that the mirror has twice: order_number, customer_id, key, hold_reason, numbers."""
    return session.execute(_TWINS, {"source": source}).all()


def lookalikes(source: str) -> Sequence[Any]:
    """Our orders beside a document of another channel with the same reference and lines, at most three days apart."""
    return session.execute(_LOOKALIKES, {"source": source}).all()
