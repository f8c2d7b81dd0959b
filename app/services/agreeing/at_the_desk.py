"""The buyer did not agree to what the ERP holds: the desk has it cancelled there, or has agreed with the buyer otherwise.

The document in the ERP is never changed by the portal itself; the two ways out are asking the ERP to cancel, and noting
what was agreed with whom.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.errors import BadRequest, MoveRefused
from app.extensions import session
from app.models.transactional import Order
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import require
from app.services import claims, lifecycle, messages, notifications
from app.services.agreeing import proposals
from app.services.agreeing.deciding import progress_of
from app.services.agreeing.proposals import AT_THE_DESK
from app.services.customers import facts_of
from app.services.lifecycle import author
from app.services.ordering import cancel as cancelling
from app.words import t


def waiting(*, limit: int = 50) -> Sequence[Order]:
    """Orders the ERP holds otherwise than agreed, the oldest first."""
    found = select(Order).where(Order.hold_reason == AT_THE_DESK).order_by(Order.hold_since, Order.id).limit(limit)
    return session.execute(found).scalars().all()


def settle(actor: Actor, order: Order, note: str) -> None:
    """What the ERP holds stays, as agreed with the buyer.

    :param note: with whom, when and how; kept inside
    :raises BadRequest: nobody could tell later what was agreed
    """
    _at_the_desk(actor, order)
    if len(note.strip()) < LEAST_WORDS:
        raise BadRequest(
            t("A few words are needed: with whom, when, and what was agreed."),
            t("Write at least {least} characters.", least=LEAST_WORDS),
        )
    messages.note(actor, order, note)
    _file(order, "agreed")
    lifecycle.lift_hold(order, AT_THE_DESK)
    proposals.pass_ball(order, progress_of(order, facts_of(order.customer_id)))
    notifications.confirmation(order)


LEAST_WORDS = 10


def cancel(actor: Actor, order: Order, note: str) -> None:
    """Ask the ERP to cancel its document; the order is cancelled when it answers."""
    _at_the_desk(actor, order)
    _file(order, "cancelled")
    reason = note.strip() or t("not as ordered")
    cancelling.ask_the_erp(order, reason)


def _at_the_desk(actor: Actor, order: Order) -> None:
    require(actor, Permission.REVIEW_DECIDE, order)
    claims.free_for(actor, order)
    if order.hold_reason != AT_THE_DESK or order.cancel_requested_at is not None:
        raise MoveRefused(
            t("{number} has been settled already.", number=order.number),
            t("Open the order to see where it stands."),
        )


def _file(order: Order, how: str) -> None:
    order.version += 1
    change = Change(Tag.PROPOSAL_SETTLED, "order", order.number, None, {"settled": how}, order.version)
    record([change], customer_id=order.customer_id, author=author())
