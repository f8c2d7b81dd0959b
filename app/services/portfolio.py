"""The customers an account manager looks after: money, orders, prices and people, read in one go for a list.

The portfolio of whoever asks stands in every query, beside the row scope: somebody with more rights than an account
manager has a wider scope, and the same portfolio.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text

from app.clock import today
from app.errors import NotFound
from app.extensions import session
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import require
from app.security.predicates import Belonging
from app.services.company.profile import Profile, profile_of
from app.services.people import members
from app.services.people.members import Member

_LIST = text("""
    select c.id, c.number, c.name, c.city, c.block, c.currency, c.credit_limit, c.balance, c.overdue, c.balance_as_of,
           coalesce(a.always_look, false) as always_look,
           (select count(*) from customer_order o where o.customer_id = c.id
               and o.process in ('awaiting_approval', 'received', 'in_validation', 'confirmed',
                                 'in_dispatch'))
           + (select count(*) from erp_order e where e.customer_id = c.id and e.channel <> 'portal'
                 and e.withdrawn_at is null and e.status not in ('posted', 'deleted')) as open_orders,
           (select count(*) from customer_order o where o.customer_id = c.id
               and o.process = 'in_validation' and o.validation = 'pending') as at_desk,
           greatest((select max(o.submitted_at)::date from customer_order o where o.customer_id = c.id),
                    (select max(e.ordered_on) from erp_order e where e.customer_id = c.id
                        and e.withdrawn_at is null)) as last_order
      from customer c left join customer_account a on a.customer_id = c.id
     where c.id = any(:portfolio) and c.withdrawn_at is null
     order by (select count(*) from customer_order o where o.customer_id = c.id and o.process = 'in_validation'
                  and o.validation = 'pending') > 0 desc, c.name, c.number""")
_PRICES = text("""
    select list_code, list_name, assigned_to, count(distinct item_number) as how_many, min(valid_from) as valid_from,
           case when bool_or(valid_to is null) then null else max(valid_to) end as valid_to,
           bool_or(discount_percent is not null) as with_discounts
      from price
     where source = :source and withdrawn_at is null and (valid_to is null or valid_to >= :today)
       and (customer_id = :customer or (assigned_to = 'group' and source_code = :price_group))
     group by list_code, list_name, assigned_to order by assigned_to, list_code""")
_CONTRACT = text("""
    select p.item_number, coalesce(i.name, '') as name, p.unit, p.minimum_quantity, p.currency, p.unit_price,
           p.discount_percent, p.valid_from, p.valid_to
      from price p left join item i on i.source = p.source and i.number = p.item_number
     where p.customer_id = :customer and p.withdrawn_at is null and (p.valid_to is null or p.valid_to >= :today)
     order by p.item_number, p.minimum_quantity limit :limit""")
_ORDERS = text("""
    select o.number, o.reference, o.net, o.currency, o.process, o.validation, o.ball_with, o.ball_since, o.hold_reason,
           o.placed_by_name, coalesce(o.submitted_at, o.created_at) as at
      from customer_order o where o.customer_id = :customer and o.process <> 'draft' order by o.id desc limit :limit""")
_ELSEWHERE = text("""
    select number, reference, channel, status, net, currency, ordered_on from erp_order
     where customer_id = :customer and channel <> 'portal' and withdrawn_at is null
     order by ordered_on desc, number desc limit :limit""")

MOST_PRICES = 50
MOST_ORDERS = 20


@dataclass(frozen=True, slots=True)
class CustomerSheet:
    """One customer of the portfolio. `contract` holds at most `MOST_PRICES` lines, `orders` the newest of each way in."""

    profile: Profile
    price_lists: Sequence[Row[Any]]
    contract: Sequence[Row[Any]]
    orders: Sequence[Row[Any]]
    elsewhere: Sequence[Row[Any]]
    people: Sequence[Member]


def customers(actor: Actor) -> Sequence[Row[Any]]:
    """Those with something at the desk first, then by name."""
    return session.execute(_LIST, {"portfolio": list(actor.portfolio)}).all()


def customer(actor: Actor, customer_id: int) -> CustomerSheet:
    """One of the actor's customers.

    :raises NotFound: somebody else looks after it, or there is none
    """
    if customer_id not in actor.portfolio:
        raise NotFound()
    require(actor, Permission.PORTFOLIO_READ, Belonging(customer_id))
    profile = profile_of(customer_id)
    found = profile.customer
    prices = {"source": found.source, "customer": customer_id, "price_group": found.price_group, "today": today()}
    newest = {"customer": customer_id, "limit": MOST_ORDERS}
    return CustomerSheet(
        profile=profile,
        price_lists=session.execute(_PRICES, prices).all(),
        contract=session.execute(_CONTRACT, {"customer": customer_id, "today": today(), "limit": MOST_PRICES}).all(),
        orders=session.execute(_ORDERS, newest).all(),
        elsewhere=session.execute(_ELSEWHERE, newest).all(),
        people=[each for each in members.of_company(customer_id) if each.ended_at is None and each.active],
    )
