"""The one writer of an order's states: `move` for people and the portal, `report` for facts from the ERP.

Every move is checked against the tables of `app.domain.order_states`, raises the version, passes the ball and leaves its
audit record, in the transaction of whoever calls. The order must have been locked with `locked`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.audit.recorder import Author, Change, record
from app.audit.tags import Tag
from app.clock import now
from app.domain.lanes import HOLDERS, Situation, ball_of
from app.domain.order_states import CLOSED, Ball, Payment, Process, Standing, Validation, is_news, may_move, ran_ahead
from app.errors import MoveRefused, NotFound
from app.extensions import session
from app.models.transactional import Order
from app.security.actor import origin
from app.words import t


@dataclass
class Progress:
    """What the words and the ball need beside the axes. `asked` None: a question to the buyer stays open as it is."""

    prepayment: bool = False
    lines: int = 0
    shipped_lines: int = 0
    invoiced: bool = False
    asked: bool | None = None


@dataclass
class _Log:
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)

    def note(self, order: Order, name: str, value: Any) -> None:
        old = getattr(order, name)
        if old != value:
            self.before[name], self.after[name] = _plain(old), _plain(value)
            setattr(order, name, value)


def author() -> Author:
    """The acting person or job, as the audit record names them."""
    at = origin()
    return Author(at.actor.person_id, at.actor.name, at.actor.kind, at.ip)


def locked(number: str, *, by_key: bool = False) -> Order:
    """The order, held for the rest of this transaction.

    :param by_key: `number` is the key the ERP knows
    :raises NotFound: nothing under this number within the scope
    """
    column = Order.key if by_key else Order.number
    order = session.execute(
        select(Order).where(column == number).with_for_update().execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if order is None:
        raise NotFound()
    return order


def move(
    order: Order,
    *,
    process: Process | None = None,
    validation: Validation | None = None,
    progress: Progress | None = None,
    because: str = "",
    **also: Any,
) -> None:
    """One step of a person or the portal, on one or both axes at once.

    :param because: a reason for the record
    :param also: further columns that change with the step
    :raises MoveRefused: the tables do not know the step, or a condition of another axis is not met
    """
    progress = progress or Progress()
    before = Standing(Process(order.process), Validation(order.validation))
    after = Standing(process or before.process, validation or before.validation)
    problem = may_move(before, after, prepayment=progress.prepayment, payment=Payment(order.payment))
    if problem is not None:
        raise MoveRefused(
            t("{number} cannot take this step: {problem}.", number=order.number, problem=problem),
            t("Reload the order to see where it stands."),
        )
    _apply(order, after, progress, because, also)


def report(order: Order, fact: Process, *, progress: Progress, erp_call_id: int | None = None, **also: Any) -> bool:
    """A state the ERP reports. Never refused: it may skip states; where a condition did not hold the order goes on hold.

    :returns: whether it was news
    """
    before = Standing(Process(order.process), Validation(order.validation))
    after = Standing(fact, before.validation)
    if not is_news(before.process, fact):
        return False
    ahead = ran_ahead(before, fact, prepayment=progress.prepayment, payment=Payment(order.payment))
    _apply(order, after, progress, "", also, erp_call_id=erp_call_id)
    if ahead:
        hold(order, "erp_ahead", erp_call_id=erp_call_id)
    return True


def set_payment(order: Order, payment: Payment) -> None:
    """Store the derived payment state, and record that it changed; the caller passes the ball afterwards."""
    if order.payment == payment:
        return
    log = _Log()
    log.note(order, "payment", payment.value)
    _file(order, Tag.ORDER_PAYMENT, log)


def pass_ball(order: Order, progress: Progress, *, tag: Tag = Tag.ORDER_DELIVERY, message: str = "") -> None:
    """Who has to act next may change without a move: lines left the house, an invoice came, a question was asked.

    :param message: words for the record
    """
    log = _Log()
    _pass_ball(order, progress, log)
    if message:
        log.after["message"] = message
    if log.after:
        _file(order, tag, log)


def hold(order: Order, reason: str, *, erp_call_id: int | None = None) -> None:
    """Put the order on hold beside its axes; an earlier reason stays."""
    if order.hold_reason is None:
        _set_hold(order, reason, erp_call_id)


def lift_hold(order: Order, reason: str) -> None:
    """End a hold that was set for this reason."""
    if order.hold_reason == reason:
        _set_hold(order, None, None)


def _set_hold(order: Order, reason: str | None, erp_call_id: int | None) -> None:
    log = _Log()
    log.note(order, "hold_reason", reason)
    order.hold_since = now() if reason else None
    order.hold_by = author().name if reason else ""
    _file(order, Tag.ORDER_HOLD, log, erp_call_id=erp_call_id)


def _apply(
    order: Order,
    after: Standing,
    progress: Progress,
    because: str,
    also: dict[str, Any],
    *,
    erp_call_id: int | None = None,
) -> None:
    log = _Log()
    moved = order.process != after.process
    log.note(order, "process", after.process.value)
    log.note(order, "validation", after.validation.value)
    for name, value in also.items():
        log.note(order, name, value)
    if because:
        log.after["because"] = because
    if moved:
        order.moved_at = now()
    over = after.process in CLOSED or after.validation is Validation.REJECTED
    if over and order.hold_reason in HOLDERS:  # nobody needs to answer any more
        log.note(order, "hold_reason", None)
        order.hold_since, order.hold_by = None, ""
    _pass_ball(order, progress, log)
    _file(order, Tag.ORDER_MOVED if moved else Tag.ORDER_VALIDATION, log, erp_call_id=erp_call_id)


def situation(order: Order, progress: Progress, *, points: int = 0) -> Situation:
    """The order as the words of `app.domain.lanes` need it."""
    return Situation(
        process=Process(order.process),
        validation=Validation(order.validation),
        payment=Payment(order.payment),
        prepayment=progress.prepayment,
        erp_number=order.erp_number or "",
        cancel_requested=order.cancel_requested_at is not None,
        lines=progress.lines,
        shipped_lines=progress.shipped_lines,
        points=points,
        invoiced=progress.invoiced,
        asked=is_asked(order) if progress.asked is None else progress.asked,
        hold=order.hold_reason or "",
    )


def is_asked(order: Order) -> bool:
    """Our desk has asked the buyer something and waits for the answer."""
    if order.hold_reason in HOLDERS:  # the buyer has it for another reason
        return False
    at_the_desk = order.process == Process.IN_VALIDATION and order.validation == Validation.PENDING
    return at_the_desk and order.ball_with == Ball.BUYER


def _pass_ball(order: Order, progress: Progress, log: _Log) -> None:
    ball = ball_of(situation(order, progress))
    if order.ball_with != ball:
        log.note(order, "ball_with", ball.value)
        order.ball_since = now()


def _file(order: Order, tag: Tag, log: _Log, *, erp_call_id: int | None = None) -> None:
    if not log.after:
        return
    order.version += 1
    session.flush()
    change = Change(tag, "order", order.number, log.before, log.after, order.version, erp_call_id)
    record([change], customer_id=order.customer_id, author=author())


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if hasattr(value, "isoformat") else value
