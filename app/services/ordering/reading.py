"""An order as it is shown: head, lines, findings, approval, deliveries, invoices, and the words for where it stands.

One shape for pages and API. Row scope decides what is found; a foreign number is not found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, text

from app.domain.lanes import Situation, check_lane, next_step, order_lane, payment_lane
from app.domain.order_states import Ball, Payment, Process, Validation
from app.errors import NotFound
from app.extensions import session
from app.models.transactional import Order
from app.services.lifecycle import is_asked
from app.services.rejection import Said, said_of
from app.services.silence import silent_since


@dataclass(frozen=True, slots=True)
class OrderSheet:
    """Rows as stored; `next_step` and the lanes are words for people.

    `messages` are those between buyer and desk; `proposals` what differs from the order, oldest first. `rejection` is
    why the desk did not accept it, in the reader's language. `silent_since`: the ERP, which has the ball, does not answer.
    """

    order: Order
    customer_number: str
    customer_name: str
    payment_terms: str
    lines: Sequence[Row[Any]]
    findings: Sequence[Row[Any]]
    approval: Row[Any] | None
    shipments: Sequence[Row[Any]]
    invoices: Sequence[Row[Any]]
    situation: Situation
    messages: Sequence[Row[Any]] = ()
    proposals: Sequence[Row[Any]] = ()
    rejection: Said | None = None
    silent_since: datetime | None = None

    @property
    def next_step(self) -> str:
        return next_step(self.situation)

    @property
    def lanes(self) -> dict[str, str]:
        """The three lanes a buyer reads: order, check, payment."""
        return {
            "order": order_lane(self.situation),
            "check": check_lane(self.situation),
            "payment": payment_lane(self.situation, self.payment_terms),
        }


_CUSTOMER = text("select number, name, payment_terms_name as terms, prepayment from customer where id = :id")
_LINES = text("""
    select l.*, coalesce(n.own_number, '') as own_number from order_line l
      left join lateral (select own_number from customer_item_number n where n.customer_id = l.customer_id
                          and n.item_number = l.item_number and l.item_number <> '' order by own_number limit 1) n on true
     where l.order_id = :id order by l.line_number""")
_FINDINGS = text("""
    select * from finding where judgement_id = (select max(id) from judgement where order_id = :id) order by id""")
_APPROVAL = text("""
    select a.* from approval a where a.order_id = :id order by a.id desc limit 1""")
_SHIPMENTS = text("""
    select s.number, s.shipped_on, s.carrier, s.tracking_number, s.tracking_url,
           (select json_agg(json_build_object('line', l.order_line, 'item', l.item_number, 'unit', l.unit,
                                              'quantity', l.quantity::text) order by l.position)
              from shipment_line l where l.shipment_id = s.id) as lines
      from shipment s where s.customer_id = :customer and s.order_key = :key and s.withdrawn_at is null
     order by s.shipped_on, s.number""")
_INVOICES = text("""
    select number, issued_on, due_on, currency, net, tax, gross, remaining, status from invoice
     where customer_id = :customer and order_key = :key and withdrawn_at is null order by issued_on, number""")
_MESSAGES = text("""
    select side, is_question, author_name, body, written_at from order_message
     where order_id = :id and side <> 'inside' order by id""")

_PROPOSALS = text("""
    select p.id, p.line_number, p.origin, p.code, p.before, p.after, p.words, p.state, p.proposed_at, p.decided_at,
           p.decided_by_name, coalesce(nullif(l.item_number, ''), l.typed_item, '') as item,
           coalesce(l.item_name, '') as item_name, coalesce(l.unit, '') as unit
      from proposal p left join order_line l on l.order_id = p.order_id and l.line_number = p.line_number
     where p.order_id = :id order by p.id""")


def sheet(number: str) -> OrderSheet:
    """Everything about one order.

    :raises NotFound: nothing under this number within the scope
    """
    order = session.execute(select(Order).where(Order.number == number)).scalar_one_or_none()
    if order is None:
        raise NotFound()
    return sheet_of(order)


def sheet_of(order: Order) -> OrderSheet:
    """The same for an order that is loaded already."""
    session.flush()
    customer = session.execute(_CUSTOMER, {"id": order.customer_id}).one()
    by_id, by_key = {"id": order.id}, {"customer": order.customer_id, "key": order.key}
    lines = session.execute(_LINES, by_id).all()
    findings = session.execute(_FINDINGS, by_id).all()
    invoices = session.execute(_INVOICES, by_key).all()
    silent = silent_since(order.source) if order.ball_with == Ball.ERP else None
    return OrderSheet(
        order=order,
        customer_number=customer.number,
        customer_name=customer.name,
        payment_terms=customer.terms,
        lines=lines,
        findings=findings,
        approval=session.execute(_APPROVAL, by_id).one_or_none(),
        shipments=session.execute(_SHIPMENTS, by_key).all(),
        invoices=invoices,
        messages=session.execute(_MESSAGES, by_id).all(),
        proposals=session.execute(_PROPOSALS, by_id).all(),
        rejection=said_of(order),
        situation=Situation(
            process=Process(order.process),
            validation=Validation(order.validation),
            payment=Payment(order.payment),
            prepayment=customer.prepayment,
            erp_number=order.erp_number,
            cancel_requested=order.cancel_requested_at is not None,
            lines=len(lines),
            shipped_lines=sum(1 for line in lines if line.shipped + line.cancelled >= line.quantity > line.cancelled),
            points=sum(1 for finding in findings if finding.outcome == "review"),
            invoiced=bool(invoices),
            asked=is_asked(order),
            hold=order.hold_reason or "",
            silent=silent is not None,
        ),
        silent_since=silent,
    )


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One line of a list, of any channel. `number` is the ERP's for orders that did not come through the portal."""

    id: int
    number: str
    reference: str
    channel: str
    net: Any
    currency: str
    lines: int
    process: str
    validation: str
    payment: str
    ball_with: str
    ball_since: Any
    hold_reason: str | None
    erp_number: str
    created_at: Any
    customer_name: str


_LIST = text("""
    select o.id, o.number, o.reference, 'portal' as channel, o.net, o.currency,
           (select count(*) from order_line l where l.order_id = o.id) as lines,
           o.process, o.validation, o.payment, o.ball_with, o.ball_since, o.hold_reason, o.erp_number, o.created_at,
           c.name as customer_name
      from customer_order o join customer c on c.id = o.customer_id
     where (cast(:before as bigint) is null or o.id < :before) and (cast(:process as text) = '' or o.process = :process)
     order by o.id desc limit :limit""")


def recent(*, before_id: int | None = None, process: str = "", limit: int = 50) -> list[OrderRow]:
    """Orders within the scope, newest first.

    :param before_id: go on after this one
    :param process: only orders in this state; empty for all
    """
    rows = session.execute(_LIST, {"before": before_id, "process": process, "limit": limit}).mappings()
    return [OrderRow(**row) for row in rows]


_OTHER_CHANNELS = text("""
    select number, reference, channel, status, net, currency, ordered_on from erp_order
     where channel <> 'portal' and withdrawn_at is null order by ordered_on desc, number desc limit :limit""")


def from_other_channels(*, limit: int = 50) -> Sequence[Row[Any]]:
    """Orders that reached the ERP by telephone, mail or EDI, newest first; read only."""
    return session.execute(_OTHER_CHANNELS, {"limit": limit}).all()
