"""What stands on a paper or in a mail about an order: plain values, read in five statements, without any words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, text

from app.clock import business_zone
from app.errors import NotFound
from app.extensions import session
from app.services.agreeing.telling import Put

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Held:
    """What the ERP holds of a line beside quantity and date. `net` is the amount of the line."""

    unit_price: Decimal
    discount_percent: Decimal
    net: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """Quantities in `unit`. `held` is None until the mirror has the ERP's line."""

    number: int
    item: str
    own_number: str
    name: str
    quantity: Decimal
    unit: str
    unit_price: Decimal | None
    discount_percent: Decimal
    net: Decimal | None
    wished: date | None
    confirmed: Decimal
    confirmed_date: date | None
    cancelled: Decimal
    held: Held | None

    @property
    def promised(self) -> Decimal:
        """What will be delivered, as the ERP says."""
        return max(self.confirmed - self.cancelled, ZERO)


@dataclass(frozen=True, slots=True)
class Charge:
    """A surcharge beside the lines; `labels` and `why` by language."""

    labels: Mapping[str, str]
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Asked:
    """What differed from the order: `state` is accepted (also what was taken without asking), open or declined."""

    line: int | None
    state: str
    put: Put


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """Sums are in `currency`; `net` is ours, `held_net`, `tax` and `gross` are the ERP's and None before it has them."""

    id: int
    customer_id: int
    placed_by: int
    number: str
    reference: str
    erp_number: str
    currency: str
    net: Decimal
    held_net: Decimal | None
    tax: Decimal | None
    gross: Decimal | None
    comment: str
    placed_by_name: str
    submitted_at: datetime | None
    wished: date | None
    terms_version: int | None
    review_reason: str
    review_note: str
    payment_terms: str
    account_manager: str
    customer_number: str
    customer_name: str
    customer_address: tuple[str, ...]
    ship_to: tuple[str, ...]
    charges: tuple[Charge, ...]
    lines: tuple[Line, ...]
    proposals: tuple[Asked, ...] = ()


_HEAD = text("""
    select o.*, c.number as customer_number, c.name as customer_name, c.payment_terms_name as payment_terms,
           coalesce(a.account_manager, '') as account_manager,
           c.address_line1, c.address_line2, c.city, c.state, c.postal_code, c.country
      from customer_order o join customer c on c.id = o.customer_id
      left join customer_account a on a.customer_id = o.customer_id where o.id = :id""")

_LINES = text("""
    select l.*, coalesce(n.own_number, '') as own_number,
           e.unit_price as held_price, e.discount_percent as held_discount, e.net as held_net
      from order_line l
      join customer_order o on o.id = l.order_id
      left join erp_order d on d.source = o.source and d.order_key = o.key and d.withdrawn_at is null
      left join erp_order_line e on e.erp_order_id = d.id and e.line_number = l.line_number
      left join lateral (select own_number from customer_item_number n where n.customer_id = l.customer_id
                          and n.item_number = l.item_number and l.item_number <> '' order by own_number limit 1) n on true
     where l.order_id = :id order by l.line_number""")

_PROPOSALS = text("""
    select p.line_number, p.state, p.code, p.before, p.after, p.words, p.proposed_at,
           trim(coalesce(nullif(l.item_number, ''), l.typed_item, '') || ' ' || coalesce(l.item_name, '')) as item,
           coalesce(l.unit, '') as unit
      from proposal p left join order_line l on l.order_id = p.order_id and l.line_number = p.line_number
     where p.order_id = :id and p.state <> 'lapsed' order by p.line_number nulls last, p.id""")

_SHIP_TO = text("""
    select name, address_line1, address_line2, city, state, postal_code, country from ship_to
     where customer_id = :customer and source = :source and code = :code order by withdrawn_at nulls first limit 1""")


def order_facts(order_id: int) -> OrderFacts:
    """:raises NotFound: no such order within the scope"""
    head = session.execute(_HEAD, {"id": order_id}).one_or_none()
    if head is None:
        raise NotFound()
    rows = session.execute(_LINES, {"id": order_id}).all()
    copied = (
        "id", "customer_id", "placed_by", "number", "reference", "erp_number", "currency", "net", "tax", "gross",
        "comment", "placed_by_name", "submitted_at", "terms_version", "review_reason", "review_note", "payment_terms",
        "account_manager",
        "customer_number", "customer_name",
    )  # fmt: skip
    return OrderFacts(
        **{name: getattr(head, name) for name in copied},
        held_net=None if head.gross is None or head.tax is None else head.gross - head.tax,
        wished=head.requested_date,
        customer_address=_address(head),
        ship_to=_ship_to(head),
        charges=tuple(_charge(each) for each in head.charges or ()),
        lines=tuple(_line(row, head.requested_date) for row in rows),
        proposals=tuple(_asked(row, head.currency) for row in session.execute(_PROPOSALS, {"id": order_id})),
    )


def _asked(row: Row[Any], currency: str) -> Asked:
    since = row.proposed_at.astimezone(business_zone()).date()
    copied = {name: getattr(row, name) for name in ("code", "before", "after", "item", "unit", "words")}
    return Asked(row.line_number, row.state, Put(**copied, currency=currency, since=since))


def _line(row: Row[Any], wished: date | None) -> Line:
    held = None if row.held_price is None else Held(row.held_price, row.held_discount or ZERO, row.held_net or ZERO)
    copied = ("quantity", "unit", "unit_price", "discount_percent", "net", "confirmed", "confirmed_date", "cancelled")
    return Line(
        **{name: getattr(row, name) for name in copied},
        number=row.line_number,
        item=row.item_number or row.typed_item,
        own_number=row.own_number,
        name=row.item_name,
        wished=row.requested_date or wished,
        held=held,
    )


def _ship_to(head: Row[Any]) -> tuple[str, ...]:
    """The address as it was when the order was sent, else as the ERP holds it now."""
    kept: Mapping[str, Any] | None = head.ship_to_address
    if kept:
        lines = (kept.get("name"), *_lines_of(kept))
        return tuple(str(each) for each in lines if each)
    if not head.ship_to_code:
        return ()
    found = session.execute(
        _SHIP_TO, {"customer": head.customer_id, "source": head.source, "code": head.ship_to_code}
    ).one_or_none()
    return (head.ship_to_code,) if found is None else tuple(filter(None, (found.name, *_address(found))))


def _address(row: Row[Any]) -> tuple[str, ...]:
    return _lines_of(dict(row._mapping))


def _lines_of(values: Mapping[str, Any]) -> tuple[str, ...]:
    place = " ".join(filter(None, (str(values.get(name) or "") for name in ("postal_code", "city", "state"))))
    lines: Sequence[Any] = (values.get("address_line1"), values.get("address_line2"), place, values.get("country"))
    return tuple(str(line) for line in lines if line)


def _charge(stored: Mapping[str, Any]) -> Charge:
    labels = stored.get("label") or {}
    return Charge(labels if isinstance(labels, dict) else {"en": str(labels)}, Decimal(str(stored.get("amount") or 0)))
