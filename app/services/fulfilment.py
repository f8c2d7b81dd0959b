"""What the mirror says about our orders, turned into the axes: confirmed, shipped in parts, invoiced, paid, cancelled.

Reads reference data that the sync has just brought, writes order lines and moves orders. Facts are never refused.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, text

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.domain.fulfilled import Delivery, process_of
from app.domain.order_states import Process, payment_state
from app.errors import NotFound
from app.extensions import session, transaction
from app.models.transactional import Order
from app.security.actor import ERP, acting
from app.services import lifecycle, notifications
from app.services.lifecycle import Progress, author


def follow(order_keys: Collection[str]) -> int:
    """Bring our orders up to what the mirror says; one short transaction an order.

    :param order_keys: keys the sync saw news for; foreign ones are passed over
    :returns: how many of our orders changed
    """
    return sum(1 for key in sorted(order_keys) if _follow_one(key))


def _follow_one(key: str) -> bool:
    with acting(ERP), transaction():
        try:
            order = lifecycle.locked(key, by_key=True)
        except NotFound:
            return False
        before = order.version
        catch_up(order)
        session.flush()
        return order.version != before


# Our key tells which document is ours, unless people linked the order to another number: then that number does.
_ERP_ORDER = text("""
    select id, number, status, net, tax, gross from erp_order
     where source = :source and customer_id = :customer and withdrawn_at is null
       and (order_key = :key and not :linked or number = :number and :number <> '' and :linked)
     order by status = 'cancelled', id limit 1""")

_LINKED = text("""
    select exists (select from outbox_message where order_id = :order and kind = 'create_order' and state = 'handed_over')
        or exists (select from relink where order_id = :order and state = 'agreed')""")

# What the ERP says of each line of ours; our line number travelled with the order. In a document that people typed in the
# lines are found by their item, as far as it stands there once.
_LINE_NEWS = text("""
    update order_line l
       set confirmed = e.quantity, confirmed_date = e.confirmed_date, shipped = e.shipped, invoiced = e.invoiced,
           cancelled = e.cancelled
      from erp_order_line e, order_line old
     where l.order_id = :order and old.id = l.id and e.erp_order_id = :erp_order
       and case when :linked
           then e.item_number = l.item_number and e.unit = l.unit
                and (select count(*) from erp_order_line x
                      where x.erp_order_id = :erp_order and x.item_number = e.item_number and x.unit = e.unit) = 1
                and (select count(*) from order_line x
                      where x.order_id = :order and x.item_number = l.item_number and x.unit = l.unit) = 1
           else e.line_number = l.line_number end
       and (l.confirmed, l.confirmed_date, l.shipped, l.invoiced, l.cancelled)
           is distinct from (e.quantity, e.confirmed_date, e.shipped, e.invoiced, e.cancelled)
    returning l.line_number, old.confirmed as confirmed_before, l.confirmed, old.shipped as shipped_before, l.shipped,
              old.invoiced as invoiced_before, l.invoiced, old.cancelled as cancelled_before, l.cancelled,
              old.confirmed_date as confirmed_date_before, l.confirmed_date""")

_SUMS = text("""
    select count(*) as lines,
           count(*) filter (where shipped > 0) as begun,
           count(*) filter (where shipped + cancelled >= quantity) as settled,
           count(*) filter (where shipped + cancelled >= quantity and shipped > 0) as gone
      from order_line where order_id = :order""")

_INVOICED = text("""
    select coalesce(sum(gross), 0) as gross, coalesce(sum(remaining), 0) as remaining, count(*) as invoices
      from invoice where customer_id = :customer and withdrawn_at is null and status <> 'cancelled'
       and (order_key = :key or source = :source and order_number = :number and :linked)""")

# hold of an order that a comparison found the ERP to have lost; over when the ERP has it again
GONE = "erp_vanished"
_NOT_HANDED_OVER = frozenset({Process.DRAFT, Process.AWAITING_APPROVAL})


_HELD = frozenset({Process.CONFIRMED, Process.IN_DISPATCH, Process.DELIVERED})


def catch_up(order: Order, *, erp_call_id: int | None = None) -> None:
    """Apply the mirror's facts to one locked order."""
    if order.process in _NOT_HANDED_OVER:
        return
    linked = bool(session.execute(_LINKED, {"order": order.id}).scalar())
    which = {"source": order.source, "customer": order.customer_id, "key": order.key, "number": order.erp_number}
    found = session.execute(_ERP_ORDER, {**which, "linked": linked}).one_or_none()
    if found is None:
        return
    lifecycle.lift_hold(order, GONE)
    _take_number(order, found)
    news = session.execute(_LINE_NEWS, {"order": order.id, "erp_order": found.id, "linked": linked})
    _file_lines(order, news.all())
    delivery = Delivery(*session.execute(_SUMS, {"order": order.id}).one())
    money = session.execute(_INVOICED, {**which, "linked": linked}).one()
    # The ERP releases such an order when the money is there.
    awaits_advance = _prepayment(order) and found.status in ("open", "in_review")
    progress = Progress(awaits_advance, delivery.lines, delivery.gone, money.invoices > 0)
    lifecycle.set_payment(
        order,
        payment_state(Decimal(money.gross), Decimal(money.remaining), prepaid_request=awaits_advance),
    )
    lifecycle.report(order, process_of(found.status, delivery), progress=progress, erp_call_id=erp_call_id)
    lifecycle.pass_ball(order, progress)
    if order.process in _HELD:
        notifications.confirmation(order)
        notifications.shipped(order)


def _take_number(order: Order, found: Row[Any]) -> None:
    news = {
        "erp_number": (order.erp_number, found.number),
        "erp_status": (order.erp_status, found.status),
        "tax": (order.tax, found.tax),
        "gross": (order.gross, found.gross),
    }
    changed = {name: pair for name, pair in news.items() if pair[0] != pair[1]}
    if not changed:
        return
    for name, (_, value) in changed.items():
        setattr(order, name, value)
    order.version += 1
    session.flush()
    before = {name: None if old is None else str(old) for name, (old, _) in changed.items()}
    after = {name: str(new) for name, (_, new) in changed.items()}
    change = Change(Tag.ORDER_ERP, "order", order.number, before, after, order.version)
    record([change], customer_id=order.customer_id, author=author())


def _file_lines(order: Order, rows: Sequence[Row[Any]]) -> None:
    if not rows:
        return
    order.version += 1
    session.flush()
    changes = []
    for row in rows:
        before, after = {"line": row.line_number}, {"line": row.line_number}
        for name in ("confirmed", "shipped", "invoiced", "cancelled", "confirmed_date"):
            old, new = getattr(row, f"{name}_before"), getattr(row, name)
            if old != new:
                before[name], after[name] = _text(old), _text(new)
        changes.append(Change(Tag.ORDER_DELIVERY, "order", order.number, before, after, order.version))
    record(changes, customer_id=order.customer_id, author=author())


def _text(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return None if value is None else value.isoformat()


def _prepayment(order: Order) -> bool:
    value: bool = session.execute(
        text("select prepayment from customer where id = :id"), {"id": order.customer_id}
    ).scalar_one()
    return value
