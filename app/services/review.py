"""The review desk: orders with a point a person has to decide. Claim, approve, reject; never change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.clock import now
from app.domain.order_states import Process, Validation
from app.domain.reasons import REASONS, check_reason
from app.errors import Conflict, MoveRefused, Unprocessable
from app.extensions import session
from app.models.transactional import Order
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import require
from app.services import acceptance, lifecycle
from app.services.customers import CustomerFacts
from app.services.lifecycle import author
from app.services.ordering.understanding import UnderstoodLine
from app.services.validation.judge import judge

CLAIM = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One order that waits at the desk. `points` are its review findings in desk words (English and German)."""

    number: str
    customer_number: str
    customer_name: str
    reference: str
    net: Decimal
    currency: str
    lines: int
    waiting_since: datetime
    claimed_by: str
    claimed_until: datetime | None
    points: list[dict[str, Any]]


_QUEUE = text("""
    select o.number, c.number as customer_number, c.name as customer_name, o.reference, o.net, o.currency,
           (select count(*) from order_line l where l.order_id = o.id) as lines, o.ball_since as waiting_since,
           coalesce(p.name, '') as claimed_by, o.claimed_until,
           (select coalesce(json_agg(json_build_object('rule', f.rule, 'layer', f.layer, 'line', f.line_number,
                                                       'message', f.texts -> 'message', 'desk', f.texts -> 'desk')
                                     order by f.id), '[]')
              from finding f
             where f.outcome = 'review'
               and f.judgement_id = (select max(j.id) from judgement j where j.order_id = o.id)) as points
      from customer_order o
      join customer c on c.id = o.customer_id
      left join person p on p.id = o.claimed_by and o.claimed_until > now()
     where o.process = 'in_validation' and o.validation = 'pending' and o.id > :after
     order by o.id limit :limit""")


def queue(*, after_id: int = 0, limit: int = 50) -> list[QueueRow]:
    """What waits at the desk, oldest first."""
    rows = session.execute(_QUEUE, {"after": after_id, "limit": limit}).mappings()
    return [QueueRow(**row) for row in rows]


def claim(actor: Actor, order: Order) -> None:
    """Take an order for twenty minutes, so that nobody decides it twice; a claim of one's own is renewed.

    :raises Conflict: a colleague has it
    """
    require(actor, Permission.REVIEW_DECIDE, order)
    _still_waiting(order)
    _free_for(actor, order)
    _set_claim(order, actor.person_id, now() + CLAIM)


def unclaim(actor: Actor, order: Order) -> None:
    """Give it back to the queue."""
    require(actor, Permission.REVIEW_DECIDE, order)
    _free_for(actor, order)
    _set_claim(order, None, None)


def approve(
    actor: Actor, order: Order, customer: CustomerFacts, lines: Sequence[UnderstoodLine], note: str = ""
) -> None:
    """Let the order pass, judged again with the facts of this moment.

    :raises Unprocessable: a finding blocks it now
    """
    require(actor, Permission.REVIEW_DECIDE, order)
    _still_waiting(order)
    _free_for(actor, order)
    verdict = judge(order, customer, lines)
    if verdict.blocks:
        raise Unprocessable(
            f"{order.number} cannot be accepted: since it was sent, something came up that nobody here can decide.",
            "Look at its findings and reject it with the reason, so that the buyer can change it.",
        )
    order.reviewed_by = actor.person_id
    order.review_note = note
    _set_claim(order, None, None)
    acceptance.accept(order, customer, lines)


def reject(actor: Actor, order: Order, reason_code: str, note: str = "") -> None:
    """Do not accept the order: the ball goes to the buyer, who can change it and send it again.

    :raises BadRequest: the reason code is not one for rejecting, or `other` comes without words
    """
    require(actor, Permission.REVIEW_DECIDE, order)
    _still_waiting(order)
    _free_for(actor, order)
    check_reason(reason_code, "R", note)
    order.reviewed_by = actor.person_id
    _set_claim(order, None, None)
    lifecycle.move(
        order,
        validation=Validation.REJECTED,
        because=REASONS[reason_code].words if reason_code != "other" else note,
        review_reason=reason_code,
        review_note=note,
    )


def _still_waiting(order: Order) -> None:
    if order.process != Process.IN_VALIDATION or order.validation != Validation.PENDING:
        raise MoveRefused(f"{order.number} does not wait at the desk any more.", "Take the next one from the queue.")


def _free_for(actor: Actor, order: Order) -> None:
    taken = order.claimed_until is not None and order.claimed_until > now() and order.claimed_by != actor.person_id
    if taken:
        raise Conflict(f"A colleague has {order.number} until {order.claimed_until:%H:%M} UTC.", "Take another one.")


def _set_claim(order: Order, person_id: int | None, until: datetime | None) -> None:
    before, order.claimed_by, order.claimed_until = order.claimed_by, person_id, until
    session.flush()
    if before != person_id:
        change = Change(Tag.ORDER_CLAIMED, "order", order.number, {"claimed": before}, {"claimed": person_id})
        record([change], customer_id=order.customer_id, author=author())
