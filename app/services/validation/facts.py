"""The facts an order is judged by, named as in `app.rules.vocabulary`: five reads, whatever the number of lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.clock import today
from app.domain.pricing import Tier, line_total
from app.domain.working_days import add_working_days
from app.extensions import session
from app.models.transactional import Order
from app.rules.findings import Facts
from app.rules.vat import digits as vat_digits
from app.services.catalogue.items import ItemFacts
from app.services.customers import (
    CustomerFacts,
    earlier_orders,
    open_orders_net,
    overdue_invoices,
    smallest_invoice_of,
)
from app.services.ordering.understanding import UnderstoodLine

_SAME_REFERENCE = text("""
    select o.number, o.submitted_at::date as sent_on, o.net,
           (select count(*) from order_line l where l.order_id = o.id) as lines,
           (select count(*) from order_line here where here.order_id = :order and here.item_number <> '' and exists (
              select 1 from order_line l where l.order_id = o.id and l.item_number = here.item_number
                 and l.base_quantity = here.base_quantity)) as alike
      from customer_order o
     where o.customer_id = :customer and o.reference = :reference and o.reference <> '' and o.id <> :order
       and o.process not in ('draft', 'cancelled')
     order by o.id desc limit 1""")


def gather(order: Order, customer: CustomerFacts, lines: Sequence[UnderstoodLine]) -> Facts:
    """Everything the shipped rules may ask about this order, as of this moment."""
    day = today()
    return Facts(
        order=_order(order, customer, lines),
        customer=_customer(order, customer, day),
        lines=[_line(line, order, customer, day) for line in _with_repeats(lines)],
        today={"date": day, "weekday": day.isoweekday()},
    )


def _order(order: Order, customer: CustomerFacts, lines: Sequence[UnderstoodLine]) -> dict[str, Any]:
    earlier = session.execute(
        _SAME_REFERENCE, {"customer": customer.id, "reference": order.reference, "order": order.id}
    ).one_or_none()
    codes = tuple(each.code for each in customer.ship_tos)
    return {
        "number": order.number,
        "reference": order.reference,
        "lines": len(lines),
        "net": order.net,
        "currency": order.currency,
        "requested_date": order.requested_date,
        "ship_to_code": order.ship_to_code,
        "ship_to_known": order.ship_to_code in codes or (not order.ship_to_code and not codes),
        "ship_to_codes": codes,
        "comment": order.comment,
        "by": order.placed_by_name,
        "same_reference_order": earlier.number if earlier else "",
        "same_reference_on": earlier.sent_on if earlier else None,
        "same_reference_lines": earlier.lines if earlier else None,
        "same_reference_net": earlier.net if earlier else None,
        "same_reference_alike": earlier.alike if earlier else None,
    }


def _customer(order: Order, customer: CustomerFacts, day: date) -> dict[str, Any]:
    late = overdue_invoices(customer.id, day)
    open_orders = open_orders_net(customer.id, without_order=order.id)
    digits, needed = vat_digits(customer.vat_id, customer.country)
    return {
        "number": customer.number,
        "name": customer.name,
        "country": customer.country,
        "block": customer.block,
        "blocked_since": customer.blocked_since.date() if customer.blocked_since else None,
        "vat_id": customer.vat_id,
        "vat_digits": digits,
        "vat_digits_needed": needed,
        "credit_limit": customer.credit_limit,
        "balance": customer.balance,
        "open_orders": open_orders,
        **_enough(customer, customer.balance + open_orders + order.net),
        "overdue": customer.overdue,
        "overdue_days_oldest": late.oldest_days,
        "overdue_invoices": late.numbers,
        "long_overdue": late.long_amount,
        "long_overdue_invoices": late.long_numbers,
        "prepayment": customer.prepayment,
        "currency": customer.currency,
        "account_manager": customer.account_manager,
        "account_manager_phone": customer.account_manager_phone,
        "company_admin": customer.company_admin,
        "po_number_used": customer.repeated_reference,
        "substitutes_allowed": customer.substitutes_allowed,
        "always_look": customer.always_look,
        "look_at_first": customer.look_at_first,
        "earlier_orders": earlier_orders(
            customer.id, without_order=order.id, sent_at=order.submitted_at, most=max(customer.look_at_first, 0)
        ),
    }


def _enough(customer: CustomerFacts, exposure: Decimal) -> dict[str, Any]:
    """The one invoice whose payment would be enough, where the account is over its limit."""
    if customer.credit_limit is None or exposure <= customer.credit_limit:
        return {}
    found = smallest_invoice_of(customer.id, exposure - customer.credit_limit)
    if found is None:
        return {}
    return {"enough_invoice": found.number, "enough_amount": found.remaining, "enough_due": found.due_on}


def _with_repeats(lines: Sequence[UnderstoodLine]) -> list[tuple[UnderstoodLine, int]]:
    """Each line with the number of an earlier line of the same item and unit, or 0."""
    first: dict[tuple[str, str], int] = {}
    pairs = []
    for line in lines:
        earlier = first.setdefault((line.item_number, line.unit), line.number)
        pairs.append((line, earlier if earlier != line.number else 0))
    return pairs


def _line(
    pair: tuple[UnderstoodLine, int], order: Order, customer: CustomerFacts, day: date
) -> Mapping[str, Mapping[str, Any]]:
    line, repeated = pair
    item = line.item
    own = line.requested_date
    wished = own or order.requested_date
    values: dict[str, Any] = {
        "number": line.number,
        "item_number_typed": line.typed_item,
        "own_number": item.own_number if item else "",
        "item_known": item is not None,
        "quantity": line.quantity,
        "unit": line.unit,
        "unit_known": line.unit_known,
        "base_quantity": line.base_quantity if line.unit_known else None,
        "unit_price": line.net_unit_price,
        "discount_percent": line.discount_percent,
        "net": line.net,
        "price_known": line.unit_price is not None or not line.priceable,
        "requested_date": wished,
        "own_requested_date": own,
        "earliest_date": _earliest(item, day),
        "duplicate_of": repeated if item else 0,
    }
    if line.next_tier is not None:
        values["next_tier_quantity"] = line.next_tier.quantity
        values["next_tier_total"] = _tier_total(line.next_tier, customer.currency)
    if item is not None:
        values["pallets_net"] = _pallets_net(line, item, customer.currency)
    return {"line": values, "item": _item(item, day) if item else {}}


def _tier_total(tier: Tier, currency: str) -> Decimal:
    return line_total(tier.quantity, tier.unit_price, tier.discount_percent, currency)


def _pallets_net(line: UnderstoodLine, item: ItemFacts, currency: str) -> Decimal | None:
    """What the full pallets below the quantity would cost, at the price of that quantity."""
    pallet = item.units.get("PAL")
    if not pallet or line.unit != item.base_unit or line.base_quantity <= pallet:
        return None
    quantity = line.base_quantity // pallet * pallet
    reached = [tier for tier in line.tiers if tier.quantity <= quantity]
    if not reached:
        return None
    return line_total(quantity, reached[-1].unit_price, reached[-1].discount_percent, currency)


def _earliest(item: ItemFacts | None, day: date) -> date | None:
    if item is None or item.lead_time_days is None:
        return None
    return add_working_days(day, item.lead_time_days)


def _item(item: ItemFacts, day: date) -> dict[str, Any]:
    return {
        "number": item.number,
        "name": item.name,
        "base_unit": item.base_unit,
        "units": tuple(item.units),
        "box_size": item.units.get("BOX"),
        "pallet_size": item.units.get("PAL"),
        "minimum_quantity": item.minimum_quantity,
        "order_multiple": item.order_multiple,
        "multiple_unit": _multiple_unit(item),
        "whole_pieces": item.base_unit == "PCS",
        "discontinued": item.is_discontinued(day),
        "discontinued_on": item.discontinued_on,
        "blocked": item.blocked,
        "substitute_number": item.substitute_number,
        "substitute_name": item.substitute_name,
        "available": item.available,
        "lead_time_days": item.lead_time_days,
    }


def _multiple_unit(item: ItemFacts) -> str:
    """The larger unit that holds just the multiple the item is sold in; PACK where there is none."""
    return next((unit for unit, factor in item.units.items() if factor == item.order_multiple and factor > 1), "PACK")
