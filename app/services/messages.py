"""What buyer and desk write to each other about an order, and what we note inside.

A question hands the ball to the buyer, the answer hands it back. An inside note never leaves the house: the database
shows it to no customer, and its record belongs to us. Not for decisions: see `app.services.review`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.domain.order_states import Process, Validation
from app.errors import BadRequest, MoveRefused
from app.extensions import session
from app.models.transactional import Order, OrderMessage
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import require
from app.services import claims, lifecycle, notifications
from app.services.lifecycle import Progress, author
from app.words import t

LONGEST = 2000  # characters

BUYER, DESK, INSIDE = "buyer", "desk", "inside"


def ask(actor: Actor, order: Order, words: str) -> None:
    """Ask the buyer; the order waits for the answer.

    :raises BadRequest: there is nothing to send, or too much
    :raises Conflict: a colleague has it
    """
    require(actor, Permission.REVIEW_DECIDE, order)
    claims.still_waiting(order)
    claims.free_for(actor, order)
    _write(actor, order, DESK, words, is_question=True)
    claims.release(order)
    lifecycle.pass_ball(order, Progress(asked=True), tag=Tag.ORDER_QUESTION, message=words.strip())
    notifications.question(order, words.strip())


def answer(actor: Actor, order: Order, words: str) -> None:
    """Write to the desk about an order it has; an open question is answered by it.

    :raises BadRequest: there is nothing to send, or too much
    :raises MoveRefused: the desk does not have it
    """
    require(actor, Permission.ORDER_WRITE, order)
    if order.process != Process.IN_VALIDATION or order.validation != Validation.PENDING:
        raise MoveRefused(
            t("{number} is not at our desk, so nothing was sent.", number=order.number),
            t("Open the order to see where it stands."),
        )
    _write(actor, order, BUYER, words)
    lifecycle.pass_ball(order, Progress(asked=False), tag=Tag.ORDER_ANSWER, message=words.strip())


def note(actor: Actor, order: Order, words: str) -> None:
    """Keep something for ourselves.

    :raises BadRequest: there is nothing to keep, or too much
    """
    require(actor, Permission.REVIEW_READ, order)
    _write(actor, order, INSIDE, words)
    record([Change(Tag.ORDER_NOTE, "order", order.number)], customer_id=None, author=author())


_CONVERSATION = text("""
    select id, side, is_question, author_name, body, written_at from order_message where order_id = :order order by id""")


def conversation(order: Order) -> Sequence[Row[Any]]:
    """All that was written about an order, as far as the scope shows it, in the order it was written."""
    return session.execute(_CONVERSATION, {"order": order.id}).all()


def _write(actor: Actor, order: Order, side: str, words: str, *, is_question: bool = False) -> None:
    body = words.strip()
    if not body:
        raise BadRequest(t("There is nothing to send yet."), t("Write a sentence, and send it again."))
    if len(body) > LONGEST:
        raise BadRequest(
            t("That is {n} characters; {most} can be kept.", n=len(body), most=LONGEST), t("Please shorten it.")
        )
    session.add(
        OrderMessage(
            order_id=order.id,
            customer_id=order.customer_id,
            side=side,
            is_question=is_question,
            author_id=actor.person_id,
            author_name=actor.name,
            body=body,
        )
    )
    session.flush()
