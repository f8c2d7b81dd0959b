"""A wrong ERP number of an order put right by two people: one asks, with a reason, another one decides.

Both see what differs between the document there and what was sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, text

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.errors import Conflict, NotAllowed, NotFound, Unprocessable
from app.extensions import session, transaction
from app.models.transactional import Order, Relink
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import require
from app.services import lifecycle, outbox
from app.services.dead_letters.asking import ask
from app.services.dead_letters.comparing import Comparison, Difference, compare
from app.services.dead_letters.handing_over import belongs_to_no_other, checked_erp_number, refuse
from app.services.dead_letters.letters import Letter, as_seen, changed, entering
from app.services.lifecycle import author
from app.words import t

SHORTEST_REASON = 10


@dataclass(frozen=True, slots=True)
class RelinkRow:
    """One that waits for a second person. `number` and `version` are the order's."""

    id: int
    number: str
    version: int
    customer: str
    old_number: str
    new_number: str
    stored: Sequence[Mapping[str, Any]]
    reason: str
    asked_at: datetime
    asked_by: int
    asked_by_name: str

    @property
    def differences(self) -> list[Difference]:
        return [Difference(each["kind"], each["facts"]) for each in self.stored]


_ROWS = """
    select r.id, o.number, o.version, c.name as customer, r.old_number, r.new_number, r.differences as stored, r.reason,
           r.asked_at, r.asked_by, r.asked_by_name
      from relink r join customer_order o on o.id = r.order_id join customer c on c.id = r.customer_id
     where r.state = 'asked'"""
_ASKED = text(f"{_ROWS} order by r.id")
_ASKED_OF = text(f"{_ROWS} and o.number = :number")
_ONE = text(f"{_ROWS} and r.id = :id")
_HELD = text(f"{_ROWS} and r.id = :id for update of r")


def relinks(*, number: str = "") -> list[RelinkRow]:
    """Those that wait for a second person, of one order or of all, the oldest first."""
    statement = _ASKED_OF if number else _ASKED
    return [RelinkRow(**row) for row in session.execute(statement, {"number": number} if number else {}).mappings()]


def ask_relink(actor: Actor, number: str, erp_number: str, reason: str, *, seen: int | None = None) -> Comparison:
    """Ask for another ERP number. Nothing changes before a second person agrees. Opens its own transactions.

    :param number: the order's
    :returns: what differs between the document there and what was sent
    :raises NotFound: no such order, or it was never on its way to the ERP
    :raises Conflict: the order has no number to put right, or somebody has asked already
    :raises Unprocessable: no reason is given, or the document cannot be this order
    :raises NotAnswering: the ERP could not be asked
    """
    wanted = checked_erp_number(erp_number)
    with transaction():
        require(actor, Permission.DEAD_LETTER_ACT)
        found = entering(number)
        as_seen(found, seen)
        _can_be_asked(found, wanted, reason)
        belongs_to_no_other(found, wanted)
    comparison = _compared(found, wanted)
    with transaction():
        belongs_to_no_other(found, wanted, key=comparison.record.key)
        _keep(actor, found, comparison, reason)
    return comparison


def _can_be_asked(found: Letter, wanted: str, reason: str) -> None:
    if not found.erp_number:
        raise Conflict(
            t("{number} has no number in the ERP yet.", number=found.number),
            t("Hand it over with its number instead."),
        )
    _not_being_entered(found)
    if found.erp_number.upper() == wanted:
        raise Unprocessable(t("{number} is {erp_number} already.", number=found.number, erp_number=wanted))
    if len(reason.strip()) < SHORTEST_REASON:
        raise Unprocessable(
            t("The second person needs to read why."),
            t("Write the reason in at least {n} characters.", n=SHORTEST_REASON),
        )
    if relinks(number=found.number):
        raise Conflict(t("Another number for {number} waits to be agreed to already.", number=found.number))


def _not_being_entered(found: Letter) -> None:
    """:raises Conflict: with another number the order would be in the ERP twice as soon as its message is sent"""
    if found.state in ("waiting", "dead"):
        raise Conflict(
            t("{number} is to be entered in the ERP again.", number=found.number),
            t("See to its message first: take it out, and hand it over with the number."),
        )


def _compared(found: Letter, wanted: str) -> Comparison:
    document = ask(found, number=wanted).by_number
    if document is None:
        raise Unprocessable(
            t("The ERP has no order {erp_number}.", erp_number=wanted), t("Check the number and type it again.")
        )
    comparison = compare(outbox.from_body(dict(found.body)), document)
    refuse(comparison, wanted)
    return comparison


def _keep(actor: Actor, found: Letter, comparison: Comparison, reason: str) -> None:
    order = lifecycle.locked(found.number)
    if order.version != found.version or relinks(number=found.number):
        raise changed(found)
    row = {
        "order_id": found.order_id,
        "customer_id": found.customer_id,
        "message_id": found.id,
        "old_number": found.erp_number,
        "new_number": comparison.record.number,
        "differences": [each.stored() for each in comparison.differences],
        "reason": reason.strip(),
        "asked_by": actor.person_id,
        "asked_by_name": actor.name,
    }
    session.execute(insert(Relink.__table__).inline(), row)
    numbers = {"erp_number": found.erp_number}, {"erp_number": comparison.record.number, "because": reason.strip()}
    change = Change(Tag.RELINK_ASKED, "order", found.number, *numbers, order.version)
    record([change], customer_id=found.customer_id, author=author())


def decide_relink(actor: Actor, relink_id: int, *, agree: bool, seen: int | None = None) -> None:
    """Say yes or no to a number somebody else asked for; a yes looks at the document once more. Opens its own
    transactions.

    :raises NotFound: nothing of this id waits
    :raises NotAllowed: one's own question
    :raises Conflict: the order or the document changed meanwhile
    :raises NotAnswering: the ERP could not be asked
    """
    with transaction():
        require(actor, Permission.DEAD_LETTER_ACT)
        row = _one(_ONE, relink_id)
        _second_person(actor, row)
        found = entering(row.number)
        as_seen(found, seen)
        if not agree:
            _decide(actor, _one(_HELD, relink_id), "refused", found.customer_id)
            return
        _not_being_entered(found)
    comparison = _compared(found, row.new_number)
    _as_shown(row, comparison)
    with transaction():
        held = _one(_HELD, relink_id)
        belongs_to_no_other(found, row.new_number, key=comparison.record.key)
        order = lifecycle.locked(found.number)
        if order.version != found.version:
            raise changed(found)
        _decide(actor, held, "agreed", found.customer_id)
        _take(order, row, comparison)


def _second_person(actor: Actor, row: RelinkRow) -> None:
    if actor.person_id is None or actor.person_id == row.asked_by:
        raise NotAllowed(
            t("You asked for this number yourself, so a second person decides."), t("Ask a colleague to look at it.")
        )


_SHOW = text("update relink set differences = cast(:differences as jsonb) where id = :id")


def _as_shown(row: RelinkRow, comparison: Comparison) -> None:
    """:raises Conflict: the document is not what it was when it was asked for; what differs now is kept to be read"""
    differences = [each.stored() for each in comparison.differences]
    if differences != [dict(each) for each in row.stored]:
        with transaction():
            session.execute(_SHOW, {"differences": json.dumps(differences), "id": row.id})
        raise Conflict(
            t("{erp_number} changed in the ERP since it was asked for.", erp_number=row.new_number),
            t("Look at what differs now, and decide again."),
        )


_DECIDE = text("""
    update relink set state = :state, decided_at = now(), decided_by = :person, decided_by_name = :name where id = :id""")


def _decide(actor: Actor, row: RelinkRow, state: str, customer_id: int) -> None:
    session.execute(_DECIDE, {"id": row.id, "state": state, "person": actor.person_id, "name": actor.name})
    after = {"erp_number": row.new_number, "state": state}
    change = Change(Tag.RELINK_DECIDED, "order", row.number, {"erp_number": row.old_number}, after, row.version)
    record([change], customer_id=customer_id, author=author())


_TAKE_LINE = text(
    "update order_line set confirmed = :confirmed, confirmed_date = :confirmed_date"
    " where order_id = :order and line_number = :number"
)


def _take(order: Order, row: RelinkRow, comparison: Comparison) -> None:
    """The order is this document from now on; where it differs, a person looks at it."""
    document = comparison.record
    order.erp_number, order.erp_status = document.number, document.status.value
    order.tax, order.gross = document.tax, document.gross
    order.version += 1
    session.flush()
    rows = [
        {
            "order": order.id,
            "number": line.line_number,
            "confirmed": line.quantity,
            "confirmed_date": line.confirmed_date,
        }
        for line in document.lines
    ]
    if rows:
        session.execute(_TAKE_LINE, rows)
    change = Change(
        Tag.ORDER_ERP,
        "order",
        order.number,
        {"erp_number": row.old_number},
        {"erp_number": document.number},
        order.version,
    )
    record([change], customer_id=order.customer_id, author=author())
    if comparison.differences:
        lifecycle.hold(order, "erp_differs")


def _one(statement: Any, relink_id: int) -> RelinkRow:
    row = session.execute(statement, {"id": relink_id}).mappings().one_or_none()
    if row is None:
        raise NotFound()
    return RelinkRow(**row)
