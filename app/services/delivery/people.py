"""A dead letter is sent again. Whether somebody may, and everything else people do with it: `app.services.dead_letters`."""

from __future__ import annotations

from sqlalchemy import select, text

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.clock import now
from app.domain.order_states import Process, Validation
from app.domain.state_words import state_word
from app.errors import Conflict, NotFound
from app.extensions import session, wake
from app.models.transactional import Order, OutboxMessage
from app.services import fulfilment, lifecycle, outbox
from app.services.lifecycle import Progress, author
from app.words import t

HOLDS = ("erp_refused", "by_hand")  # what a dead letter puts an order on hold for

_AGAIN = text("""
    update outbox_message set state = 'waiting', due_at = now(), lease_until = null, finished_at = null, reason_code = '',
           reason = '', tries = jsonb_build_object('before', attempts) where id = :id and state = 'dead' returning id""")


def retry(message_id: int) -> None:
    """Send a dead letter again. It is looked up in the ERP first, so this cannot double it.

    :raises NotFound: no such message
    :raises Conflict: it is not dead, or its order has been cancelled meanwhile
    """
    message = session.execute(
        select(OutboxMessage.order_id, OutboxMessage.kind, OutboxMessage.state).where(OutboxMessage.id == message_id)
    ).one_or_none()
    if message is None:
        raise NotFound()
    number = session.execute(select(Order.number).where(Order.id == message.order_id)).scalar_one()
    order = lifecycle.locked(number)
    if session.execute(_AGAIN, {"id": message_id}).first() is None:
        raise Conflict(t("This message is {state} and needs nobody to send it again.", state=state_word(message.state)))
    _still_wanted(order, message.kind)
    _nothing_in_its_way(order, message.kind)
    change = Change(Tag.OUTBOX_RETRIED, "order", order.number, {"state": "dead"}, {"state": "waiting"}, order.version)
    record([change], customer_id=order.customer_id, author=author())
    for reason in HOLDS:
        lifecycle.lift_hold(order, reason)
    if message.kind == outbox.CANCEL:
        _ask_again(order)
    wake("relay.drain")


def _still_wanted(order: Order, kind: str) -> None:
    """:raises Conflict: the order must not get into the ERP any more, or there is nothing to cancel"""
    open_here = order.process in (Process.RECEIVED, Process.IN_VALIDATION) or order.hold_reason == fulfilment.GONE
    to_enter = open_here and order.validation == Validation.APPROVED
    wanted = to_enter if kind == outbox.CREATE else order.process not in (Process.CANCELLED, Process.DELIVERED)
    if not wanted:
        raise Conflict(
            t(
                "{number} is {state} meanwhile, so nothing is sent.",
                number=order.number,
                state=state_word(order.process),
            ),
            t("Let the message stand; that takes it off the list."),
        )


_OTHER_WAITS = text("""
    select 1 from outbox_message where order_id = :order and kind <> :kind and state = 'waiting' limit 1""")


def _nothing_in_its_way(order: Order, kind: str) -> None:
    """:raises Conflict: the order is being entered and cancelled at once, and either would overtake the other"""
    if session.execute(_OTHER_WAITS, {"order": order.id, "kind": kind}).first() is not None:
        raise Conflict(
            t("Another message of {number} is on its way to the ERP.", number=order.number),
            t("Wait until the ERP has answered it, and look again."),
        )


def _ask_again(order: Order) -> None:
    """The ERP settles the cancellation, once more."""
    order.cancel_requested_at = now()
    order.version += 1
    lifecycle.pass_ball(order, Progress())
