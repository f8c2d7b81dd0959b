"""Cancelling: at once while nothing has been handed over, afterwards a question to the ERP."""

from __future__ import annotations

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.clock import now
from app.domain.order_states import CANCEL_AT_ONCE, CLOSED, Process
from app.domain.state_words import state_word
from app.errors import MoveRefused
from app.models.transactional import Order
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import require
from app.services import approvals, lifecycle, outbox
from app.services.lifecycle import Progress, author
from app.words import t


def cancel(actor: Actor, order: Order, reason: str) -> None:
    """Cancel the order, or ask the ERP to.

    :raises NotAllowed: not a buyer of this company
    :raises MoveRefused: it is closed, on its way, or its cancellation is being settled already
    """
    require(actor, Permission.ORDER_CANCEL, order)
    process = Process(order.process)
    if process in CLOSED:
        raise MoveRefused(
            t(
                "{number} is {state} already; there is nothing left to cancel.",
                number=order.number,
                state=state_word(process),
            )
        )
    if process is Process.IN_DISPATCH:
        raise MoveRefused(
            t("{number} is on its way and cannot be cancelled.", number=order.number),
            t("Refuse the goods, or call us."),
        )
    if order.cancel_requested_at is not None:
        raise MoveRefused(
            t("The cancellation of {number} is being settled with our order system.", number=order.number),
            t("Please wait."),
        )
    if process in CANCEL_AT_ONCE and _nothing_was_sent(order):
        approvals.withdraw(order)
        lifecycle.move(order, process=Process.CANCELLED, because=reason, cancel_reason=reason)
        return
    ask_the_erp(order, reason)


def _nothing_was_sent(order: Order) -> bool:
    """An approved order has a message in the outbox; it must be taken back before somebody begins to send it."""
    return order.validation != "approved" or outbox.withdraw_unsent(order, "cancelled by the buyer")


def ask_the_erp(order: Order, reason: str) -> None:
    """Hand the wish over; whether it can still be stopped is the ERP's to say."""
    order.cancel_requested_at = now()
    order.cancel_reason = reason
    order.version += 1
    change = Change(Tag.ORDER_CANCEL_ASKED, "order", order.number, None, {"reason": reason}, order.version)
    record([change], customer_id=order.customer_id, author=author())
    outbox.post(outbox.CANCEL, order, {"key": order.key, "reason": reason, "erp_number": order.erp_number})
    lifecycle.pass_ball(order, Progress())
