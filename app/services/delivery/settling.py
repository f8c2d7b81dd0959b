"""What came of a delivery, written down in one transaction: message, order, calls and record together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, insert, select, text, update

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.domain.order_states import Process
from app.erp.port import ErpOrderStatus, Exchange, OrderRecord
from app.extensions import session
from app.models.transactional import ErpCall, Order, OutboxMessage
from app.services import fulfilment, lifecycle, notifications, outbox
from app.services.agreeing import asking_again
from app.services.agreeing.repriced import Repriced
from app.services.agreeing.taking import take_differences
from app.services.delivery.protocol import Claimed, Dead, Done, Later
from app.services.lifecycle import Progress, author
from app.services.ordering import cancel as cancelling

WITHDRAWN = "A price moved before it was sent; with what is agreed it goes out as a new message."

__all__ = ["Dead", "Done", "Later", "file_calls", "settle"]


def settle(message: Claimed, result: Done | Later | Dead | Repriced, exchanges: Sequence[Exchange]) -> None:
    """Write down what came of it. The caller holds the claim, and commits."""
    call_id = file_calls(message, exchanges)
    if isinstance(result, Later):
        _put_off(message, result)
        return
    number = session.execute(select(Order.number).where(Order.id == message.order_id)).scalar_one()
    order = lifecycle.locked(number)
    if isinstance(result, Dead):
        _bury(message, order, result, call_id)
    elif isinstance(result, Repriced):
        _finish(message, state="withdrawn", reason_code="price_changed", reason=WITHDRAWN)
        asking_again.put(order, result)
    elif message.kind == outbox.CREATE:
        _confirm(message, order, result, call_id)
    else:
        _cancelled(message, order, result.record, call_id)


def file_calls(message: Claimed, exchanges: Sequence[Exchange]) -> int | None:
    """Keep every call made for the message.

    :returns: the id of the last one, which the record of what follows refers to
    """
    ids = [
        session.execute(insert(ErpCall).returning(ErpCall.id), _call(message, exchange)).scalar_one()
        for exchange in exchanges
    ]
    return ids[-1] if ids else None


def _call(message: Claimed, exchange: Exchange) -> dict[str, Any]:
    names = (
        "operation", "method", "url", "started_at", "milliseconds", "status", "outcome", "request_body",
        "response_body", "erp_request_id",
    )  # fmt: skip
    return {
        **{name: getattr(exchange, name) for name in names},
        "customer_id": message.customer_id,
        "order_id": message.order_id,
        "message_id": message.id,
        "connection": message.connection,
        "correlation_id": message.correlation_id,
    }


def _put_off(message: Claimed, later: Later) -> None:
    due_at = func.clock_timestamp() + later.wait
    _finish(message, state="waiting", due_at=due_at, tries=later.tries, reason_code=later.code, reason=later.reason)


def _finish(message: Claimed, **values: Any) -> None:
    if values["state"] != "waiting":
        values["finished_at"] = text("now()")
    session.execute(
        update(OutboxMessage.__table__)
        .where(OutboxMessage.id == message.id, OutboxMessage.attempts == message.attempts)
        .values(lease_until=None, **values)
    )


def _confirm(message: Claimed, order: Order, done: Done, call_id: int | None) -> None:
    """The ERP's number comes back: confirmed, with the lines it promised."""
    found = done.record
    assert found is not None, "the ERP answers a new order with the order"
    _finish(message, state="done", reason_code="", reason="")
    cancelled_there = found.status is ErpOrderStatus.CANCELLED
    if not cancelled_there:
        _take_lines(order, found)
    _take_fact(order, found, Process.CANCELLED if cancelled_there else Process.CONFIRMED, call_id)
    for reason in ("erp_refused", fulfilment.GONE):
        lifecycle.lift_hold(order, reason)
    if order.process == Process.CANCELLED:
        if not cancelled_there:  # somebody cancelled it here meanwhile
            cancelling.ask_the_erp(order, order.cancel_reason)
        return
    take_differences(order, outbox.from_body(dict(message.body)), found, erp_call_id=call_id)
    notifications.confirmation(order)


def _take_fact(order: Order, found: OrderRecord, fact: Process, call_id: int | None) -> None:
    """The state, and which document it is; of an order that was in the ERP before, only that is news."""
    progress = Progress(prepayment=_waits_for_payment(found), lines=len(found.lines))
    document = {"erp_number": found.number, "erp_status": found.status.value, "tax": found.tax, "gross": found.gross}
    if lifecycle.report(order, fact, progress=progress, erp_call_id=call_id, **document):
        return
    before = {name: str(getattr(order, name) or "") for name in document}
    for name, value in document.items():
        setattr(order, name, value)
    order.version += 1
    session.flush()
    after = {name: str(value) for name, value in document.items()}
    change = Change(Tag.ORDER_ERP, "order", order.number, before, after, order.version, call_id)
    record([change], customer_id=order.customer_id, author=author())


def _waits_for_payment(found: OrderRecord) -> bool:
    return found.status is ErpOrderStatus.IN_REVIEW


_TAKE_LINE = text(
    "update order_line set confirmed = :confirmed, confirmed_date = :confirmed_date"
    " where order_id = :order and line_number = :number"
)


def _take_lines(order: Order, found: OrderRecord) -> None:
    rows = [
        {
            "order": order.id,
            "number": line.line_number,
            "confirmed": line.quantity,
            "confirmed_date": line.confirmed_date,
        }
        for line in found.lines
    ]
    if rows:
        session.execute(_TAKE_LINE, rows)


# Nobody holds one of them: a message that enters the order and is to be sent after its cancellation waits for that.
_NOTHING_TO_ENTER = text("""
    update outbox_message set state = 'withdrawn', finished_at = now(), reason_code = 'cancelled',
           reason = 'The order was cancelled.'
     where order_id = :order and kind = 'create_order' and state in ('dead', 'waiting') and lease_until is null""")


def _cancelled(message: Claimed, order: Order, found: OrderRecord | None, call_id: int | None) -> None:
    _finish(message, state="done", reason_code="", reason="")
    session.execute(_NOTHING_TO_ENTER, {"order": order.id})
    status = order.erp_status if found is None else found.status.value
    lifecycle.report(order, Process.CANCELLED, progress=Progress(), erp_call_id=call_id, erp_status=status)


def _bury(message: Claimed, order: Order, dead: Dead, call_id: int | None) -> None:
    """A dead letter: the order goes on hold for a create; a refused cancellation is simply over."""
    _finish(message, state="dead", reason_code=dead.code, reason=dead.reason, tries=dead.tries)
    after = {"kind": message.kind, "reason": dead.reason, "tries": message.attempts}
    change = Change(Tag.OUTBOX_DEAD, "order", order.number, None, after, order.version, call_id)
    record([change], customer_id=order.customer_id, author=author())
    if message.kind == outbox.CREATE:
        lifecycle.hold(order, "erp_refused", erp_call_id=call_id)
        return
    order.cancel_requested_at = None
    order.version += 1
    lifecycle.pass_ball(order, Progress())
