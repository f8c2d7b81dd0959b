"""What a mail needs to know beside the order, read with staff's scope: its readers, the approval, the delivery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, text

from app.extensions import session
from app.services.notifications.intents import Kind


@dataclass(frozen=True, slots=True)
class Reader:
    """Who gets a mail."""

    id: int
    name: str
    email: str
    language: str


# People who still work for the company of the order, and nobody else: what is told stays within it.
_READERS = """
    select p.id, p.name, p.email, p.language from person p
     where p.active and exists (select 1 from membership m where m.person_id = p.id and m.customer_id = :customer
                                 and m.ended_at is null and ({role}))
       and ({who}) order by p.id = :buyer desc, p.id"""
_BUYER = text(_READERS.format(role="true", who="p.id = :buyer and cast(:order as bigint) is not null"))
_APPROVERS = text(
    _READERS.format(role="'approver' = any(m.roles)", who="p.id <> :buyer and cast(:order as bigint) is not null")
)
_BUYER_AND_APPROVER = text(
    _READERS.format(
        role="true",
        who="p.id = :buyer or p.id = (select a.decided_by from approval a"
        " where a.order_id = :order and a.state = 'approved' order by a.id desc limit 1)",
    )
)
_WHO = {Kind.APPROVAL_ASKED: _APPROVERS, Kind.NOT_ACCEPTED: _BUYER_AND_APPROVER}


def readers(kind: Kind, *, order_id: int, customer_id: int, buyer: int) -> list[Reader]:
    """Whom a mail of this kind goes to; empty when nobody is left."""
    wanted = {"order": order_id, "customer": customer_id, "buyer": buyer}
    return [Reader(*row) for row in session.execute(_WHO.get(kind, _BUYER), wanted)]


_READER = text("""
    select p.id, p.name, p.email, p.language from person p
     where p.id = :id and p.active and exists (select 1 from membership m where m.person_id = p.id
                                               and m.customer_id = :customer and m.ended_at is null)""")


def reader(person_id: int, customer_id: int) -> Reader | None:
    """A person who still works for the company; None for one who does not."""
    row = session.execute(_READER, {"id": person_id, "customer": customer_id}).one_or_none()
    return None if row is None else Reader(*row)


_APPROVAL = text("""
    select a.id, a.amount, a.currency, a.why,
           (select min(m.order_limit) from membership m
             where m.person_id = a.asked_by and m.customer_id = a.customer_id and m.ended_at is null) as order_limit
      from approval a where a.order_id = :order and a.state = 'waiting' order by a.id desc limit 1""")


def waiting_approval(order_id: int) -> Row[Any] | None:
    """The question that still waits for an answer, with the limit it is about."""
    return session.execute(_APPROVAL, {"order": order_id}).one_or_none()


@dataclass(frozen=True, slots=True)
class Parcel:
    """A line of a delivery; `line` is that of the order."""

    line: int
    item: str
    name: str
    quantity: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What left the house together."""

    number: str
    shipped_on: date
    carrier: str
    tracking_number: str
    tracking_url: str
    parcels: Sequence[Parcel]


_DELIVERY = text("""
    select number, shipped_on, carrier, tracking_number, tracking_url from shipment
     where id = :id and customer_id = :customer and withdrawn_at is null""")
_PARCELS = text("""
    select s.order_line, s.item_number, coalesce(l.item_name, ''), s.quantity, s.unit from shipment_line s
      left join order_line l on l.order_id = :order and l.line_number = s.order_line
     where s.shipment_id = :id order by s.position""")


def delivery(shipment_id: int, *, order_id: int, customer_id: int) -> Delivery | None:
    """A delivery with its lines; None when the ERP took it back."""
    head = session.execute(_DELIVERY, {"id": shipment_id, "customer": customer_id}).one_or_none()
    if head is None:
        return None
    rows = session.execute(_PARCELS, {"id": shipment_id, "order": order_id})
    number, shipped_on, carrier, tracking_number, tracking_url = head
    parcels = tuple(Parcel(*row) for row in rows)
    return Delivery(number, shipped_on, carrier, tracking_number, tracking_url, parcels)
