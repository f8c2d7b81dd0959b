"""Handing an order over that a person has entered in the ERP by hand: checked there by its number, and closed for ever.

Before it, one that still waits is taken out of the queue, so that nobody sends it while somebody types it in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import text

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.clock import now
from app.erp.port import OrderRecord
from app.errors import Conflict, Unprocessable
from app.extensions import session, transaction
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import require
from app.services import lifecycle, outbox
from app.services.dead_letters.asking import Held, ask, must_be_quiet
from app.services.dead_letters.comparing import Comparison, compare
from app.services.dead_letters.letters import Letter, as_seen, held, letter, unchanged
from app.services.dead_letters.owning import free_for, needs_a_person, own, still_to_be_entered
from app.services.dead_letters.words import BY_HAND
from app.services.delivery.protocol import Done
from app.services.delivery.settling import settle
from app.services.lifecycle import author
from app.words import t, use_language

_NUMBER = re.compile(r"[0-9A-Z](?:[0-9A-Z_./ -]{0,48}[0-9A-Z])?")


@dataclass(frozen=True, slots=True)
class HandedOver:
    """`done` False: the document differs, nothing was changed, and `comparison.mark` is what agrees to it."""

    done: bool
    comparison: Comparison


def hand_over(actor: Actor, message_id: int, number: str, *, agreed: str = "", seen: int | None = None) -> HandedOver:
    """Close a dead letter with the number of the document a person entered. Opens its own transactions.

    :param number: the ERP's
    :param agreed: `Comparison.mark` of the differences somebody has looked at and takes as they are
    :param seen: the version of the order on the screen
    :raises NotFound: no such message
    :raises Conflict: it is no dead letter, a colleague has it, a try may be under way, or the ERP has it under our key
    :raises Unprocessable: there is no such document, or it is of another customer or another order
    :raises NotAnswering: the ERP could not be asked
    """
    number = checked_erp_number(number)
    with transaction():
        require(actor, Permission.DEAD_LETTER_ACT)
        found = letter(message_id)
        needs_a_person(found)
        free_for(actor, found)
        still_to_be_entered(found)
        as_seen(found, seen)
        must_be_quiet(found)
        belongs_to_no_other(found, number)
    document = _document(found, ask(found, number=number), number)
    comparison = compare(outbox.from_body(dict(found.body)), document)
    refuse(comparison, number)
    with transaction():
        belongs_to_no_other(found, number, key=document.key)
        if comparison.mark != agreed:
            return HandedOver(done=False, comparison=comparison)
        _close(unchanged(found), comparison)
    return HandedOver(done=True, comparison=comparison)


def checked_erp_number(typed: str) -> str:
    """As the ERP writes it, in capitals.

    :raises Unprocessable: it cannot be a number of the ERP
    """
    number = typed.strip().upper()
    if not _NUMBER.fullmatch(number):
        raise Unprocessable(
            t("“{typed}” cannot be the number of an order in the ERP.", typed=typed.strip()[:50]),
            t("Type it as the ERP shows it, like 101047."),
        )
    return number


def _document(found: Letter, asked: Held, number: str) -> OrderRecord:
    if asked.under_key is not None and asked.under_key.number.upper() != number:
        raise Conflict(
            t(
                "The ERP holds {number} already, as {found}. Entered again as {erp_number}, it is double.",
                number=found.number,
                found=asked.under_key.number,
                erp_number=number,
            ),
            t("Have one of the two cancelled there, then hand over the other one."),
        )
    document = asked.under_key or asked.by_number
    if document is None:
        raise Unprocessable(
            t("The ERP has no order {erp_number}.", erp_number=number), t("Check the number and type it again.")
        )
    return document


def refuse(comparison: Comparison, number: str) -> None:
    """:raises Unprocessable: the document cannot be this order, whatever anybody agrees to"""
    if comparison.refusals:
        why = " ".join(each.words for each in comparison.refusals)
        raise Unprocessable(
            t("{erp_number} cannot be this order. {why}", erp_number=number, why=why), t("Check the number.")
        )


_LOCK = text("select pg_advisory_xact_lock(hashtextextended(:connection || ' ' || :erp_number, 0))")
_TAKEN = text("""
    select number from customer_order
     where source = :connection and id <> :order_id and (erp_number = :erp_number or (:key <> '' and upper(key) = :key))
     order by id limit 1""")


def belongs_to_no_other(found: Letter, number: str, *, key: str = "") -> None:
    """One document is one order; held until the transaction ends.

    :param key: the document's, if it carries one
    :raises Unprocessable: it is another order of ours already
    """
    values = {"connection": found.connection, "erp_number": number}
    session.execute(_LOCK, values)
    other = session.execute(_TAKEN, {**values, "order_id": found.order_id, "key": key.upper()}).scalar()
    if other is not None:
        raise Unprocessable(
            t("{erp_number} is {other} already.", erp_number=number, other=other),
            t("Check the number; every order is entered as one of its own."),
        )


_CLOSE = text("""
    update outbox_message set state = 'handed_over', reason_code = 'handed_over', reason = :reason, finished_at = now()
     where id = :id""")


def _close(found: Letter, comparison: Comparison) -> None:
    """The order is confirmed with this document, and its message is final."""
    order = lifecycle.locked(found.number)
    lifecycle.lift_hold(order, BY_HAND)
    with use_language("en"):  # for the record
        differs = tuple(each.words for each in comparison.differences)
    settle(found.claimed(), Done(comparison.record, differs), ())
    session.execute(_CLOSE, {"id": found.id, "reason": f"Entered by hand as {comparison.record.number}."})
    after = {"erp_number": comparison.record.number, "differs": list(differs)}
    change = Change(Tag.OUTBOX_HANDED_OVER, "order", found.number, None, after, order.version)
    record([change], customer_id=found.customer_id, author=author())


_TAKE_OUT = text("""
    update outbox_message set state = 'dead', reason_code = 'by_hand', reason = '', finished_at = now(), lease_until = null
     where id = :id""")


def take_out(actor: Actor, message_id: int, *, seen: int | None = None) -> None:
    """Take a waiting message out of the queue, to enter the order by hand. From now on it is a dead letter of one's own.

    :raises Conflict: it does not wait, is being sent at this moment, or a try may still be under way in the ERP
    """
    require(actor, Permission.DEAD_LETTER_ACT)
    found = held(message_id)
    as_seen(found, seen)
    if found.state != "waiting" or not found.creates or found.cancelling:
        raise Conflict(t("The message of {number} does not wait.", number=found.number), t("Look at the list again."))
    if found.lease_until is not None and found.lease_until > now():
        raise Conflict(
            t("{number} is being sent at this moment.", number=found.number), t("Look again in two minutes.")
        )
    must_be_quiet(found)
    session.execute(_TAKE_OUT, {"id": found.id})
    order = lifecycle.locked(found.number)
    change = Change(Tag.OUTBOX_TAKEN_OUT, "order", found.number, {"state": "waiting"}, {"state": "dead"}, order.version)
    record([change], customer_id=found.customer_id, author=author())
    lifecycle.hold(order, BY_HAND)
    own(found, actor)
