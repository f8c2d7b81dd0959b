"""Approval inside the customer's company: asked when an order goes over its buyer's limit, decided by somebody else.

What is approved is the frozen order of that version. Approval places the order; a no leads back to the draft.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, insert, select, text, update

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.clock import now
from app.domain.order_states import Process
from app.domain.readable import amount
from app.domain.state_words import state_word
from app.errors import BadRequest, Conflict, NotFound
from app.extensions import session
from app.models.transactional import Approval, Order
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import require
from app.services import acceptance, lifecycle, notifications
from app.services.customers import CustomerFacts
from app.services.lifecycle import author
from app.services.ordering.understanding import UnderstoodLine
from app.words import n_, t

WHY = n_("over {name}'s limit of {limit}")  # kept in English, as records are
_WHY = re.compile(r"over (?P<name>.+)'s limit of (?P<currency>[A-Z]{3}) (?P<limit>[\d,.]+)")


def why_words(kept: str) -> str:
    """Why an approval is asked, from how it is kept to how the reader reads it."""
    found = _WHY.fullmatch(kept)
    if found is None:
        return kept
    limit = amount(Decimal(found["limit"].replace(",", "")), found["currency"])
    return t(WHY, name=found["name"], limit=limit)


def ask_if_needed(actor: Actor, order: Order, lines: Sequence[UnderstoodLine]) -> bool:
    """Ask for approval when the net sum is over the buyer's limit. No limit is not zero.

    :returns: whether the order waits now
    """
    if actor.order_limit is None or order.net <= actor.order_limit:
        return False
    lifecycle.move(order, process=Process.AWAITING_APPROVAL, submitted_at=now())
    why = WHY.format(name=actor.name, limit=f"{order.currency} {actor.order_limit:,.2f}")
    session.execute(
        insert(Approval.__table__).inline(),
        {
            "order_id": order.id,
            "customer_id": order.customer_id,
            "order_version": order.version,
            "why": why,
            "amount": order.net,
            "currency": order.currency,
            "snapshot": _snapshot(order, lines),
            "asked_by": actor.person_id,
        },
    )
    change = Change(Tag.APPROVAL_ASKED, "order", order.number, after={"why": why, "net": f"{order.net:.2f}"})
    record([change], customer_id=order.customer_id, author=author())
    notifications.approval_asked(order)
    return True


_WAITING = text("""
    select a.id, o.number, o.reference, o.placed_by_name, o.version, a.why, a.amount, a.currency, a.asked_at
      from approval a join customer_order o on o.id = a.order_id
     where a.state = 'waiting' order by a.id""")


def waiting_list() -> Sequence[Row[Any]]:
    """What waits for a yes or no within the scope, oldest first."""
    return session.execute(_WAITING).all()


def waiting(approval_id: int) -> tuple[Approval, Order]:
    """An approval that still waits, and its order, both held for this transaction.

    :raises NotFound: nothing under this number within the scope
    :raises Conflict: it has been decided
    """
    approval = session.get(Approval, approval_id)
    if approval is None:
        raise NotFound()
    number = session.execute(select(Order.number).where(Order.id == approval.order_id)).scalar_one()
    order = lifecycle.locked(number)
    session.refresh(approval)
    if approval.state != "waiting":
        raise Conflict(
            t("The approval of {number} was {state} already.", number=order.number, state=state_word(approval.state)),
            t("Open the order to see more."),
        )
    return approval, order


def approve(actor: Actor, approval_id: int, customer: CustomerFacts, lines: Sequence[UnderstoodLine]) -> Order:
    """Say yes: the order is received as it was frozen, after a judgement with the facts of this moment.

    :raises NotAllowed: it is the actor's own order, or they are no approver of this company
    """
    approval, order = waiting(approval_id)
    require(actor, Permission.APPROVAL_DECIDE, order)
    _decide(actor, approval, order, "approved", "")
    acceptance.receive(order, customer, lines)
    return order


def reject(actor: Actor, approval_id: int, reason: str) -> Order:
    """Say no, with a reason the buyer reads; the order is a draft again.

    :raises BadRequest: no reason was given
    """
    approval, order = waiting(approval_id)
    require(actor, Permission.APPROVAL_DECIDE, order)
    if not reason.strip():
        raise BadRequest(t("A no needs a reason that the buyer can read."), t("Say in a few words what should change."))
    _decide(actor, approval, order, "rejected", reason.strip())
    lifecycle.move(order, process=Process.DRAFT, because=reason.strip())
    notifications.given_back(order, reason.strip(), by=actor.name)
    return order


def withdraw(order: Order) -> None:
    """Nobody needs to decide any more: the buyer took the order back."""
    session.execute(
        update(Approval)
        .where(Approval.order_id == order.id, Approval.state == "waiting")
        .values(state="withdrawn", decided_at=now())
    )


def _decide(actor: Actor, approval: Approval, order: Order, state: str, reason: str) -> None:
    approval.state = state
    approval.decided_by = actor.person_id
    approval.decided_at = now()
    approval.reason = reason
    session.flush()
    after = {"decision": state, "by": actor.name, **({"reason": reason} if reason else {})}
    change = Change(Tag.APPROVAL_DECIDED, "order", order.number, {"decision": "waiting"}, after, order.version)
    record([change], customer_id=order.customer_id, author=author())


def _snapshot(order: Order, lines: Sequence[UnderstoodLine]) -> dict[str, Any]:
    return {
        "number": order.number,
        "reference": order.reference,
        "ship_to": order.ship_to_code,
        "net": f"{order.net:f}",
        "charges": list(order.charges or ()),
        "lines": [
            {
                "line": line.number,
                "item": line.item_number,
                "quantity": f"{line.quantity:f}",
                "unit": line.unit,
                "net": None if line.net is None else f"{line.net:f}",
            }
            for line in lines
        ],
    }
