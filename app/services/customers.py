"""What everything else needs to know of a customer, in one read: terms, credit, account manager, delivery addresses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.errors import NotFound
from app.extensions import session, transaction
from app.security.scopes import Scope, entered


@dataclass(frozen=True, slots=True)
class ShipToAddress:
    code: str
    name: str
    city: str
    country: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """Money is in the customer's currency. `credit_limit` None means no limit.

    `company_admin` is known where an order is prepared, else empty.
    A person looks at every order where `always_look` is set, else at the first `look_at_first`.
    """

    id: int
    source: str
    number: str
    name: str
    country: str
    currency: str
    price_group: str
    tax_area: str
    vat_id: str
    payment_terms: str
    payment_days: int
    prepayment: bool
    credit_limit: Decimal | None
    balance: Decimal
    overdue: Decimal
    balance_as_of: datetime | None
    block: str
    blocked_since: datetime | None
    account_manager: str
    account_manager_phone: str
    repeated_reference: str
    substitutes_allowed: bool
    always_look: bool
    look_at_first: int
    ship_tos: tuple[ShipToAddress, ...]
    company_admin: str = ""

    @property
    def default_ship_to(self) -> str:
        """The address that counts when none is named; empty when the ERP holds none."""
        usual = [each.code for each in self.ship_tos if each.is_default]
        return (usual or [each.code for each in self.ship_tos] or [""])[0]


_CUSTOMER = text("""
    select c.id, c.source, c.number, c.name, c.country, c.currency, c.price_group, c.tax_area, c.vat_id,
           c.payment_terms_name as payment_terms, c.payment_days, c.prepayment, c.credit_limit, c.balance, c.overdue,
           c.balance_as_of, c.block, c.blocked_since,
           coalesce(a.account_manager, '') as account_manager,
           coalesce(a.account_manager_phone, '') as account_manager_phone,
           coalesce(a.repeated_reference, 'offer') as repeated_reference,
           coalesce(a.substitutes_allowed, true) as substitutes_allowed,
           coalesce(a.always_look, false) as always_look, coalesce(a.look_at_first, 3) as look_at_first,
           (select coalesce(json_agg(json_build_object('code', s.code, 'name', s.name, 'city', s.city,
                    'country', s.country, 'is_default', s.is_default) order by s.is_default desc, s.code), '[]')
              from ship_to s where s.customer_id = c.id and s.withdrawn_at is null) as ship_tos
      from customer c left join customer_account a on a.customer_id = c.id
     where c.id = :id""")


def facts_of(customer_id: int) -> CustomerFacts:
    """:raises NotFound: no such customer within the scope of this transaction"""
    row = session.execute(_CUSTOMER, {"id": customer_id}).mappings().one_or_none()
    if row is None:
        raise NotFound()
    values: dict[str, Any] = dict(row)
    values["ship_tos"] = tuple(ShipToAddress(**each) for each in values["ship_tos"])
    return CustomerFacts(**values)


@dataclass(frozen=True, slots=True)
class OverdueInvoices:
    """Open invoices past their due date, oldest first; `long_` are those due for more than `LONG_OVERDUE` days."""

    numbers: tuple[str, ...]
    oldest_days: int | None
    long_numbers: tuple[str, ...]
    long_amount: Decimal | None


LONG_OVERDUE = 30  # days

_OVERDUE = text("""
    select array_agg(number order by due_on, number) as numbers, :today - min(due_on) as oldest_days,
           array_agg(number order by due_on, number) filter (where due_on < :today - :long) as long_numbers,
           sum(remaining) filter (where due_on < :today - :long) as long_amount
      from invoice
     where customer_id = :customer and status = 'open' and remaining > 0 and due_on < :today
       and withdrawn_at is null""")


def overdue_invoices(customer_id: int, today: date) -> OverdueInvoices:
    """Which invoices are late, and for how many days the oldest."""
    row = session.execute(_OVERDUE, {"customer": customer_id, "today": today, "long": LONG_OVERDUE}).one()
    return OverdueInvoices(tuple(row.numbers or ()), row.oldest_days, tuple(row.long_numbers or ()), row.long_amount)


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice with something left to pay."""

    number: str
    remaining: Decimal
    due_on: date | None


_ENOUGH = text("""
    select number, remaining, due_on from invoice
     where customer_id = :customer and status = 'open' and remaining >= :amount and withdrawn_at is null
     order by remaining, number limit 1""")


def smallest_invoice_of(customer_id: int, amount: Decimal) -> OpenInvoice | None:
    """The smallest open invoice with at least this much left to pay."""
    row = session.execute(_ENOUGH, {"customer": customer_id, "amount": amount}).one_or_none()
    return None if row is None else OpenInvoice(row.number, row.remaining, row.due_on)


_OPEN_ORDERS = text("""
    select coalesce(sum(o.net - coalesce(i.invoiced, 0)), 0)
      from customer_order o
      left join lateral (select sum(least(net, o.net)) as invoiced from invoice
                          where customer_id = o.customer_id and order_key = o.key and withdrawn_at is null) i on true
     where o.customer_id = :customer and o.id <> :except
       and o.process in ('received', 'in_validation', 'confirmed', 'in_dispatch')""")


def open_orders_net(customer_id: int, *, without_order: int) -> Decimal:
    """Net value of placed orders that is not invoiced yet; the order under judgement is left out."""
    value: Decimal = session.execute(_OPEN_ORDERS, {"customer": customer_id, "except": without_order}).scalar_one()
    return value


_EARLIER_ORDERS = text("""
    select count(*) from (
        select 1 from customer_order
         where customer_id = :customer and id <> :except and process not in ('draft', 'awaiting_approval', 'cancelled')
           and (cast(:sent_at as timestamptz) is null or submitted_at < :sent_at)
         limit :most) as sent""")


def earlier_orders(customer_id: int, *, without_order: int, sent_at: datetime | None, most: int) -> int:
    """How many orders of this customer reached us through the portal before the one under judgement.

    :param sent_at: when that one was sent; None while it is not
    :param most: counting ends here; who has sent more is not new any more
    """
    values = {"customer": customer_id, "except": without_order, "sent_at": sent_at, "most": most}
    count: int = session.execute(_EARLIER_ORDERS, values).scalar_one()
    return count


_COMPANY_ADMIN = text("""
    select p.name from membership m join person p on p.id = m.person_id
     where m.customer_id = :customer and 'company_admin' = any(m.roles) and m.ended_at is null and p.active
     order by m.id limit 1""")


def company_admin_of(customer_id: int) -> str:
    """Name of the person who administers the company in the portal; empty where there is none.

    Memberships are beyond a customer's scope, so it opens a short transaction of its own; only this name comes back.
    """
    with entered(Scope.staff()), transaction():
        return str(session.execute(_COMPANY_ADMIN, {"customer": customer_id}).scalar() or "")
