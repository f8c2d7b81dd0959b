"""Correcting what the ERP stumbles over, without touching what the buyer was promised, and sending the order again.

Only words and places can be corrected: where to, the buyer's reference, the comment, the day wished for. Items,
quantities and prices are the order; whoever wants others gives it back to the buyer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text, update

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.clock import today
from app.errors import Unprocessable
from app.extensions import session, transaction
from app.models.transactional import Order, OrderLine
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import require
from app.services import lifecycle, outbox
from app.services.dead_letters.asking import ask, has_it_already, must_be_quiet
from app.services.dead_letters.letters import Letter, as_seen, letter, unchanged
from app.services.dead_letters.owning import free_for, needs_a_person, still_to_be_entered
from app.services.delivery.people import HOLDS
from app.services.lifecycle import author
from app.words import t


@dataclass(frozen=True, slots=True)
class Correction:
    """All four as they are to be."""

    ship_to: str
    reference: str
    comment: str
    requested_date: date | None

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Correction:
        """What a message says now."""
        wished = body["requested_date"]
        return cls(
            body["ship_to_code"], body["reference"], body["comment"], date.fromisoformat(wished) if wished else None
        )

    def plain(self) -> dict[str, Any]:
        """By the names of the record."""
        wished = self.requested_date.isoformat() if self.requested_date else None
        return {
            "ship_to": self.ship_to, "reference": self.reference, "comment": self.comment, "requested_date": wished,
        }  # fmt: skip


def correct(actor: Actor, message_id: int, wanted: Correction, *, seen: int | None = None) -> None:
    """Put a new message in the place of a dead one, with the same key. Opens its own transactions.

    :param seen: the version of the order on the screen
    :raises NotFound: no such message
    :raises Conflict: it is no dead letter of an order, a colleague has it, or the ERP has or may have the order already
    :raises Unprocessable: nothing differs, or it is a place or a day that cannot be
    :raises NotAnswering: the ERP could not be asked
    """
    with transaction():
        require(actor, Permission.DEAD_LETTER_ACT)
        found = letter(message_id)
        needs_a_person(found)
        free_for(actor, found)
        as_seen(found, seen)
        _can_be_corrected(found, wanted)
        must_be_quiet(found)
    held = ask(found)
    if held.under_key is not None:
        raise has_it_already(found, held.under_key)
    with transaction():
        _replace(unchanged(found), wanted)


_SITES = text("select count(*) from ship_to where customer_id = :customer and code = :code and withdrawn_at is null")


def _can_be_corrected(found: Letter, wanted: Correction) -> None:
    still_to_be_entered(found)
    before = Correction.of(found.body)
    if wanted == before:
        raise Unprocessable(t("Nothing differs from what was sent."), t("Change something, or send it again as it is."))
    if wanted.ship_to != before.ship_to:
        values = {"customer": found.customer_id, "code": wanted.ship_to}
        if not session.execute(_SITES, values).scalar():
            raise Unprocessable(
                t("The customer has no delivery address {code}.", code=wanted.ship_to), t("Choose one of the list.")
            )
    if wanted.requested_date != before.requested_date and wanted.requested_date and wanted.requested_date < today():
        raise Unprocessable(t("The day wished for is over."), t("Choose today or a later day."))


_WITHDRAW = text("""
    update outbox_message set state = 'withdrawn', reason_code = 'corrected', finished_at = now() where id = :id""")
# What was tried before counts: the first sending of the new message is looked up like a repeat.
_LOOK_FIRST = text("""
    update outbox_message set attempts = 1, tries = '{"before": 1}', sent_at = now()
     where order_id = :order and state = 'waiting' and kind = 'create_order' and order_version = :version""")


def _replace(found: Letter, wanted: Correction) -> None:
    before = Correction.of(found.body)
    order = lifecycle.locked(found.number)
    session.execute(_WITHDRAW, {"id": found.id})
    _write(order, before, wanted)
    outbox.post(outbox.CREATE, order, _body(found.body, before, wanted))
    session.execute(_LOOK_FIRST, {"order": order.id, "version": order.version})
    for reason in HOLDS:
        lifecycle.lift_hold(order, reason)


def _write(order: Order, before: Correction, wanted: Correction) -> None:
    """The order says what was sent; what was sent before stays in its record."""
    order.ship_to_code, order.reference, order.comment = wanted.ship_to, wanted.reference, wanted.comment
    order.requested_date = wanted.requested_date
    order.version += 1
    session.flush()
    if before.requested_date is not None and wanted.requested_date != before.requested_date:
        session.execute(
            update(OrderLine)
            .where(OrderLine.order_id == order.id, OrderLine.requested_date == before.requested_date)
            .values(requested_date=wanted.requested_date)
        )
    old, new = before.plain(), wanted.plain()
    names = [name for name in new if new[name] != old[name]]
    change = Change(
        Tag.OUTBOX_CORRECTED,
        "order",
        order.number,
        {name: old[name] for name in names},
        {name: new[name] for name in names},
        order.version,
    )
    record([change], customer_id=order.customer_id, author=author())


def _body(body: Mapping[str, Any], before: Correction, wanted: Correction) -> dict[str, Any]:
    """The frozen message with the corrections; lines that wished for the day of the whole order follow it."""
    old, new = before.plain()["requested_date"], wanted.plain()["requested_date"]
    follows = old is not None and old != new
    lines = [
        {**line, "requested_date": new if follows and line["requested_date"] == old else line["requested_date"]}
        for line in body["lines"]
    ]
    head = {"ship_to_code": wanted.ship_to, "reference": wanted.reference, "comment": wanted.comment}
    return {**body, **head, "requested_date": new, "lines": lines}
