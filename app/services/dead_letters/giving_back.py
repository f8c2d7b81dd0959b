"""Giving an order back to its buyer because it cannot get into the ERP as it is, with a reason the buyer reads.

Only when the ERP surely has nothing of it: looked up first. Also: letting a message stand that nobody needs any more.
"""

from __future__ import annotations

from sqlalchemy import text

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.domain.order_states import Process, Validation
from app.domain.reasons import OTHER, REASONS, check_reason
from app.errors import Conflict
from app.extensions import session, transaction
from app.models.transactional import Order
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import require
from app.services import claims, lifecycle, notifications
from app.services.dead_letters.asking import ask, has_it_already, must_be_quiet
from app.services.dead_letters.letters import Letter, as_seen, held, letter, unchanged
from app.services.dead_letters.owning import free_for, needs_a_person, still_to_be_entered
from app.services.delivery.people import HOLDS
from app.services.lifecycle import author
from app.words import t


def give_back(actor: Actor, message_id: int, reason_code: str, note: str = "", *, seen: int | None = None) -> None:
    """Withdraw the message and leave the order with its buyer, as a rejection at the desk does. Opens its own
    transactions.

    :param reason_code: one for rejecting; the buyer reads its words
    :param note: words to the buyer beside it
    :raises BadRequest: the reason code is not one for rejecting, or `other` comes without words
    :raises NotFound: no such message
    :raises Conflict: it is no dead letter of an order, a colleague has it, or the ERP has or may have the order already
    :raises NotAnswering: the ERP could not be asked
    """
    with transaction():
        require(actor, Permission.DEAD_LETTER_ACT)
        check_reason(reason_code, "R", note)
        found = letter(message_id)
        needs_a_person(found)
        free_for(actor, found)
        as_seen(found, seen)
        still_to_be_entered(found)
        must_be_quiet(found)
    asked = ask(found)
    if asked.under_key is not None:
        raise has_it_already(found, asked.under_key)
    with transaction():
        _withdraw(unchanged(found), "given_back")
        _leave_with_buyer(actor, lifecycle.locked(found.number), reason_code, note)


def _leave_with_buyer(actor: Actor, order: Order, reason_code: str, note: str) -> None:
    for reason in HOLDS:
        lifecycle.lift_hold(order, reason)
    if order.process == Process.RECEIVED:
        lifecycle.move(order, process=Process.IN_VALIDATION)
    lifecycle.move(order, validation=Validation.PENDING)
    order.reviewed_by = actor.person_id
    claims.release(order)
    lifecycle.move(
        order,
        validation=Validation.REJECTED,
        because=REASONS[reason_code].text if reason_code != OTHER else note,
        review_reason=reason_code,
        review_note=note,
    )
    notifications.not_accepted(order, reason_code, note)


def let_stand(actor: Actor, message_id: int, *, seen: int | None = None) -> None:
    """Close a message that is not to be carried out: a refused cancellation, or one whose order is over.

    :raises Conflict: it is no dead letter, a colleague has it, or its order still has to get into the ERP
    """
    require(actor, Permission.DEAD_LETTER_ACT)
    found = held(message_id)
    needs_a_person(found)
    free_for(actor, found)
    as_seen(found, seen)
    if found.creates and found.wanted:
        raise Conflict(
            t("{number} still has to get into the ERP.", number=found.number),
            t("Send it again, correct it, hand it over or give it back to the buyer."),
        )
    _withdraw(found, "let_stand")


_WITHDRAW = text("""
    update outbox_message set state = 'withdrawn', reason_code = :code, finished_at = now() where id = :id""")


def _withdraw(found: Letter, code: str) -> None:
    session.execute(_WITHDRAW, {"id": found.id, "code": code})
    tag = Tag.OUTBOX_GIVEN_BACK if code == "given_back" else Tag.OUTBOX_LET_STAND
    change = Change(tag, "order", found.number, {"state": found.state}, {"state": "withdrawn"}, found.version)
    record([change], customer_id=found.customer_id, author=author())
