"""An order made, or made complete, from what the ERP has: after a restore of the portal. Nothing is sent to the ERP.

Mails that were written before are not written again: the new order counts as told.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import delete, insert, text

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.clock import now
from app.domain.order_states import Process, Validation
from app.domain.pricing import net_of
from app.erp.port import OrderLineRecord, OrderRecord
from app.errors import Conflict, Unprocessable
from app.extensions import session
from app.models.transactional import Order, OrderLine
from app.security.actor import Actor
from app.services import approvals, fulfilment, lifecycle
from app.services.lifecycle import Progress, author
from app.services.ordering.numbers import next_number
from app.words import t

_CUSTOMER = text("select id from customer where source = :source and number = :number")
_KNOWN = text("select number from customer_order where source = :source and key = :key")


def recreate(actor: Actor, source: str, document: OrderRecord) -> Order:
    """A new order here for a document of ours that the portal does not know.

    :raises Conflict: it is known by now
    :raises Unprocessable: its customer is not known here
    """
    key = document.key.upper()
    if (number := session.execute(_KNOWN, {"source": source, "key": key}).scalar()) is not None:
        raise Conflict(t("The portal knows this order by now, as {number}.", number=number), t("Compare once more."))
    customer = session.execute(_CUSTOMER, {"source": source, "number": document.customer_number}).scalar()
    if customer is None:
        raise Unprocessable(
            t("The customer {number} is not known here.", number=document.customer_number),
            t("Read the customers from the ERP first."),
        )
    order = Order(
        customer_id=customer,
        source=source,
        number=next_number(),
        key=key,
        reference=document.reference,
        process=Process.RECEIVED.value,
        validation=Validation.APPROVED.value,
        placed_by=actor.person_id,
        placed_by_name=actor.name,
        submitted_at=datetime.combine(document.ordered_on, time(), UTC),
        currency=document.currency,
    )
    session.add(order)
    session.flush()
    _take_content(order, document)
    _counts_as_told(order)
    after = {"erp_number": document.number, "key": key, "reference": document.reference}
    record(
        [Change(Tag.ORDER_RECREATED, "order", order.number, None, after, order.version)],
        customer_id=customer,
        author=author(),
    )
    fulfilment.catch_up(order)
    return order


def take_over(order: Order, document: OrderRecord) -> None:
    """An order that was never sent, for all the portal knows, becomes the one the ERP has.

    :raises Conflict: it cannot, as it has been moved on
    """
    if order.process == Process.CANCELLED:
        raise Conflict(t("{number} has been cancelled meanwhile.", number=order.number), t("Compare once more."))
    approvals.withdraw(order)
    _take_content(order, document)
    because = "the ERP has it already"
    if order.process in (Process.DRAFT, Process.AWAITING_APPROVAL):
        lifecycle.move(
            order, process=Process.RECEIVED, validation=Validation.PENDING, because=because, submitted_at=now()
        )
    if order.validation == Validation.PENDING:
        lifecycle.move(order, validation=Validation.APPROVED, because=because)
    _counts_as_told(order)
    progress = Progress(lines=len(document.lines))
    lifecycle.pass_ball(order, progress)


def _take_content(order: Order, document: OrderRecord) -> None:
    session.execute(delete(OrderLine).where(OrderLine.order_id == order.id))
    if document.lines:
        factors = _factors(order, document)
        session.execute(insert(OrderLine.__table__), [_row(order, line, factors) for line in document.lines])
    order.reference = document.reference
    order.currency = document.currency
    order.net, order.tax, order.gross = document.net, document.tax, document.gross
    order.promise = "confirmed"
    order.version += 1
    session.flush()


_FACTORS = text("""
    select i.number, u.code, u.factor from item i join item_unit u on u.item_id = i.id
     where i.source = :source and i.number = any(:numbers)""")


def _factors(order: Order, document: OrderRecord) -> dict[tuple[str, str], Any]:
    wanted = {"source": order.source, "numbers": [line.item_number for line in document.lines]}
    return {(row.number, row.code): row.factor for row in session.execute(_FACTORS, wanted)}


def _row(order: Order, line: OrderLineRecord, factors: dict[tuple[str, str], Any]) -> dict[str, Any]:
    factor = factors.get((line.item_number, line.unit), 1)
    return {
        "order_id": order.id,
        "customer_id": order.customer_id,
        "line_number": line.line_number,
        "typed_item": line.item_number,
        "item_number": line.item_number,
        "item_name": line.name,
        "quantity": line.quantity,
        "unit": line.unit,
        "factor": factor,
        "base_quantity": line.quantity * factor,
        "unit_price": line.unit_price,
        "discount_percent": line.discount_percent,
        "net_unit_price": net_of(line.unit_price, line.discount_percent),
        "net": line.net,
        "promise": "confirmed",
    }


# The kinds of mail, and what makes each unique, are those of `app.services.notifications`.
_TOLD = text("""
    insert into mail (customer_id, order_id, kind, dedup, language, subject, body_text, body_html, state, reason)
    select :customer, :order, 'confirmation', :confirmation, 'en', :subject, '', '',
           'kept', :reason
    union all
    select s.customer_id, :order, 'shipped', 'shipped:' || cast(:number as text) || ':' || s.number, 'en', :subject, '', '',
           'kept', :reason
      from shipment s where s.customer_id = :customer and s.source = :source and s.order_key = :key
    on conflict do nothing""")


def _counts_as_told(order: Order) -> None:
    values = {
        "customer": order.customer_id,
        "order": order.id,
        "number": order.number,
        "source": order.source,
        "key": order.key,
        "confirmation": f"confirmation:{order.number}:1",
        "subject": f"{order.number} was taken over from the ERP",
        "reason": "The customer was told before the portal was restored, so this was not sent.",
    }
    session.execute(_TOLD, values)
