"""What came of a delivery, written down in one transaction: message, order, calls and record together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, text, update

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.domain.order_states import Process
from app.erp.port import ErpOrderStatus, Exchange, OrderRecord
from app.extensions import session
from app.models.transactional import ErpCall, Order, OutboxMessage
from app.services import lifecycle, notifications, outbox
from app.services.delivery.claiming import Claimed
from app.services.lifecycle import Progress, author


@dataclass(frozen=True, slots=True)
class Done:
    """The ERP holds it. `differences` are where it holds something else than we sent, in words.

    `record` is None when a cancelled order had never come there.
    """

    record: OrderRecord | None
    differences: tuple[str, ...]
    word: str = "done"


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing final: try again at `due`."""

    due: datetime
    code: str
    reason: str
    word: str = "later"


@dataclass(frozen=True, slots=True)
class Dead:
    """A person has to look; `reason` tells them why."""

    code: str
    reason: str
    word: str = "dead"


def settle(message: Claimed, result: Done | Later | Dead, exchanges: Sequence[Exchange]) -> None:
    """Write down what came of it. The caller holds the claim, and commits."""
    call_id = file_calls(message, exchanges)
    if isinstance(result, Later):
        _finish(message, state="waiting", due_at=result.due, reason_code=result.code, reason=result.reason)
        return
    number = session.execute(select(Order.number).where(Order.id == message.order_id)).scalar_one()
    order = lifecycle.locked(number)
    if isinstance(result, Dead):
        _bury(message, order, result, call_id)
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
    _take_lines(order, found)
    progress = Progress(prepayment=_waits_for_payment(found), lines=len(found.lines))
    lifecycle.report(
        order,
        Process.CONFIRMED,
        progress=progress,
        erp_call_id=call_id,
        erp_number=found.number,
        erp_status=found.status.value,
        tax=found.tax,
        gross=found.gross,
    )
    if done.differences:
        _hold_for_differences(order, done.differences, call_id)
    lifecycle.lift_hold(order, "erp_refused")
    notifications.confirmation(order)


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


def _hold_for_differences(order: Order, differences: Sequence[str], call_id: int | None) -> None:
    """The ERP holds something else than we sent: never ignored, a person looks at it."""
    lifecycle.hold(order, "erp_differs", erp_call_id=call_id)
    change = Change(Tag.ORDER_ERP, "order", order.number, None, {"differs": list(differences)}, order.version, call_id)
    record([change], customer_id=order.customer_id, author=author())


def _cancelled(message: Claimed, order: Order, found: OrderRecord | None, call_id: int | None) -> None:
    _finish(message, state="done", reason_code="", reason="")
    status = order.erp_status if found is None else found.status.value
    lifecycle.report(order, Process.CANCELLED, progress=Progress(), erp_call_id=call_id, erp_status=status)


def _bury(message: Claimed, order: Order, dead: Dead, call_id: int | None) -> None:
    """A dead letter: the order goes on hold for a create; a refused cancellation is simply over."""
    _finish(message, state="dead", reason_code=dead.code, reason=dead.reason)
    after = {"kind": message.kind, "reason": dead.reason, "tries": message.attempts}
    change = Change(Tag.OUTBOX_DEAD, "order", order.number, None, after, order.version, call_id)
    record([change], customer_id=order.customer_id, author=author())
    if message.kind == outbox.CREATE:
        lifecycle.hold(order, "erp_refused", erp_call_id=call_id)
        return
    order.cancel_requested_at = None
    order.version += 1
    lifecycle.pass_ball(order, Progress())
