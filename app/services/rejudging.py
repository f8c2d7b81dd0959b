"""Orders that wait for a fact are judged again when that fact changes: credit, stop, stock, price, lead time, payment.

What nobody needs to look at any more goes on by itself, as if it had been judged now; what still needs a look has its
points as they are now. Never against a person: an order somebody has taken, asked about or decided is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import text

from app.clock import today
from app.domain.money import ZERO
from app.domain.order_states import Ball, Payment, Process, Validation
from app.domain.quantities import plain
from app.extensions import session
from app.models.transactional import Order
from app.services import acceptance, claims, lifecycle, notifications, pricing
from app.services.agreeing import proposals
from app.services.agreeing.deviations import Deviation
from app.services.customers import CustomerFacts, facts_of
from app.services.lifecycle import Progress
from app.services.ordering import checking, drafts
from app.services.ordering.frozen import frozen_lines
from app.services.ordering.preparing import Prepared
from app.services.ordering.typed import TypedLine
from app.services.ordering.understanding import UnderstoodLine, asks_of
from app.services.validation import judge as judging

AT_ONCE = 500


class Outcome(StrEnum):
    """What became of an order that was looked at again."""

    LEFT = "left"
    SAME = "same"
    ASKED = "asked"
    REFRESHED = "refreshed"
    WENT_ON = "went_on"


# What the mirror brought since a moment: customers (stop, credit, payment) and items (stock, price, lead time). Balances
# are read anew for everybody each time, so those are compared with the ones an order was judged by.
_CHANGED = """
    with customers as (
        select id from customer where source = :source and synced_at >= :since
        union select customer_id from invoice where source = :source and synced_at >= :since
        union select customer_id from customer_order where source = :source and moved_at >= :since),
    items as (
        select number from item where source = :source and synced_at >= :since
        union select item_number from stock where source = :source and synced_at >= :since
        union select item_number from price where source = :source and synced_at >= :since)"""
_CONCERNED = """
        (o.customer_id in (select id from customers)
         or exists (select 1 from order_line l where l.order_id = o.id and l.item_number in (select number from items)))"""
_WAITING = text(f"""{_CHANGED}
    select o.number from customer_order o
      join customer c on c.id = o.customer_id
      left join lateral (select facts -> 'customer' as judged_by from judgement where order_id = o.id
                          order by id desc limit 1) j on true
     where o.source = :source and o.process = 'in_validation' and o.validation = 'pending' and o.ball_with = 'validator'
       and (o.claimed_until is null or o.claimed_until < :now)
       and ({_CONCERNED}
            or cast(j.judged_by ->> 'balance' as numeric) is distinct from c.balance
            or cast(j.judged_by ->> 'overdue' as numeric) is distinct from c.overdue)
     order by o.id limit {AT_ONCE}""")  # noqa: S608  constants only
_BLOCKED = text(f"""{_CHANGED}
    select o.number from customer_order o
     where o.source = :source and o.process = 'draft'
       and exists (select 1 from finding f where f.outcome = 'block' and f.judgement_id =
                    (select max(id) from judgement where order_id = o.id))
       and {_CONCERNED}
     order by o.id limit {AT_ONCE}""")  # noqa: S608  constants only
_HELD = text("""
    select o.number from customer_order o join customer c on c.id = o.customer_id
     where o.source = :source and o.hold_reason = 'erp_ahead' and o.validation = 'approved'
       and (not c.prepayment or o.payment = 'paid') order by o.id limit 500""")


def waiting(source: str, since: datetime, now: datetime) -> list[str]:
    """Numbers of orders at the desk whose facts changed since a moment; none that somebody has."""
    return list(session.execute(_WAITING, {"source": source, "since": since, "now": now}).scalars())


def blocked(source: str, since: datetime) -> list[str]:
    """Numbers of drafts that could not be sent, and whose facts changed since a moment."""
    return list(session.execute(_BLOCKED, {"source": source, "since": since}).scalars())


def held_without_cause(source: str) -> list[str]:
    """Numbers of orders on hold because the ERP ran ahead, where what was missing has come meanwhile."""
    return list(session.execute(_HELD, {"source": source}).scalars())


def judge_again(order: Order, now: datetime) -> Outcome:
    """Look at a locked order of the desk with the facts of this moment.

    Without a reason to look it is accepted and its message posted, once: from then on it does not wait any more.
    """
    if not _nobodys(order, now):
        return Outcome.LEFT
    customer = facts_of(order.customer_id)
    lines = frozen_lines(order, customer)
    if prices := _known_now(customer, lines):
        proposals.put(order, prices, origin="prices")
        proposals.pass_ball(order, Progress(lines=len(lines)))
        return Outcome.ASKED
    opinion = judging.ask(order, customer, lines)
    if judging.unchanged_since(order, opinion) is not None:
        return Outcome.SAME
    verdict = judging.keep(order, opinion)
    judging.file(order, opinion)
    if verdict.blocks or verdict.needs_a_person:
        return Outcome.REFRESHED
    claims.release(order)
    acceptance.accept(order, customer, lines)
    return Outcome.WENT_ON


def _known_now(customer: CustomerFacts, lines: Sequence[UnderstoodLine]) -> list[Deviation]:
    """Prices of lines that had none, once all of them have one: nobody is bound to a price they have not seen."""
    open_ones = [line for line in lines if line.unit_price is None and line.priceable]
    prices = pricing.from_mirror(customer, asks_of(open_ones), on=today()).prices if open_ones else ()
    if any(price.unit_price is None or price.total is None for price in prices):
        return []
    return [
        Deviation(
            line.number,
            "price_to_agree",
            {"quantity": plain(line.quantity)},
            {
                "quantity": plain(line.quantity),
                "unit_price": plain(price.unit_price or ZERO),
                "discount_percent": plain(price.discount_percent),
                "net": plain(price.total or ZERO),
            },
        )
        for line, price in zip(open_ones, prices, strict=True)
    ]


def _nobodys(order: Order, now: datetime) -> bool:
    """It still waits at the desk, and nobody has it or has asked its buyer."""
    at_the_desk = order.process == Process.IN_VALIDATION and order.validation == Validation.PENDING
    return at_the_desk and claims.holder(order) is None and order.ball_with == Ball.VALIDATOR


def draft_lines(order: Order) -> tuple[int, list[TypedLine]]:
    """Customer and lines of a draft, to be prepared with no transaction open."""
    return order.customer_id, drafts.stored_lines(order)


def look_again(order: Order, prepared: Prepared) -> bool:
    """Whether a blocked draft could be sent now; its buyer is told.

    Only a look: the draft is the buyer's, nothing in it changes.
    """
    if order.process != Process.DRAFT:
        return False
    if checking.look(order, prepared).blocks:
        return False
    notifications.can_be_sent(order)
    return True


def lift(order: Order) -> None:
    """End a hold whose cause is gone."""
    lifecycle.lift_hold(order, "erp_ahead")
    paid = order.payment == Payment.PAID
    lifecycle.pass_ball(order, Progress(prepayment=not paid and facts_of(order.customer_id).prepayment))
