"""Invoices and deliveries as the ERP has them, of every order within the scope; the document itself is fetched live.

Read only. What an order's own page shows of them is in `ordering.reading`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Row, text

from app.erp.errors import ErpError
from app.erp.port import connected
from app.erp.transport import within
from app.errors import NotFound, PortalError
from app.extensions import session, transaction
from app.services.live_calls import line_is_closed, place
from app.words import n_, t

log = structlog.get_logger()

LONGEST_NUMBER = 40
PDF_DEADLINE = 10.0  # seconds a reader waits for a document


class OrderSystemSilent(PortalError):
    """The ERP did not give what only the ERP has."""

    code = "order_system_silent"
    status = 503
    title = n_("Our order system does not answer")


_COLUMNS = """
    i.id, i.number, i.order_number, coalesce(o.number, '') as portal_order, coalesce(o.reference, '') as reference,
    i.issued_on, i.due_on, i.currency, i.net, i.tax, i.gross, i.remaining, i.status, i.source,
    c.name as customer_name
      from invoice i
      join customer c on c.id = i.customer_id
      left join customer_order o on o.customer_id = i.customer_id and o.key = i.order_key and i.order_key <> ''
     where i.withdrawn_at is null"""

_LIST = text(f"""
    select {_COLUMNS}
       and (cast(:status as text) = '' or i.status = :status)
       and (cast(:before as bigint) is null
            or (i.issued_on, i.id) < (select b.issued_on, b.id from invoice b where b.id = :before))
     order by i.issued_on desc, i.id desc limit :limit""")  # noqa: S608  put together from constants of this module

_ONE = text(f"select {_COLUMNS} and i.number = :number")

_LINES = text("""
    select line_number, item_number, name, unit, quantity, unit_price, net from invoice_line
     where invoice_id = :invoice order by line_number""")


@dataclass(frozen=True, slots=True)
class InvoiceSheet:
    """One invoice with its lines, rows as stored."""

    head: Row[Any]
    lines: Sequence[Row[Any]]


def recent_invoices(*, before_id: int | None = None, status: str = "", limit: int = 50) -> Sequence[Row[Any]]:
    """Invoices within the scope, newest first.

    :param before_id: go on after this one
    :param status: open, paid or cancelled; empty for all
    """
    return session.execute(_LIST, {"before": before_id, "status": status, "limit": limit}).all()


def invoice(number: str) -> InvoiceSheet:
    """:raises NotFound: nothing under this number within the scope"""
    head = _head(number)
    return InvoiceSheet(head, session.execute(_LINES, {"invoice": head.id}).all())


def _head(number: str) -> Row[Any]:
    if not number or len(number) > LONGEST_NUMBER or not number.isprintable():
        raise NotFound()
    found = session.execute(_ONE, {"number": number}).all()
    if len(found) != 1:
        raise NotFound()
    return found[0]


def source_of(number: str) -> str:
    """The connection to fetch the document from; asked within the scope, so that a foreign number ends here.

    :raises NotFound: nothing under this number within the scope
    """
    source: str = _head(number).source
    return source


def fetch_pdf(source: str, number: str) -> bytes:
    """The document from the ERP. Call it with no transaction open, after `source_of`.

    :raises OrderSystemSilent: the ERP did not give it
    """
    with transaction():
        speaks = line_is_closed(source)
    with place(source, "documents") as free:
        if not (speaks and free):
            raise _silent(number)
        try:
            with within(PDF_DEADLINE):
                return connected(source).invoice_pdf(number)
        except ErpError as problem:
            log.info("invoice_pdf_not_available", source=source, outcome=problem.outcome, reason=problem.reason)
            raise _silent(number) from problem


def _silent(number: str) -> OrderSystemSilent:
    return OrderSystemSilent(
        t("The document of invoice {number} lies in our order system, which does not answer just now.", number=number),
        t("Try again in a few minutes; the amounts are shown meanwhile."),
    )


_SHIPMENTS = text("""
    select s.id, s.number, s.order_number, coalesce(o.number, '') as portal_order, coalesce(o.reference, '') as reference,
           s.shipped_on, s.carrier, s.tracking_number, s.tracking_url,
           (select json_agg(json_build_object('line', l.order_line, 'item', l.item_number, 'unit', l.unit,
                                              'quantity', l.quantity::text) order by l.position)
              from shipment_line l where l.shipment_id = s.id) as lines
      from shipment s
      left join customer_order o on o.customer_id = s.customer_id and o.key = s.order_key and s.order_key <> ''
     where s.withdrawn_at is null
       and (cast(:before as bigint) is null
            or (s.shipped_on, s.id) < (select b.shipped_on, b.id from shipment b where b.id = :before))
     order by s.shipped_on desc, s.id desc limit :limit""")


def recent_shipments(*, before_id: int | None = None, limit: int = 50) -> Sequence[Row[Any]]:
    """Deliveries within the scope, newest first."""
    return session.execute(_SHIPMENTS, {"before": before_id, "limit": limit}).all()
