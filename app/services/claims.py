"""Taking an order at the desk: twenty minutes, renewed while it is used, so that nobody decides it twice.

A decision needs no claim, but respects a colleague's. Not for deciding: see `app.services.review`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.clock import now
from app.domain.order_states import Process, Validation
from app.errors import Conflict, MoveRefused
from app.extensions import session
from app.models.transactional import Order
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import require
from app.services.lifecycle import author
from app.words import t

LEASE = timedelta(minutes=20)
RENEWED_BELOW = timedelta(minutes=18)  # a look at the order writes only when it is worth it


def claim(actor: Actor, order: Order) -> None:
    """Take an order; a claim of one's own is renewed.

    :raises Conflict: a colleague has it
    """
    require(actor, Permission.REVIEW_DECIDE, order)
    still_waiting(order)
    free_for(actor, order)
    _set(order, actor.person_id, now() + LEASE)


def unclaim(actor: Actor, order: Order) -> None:
    """Give it back to the queue."""
    require(actor, Permission.REVIEW_DECIDE, order)
    free_for(actor, order)
    release(order)


def release(order: Order) -> None:
    """Nobody has it any more: it is decided, or somebody else has to act."""
    _set(order, None, None)


_RENEW = text("""
    update customer_order set claimed_until = :until
     where number = :number and claimed_by = :person and claimed_until > :now and claimed_until < :soon""")


def renew(actor: Actor, number: str) -> None:
    """Who has it and is looking at it keeps it; for everybody else nothing happens."""
    at = now()
    values = {"number": number, "person": actor.person_id, "now": at}
    session.execute(_RENEW, {**values, "until": at + LEASE, "soon": at + RENEWED_BELOW})


def holder(order: Order) -> int | None:
    """The person who has it at this moment."""
    live = order.claimed_until is not None and order.claimed_until > now()
    return order.claimed_by if live else None


def still_waiting(order: Order) -> None:
    """:raises MoveRefused: the desk has nothing to decide about it any more"""
    if order.process != Process.IN_VALIDATION or order.validation != Validation.PENDING:
        raise MoveRefused(
            t("{number} does not wait at the desk any more.", number=order.number),
            t("Take the next one from the queue."),
        )


def free_for(actor: Actor, order: Order) -> None:
    """:raises Conflict: a colleague has it"""
    if holder(order) in (None, actor.person_id) or order.claimed_until is None:
        return
    minutes = -(-(order.claimed_until - now()).seconds // 60)
    raise Conflict(
        t("A colleague has {number} for another {minutes} min.", number=order.number, minutes=minutes),
        t("Take another one."),
    )


def _set(order: Order, person_id: int | None, until: datetime | None) -> None:
    before, order.claimed_by, order.claimed_until = order.claimed_by, person_id, until
    session.flush()
    if before != person_id:
        change = Change(Tag.ORDER_CLAIMED, "order", order.number, {"claimed": before}, {"claimed": person_id})
        record([change], customer_id=order.customer_id, author=author())
