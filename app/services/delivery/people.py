"""What a person does with a dead letter. (Correcting it and handing it over come with the desk for dead letters.)"""

from __future__ import annotations

from sqlalchemy import select, text

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.domain.state_words import state_word
from app.errors import Conflict, NotFound
from app.extensions import session, wake
from app.models.transactional import Order, OutboxMessage
from app.services import lifecycle
from app.services.lifecycle import author
from app.words import t

_AGAIN = text("""
    update outbox_message set state = 'waiting', due_at = now(), lease_until = null, finished_at = null, reason_code = '',
           reason = '' where id = :id and state = 'dead' returning id""")


def retry(message_id: int) -> None:
    """Send a dead letter again. It is looked up in the ERP first, so this cannot double it.

    :raises NotFound: no such message
    :raises Conflict: it is not dead
    """
    message = session.execute(
        select(OutboxMessage.order_id, OutboxMessage.kind, OutboxMessage.state).where(OutboxMessage.id == message_id)
    ).one_or_none()
    if message is None:
        raise NotFound()
    if session.execute(_AGAIN, {"id": message_id}).first() is None:
        raise Conflict(t("This message is {state} and needs nobody to send it again.", state=state_word(message.state)))
    number = session.execute(select(Order.number).where(Order.id == message.order_id)).scalar_one()
    order = lifecycle.locked(number)
    change = Change(Tag.OUTBOX_RETRIED, "order", order.number, {"state": "dead"}, {"state": "waiting"}, order.version)
    record([change], customer_id=order.customer_id, author=author())
    lifecycle.lift_hold(order, "erp_refused")
    wake("relay.drain")
