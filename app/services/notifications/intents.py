"""What there is to tell, noted where it happens. Nothing is looked up about people, and nothing is sent here."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import text

from app.clock import now
from app.extensions import session, wake
from app.models.transactional import Order

# An ERP may name its dates a little after its number; the confirmation waits for them, but not for ever.
WAIT_FOR_DATES = timedelta(minutes=30)


ASKED_FIRST = ("your_answer", "erp_differs")


class Kind(StrEnum):
    """What a mail tells."""

    RECEIPT = "receipt"
    APPROVAL_ASKED = "approval_asked"
    GIVEN_BACK = "given_back"
    NOT_ACCEPTED = "not_accepted"
    CONFIRMATION = "confirmation"
    SHIPPED = "shipped"
    QUESTION = "question"
    PROPOSAL = "proposal"
    CAN_BE_SENT = "can_be_sent"


_LEAVE = text("""
    insert into mail (customer_id, order_id, kind, dedup, language, subject, body_text, body_html, due_at)
    values (:customer, :order, :kind, :dedup, 'en', '', :facts, '', :due) on conflict do nothing""")


def receipt(order: Order) -> None:
    """We have the order; this is not our acceptance."""
    _leave(Kind.RECEIPT, order, str(order.version))


def approval_asked(order: Order) -> None:
    """Every approver of the company but the requester is asked."""
    session.flush()
    _leave(Kind.APPROVAL_ASKED, order, str(order.version))


def given_back(order: Order, reason: str, *, by: str) -> None:
    """An approver said no.

    :param by: their name
    """
    _leave(Kind.GIVEN_BACK, order, str(order.version), reason=reason, by=by)


def not_accepted(order: Order, reason_code: str, note: str = "") -> None:
    """The desk said no.

    :param reason_code: of `app.domain.reasons`
    :param note: what the desk added for the buyer
    """
    _leave(Kind.NOT_ACCEPTED, order, str(order.version), code=reason_code, note=note)


def question(order: Order, text: str) -> None:
    """The desk asks the buyer something; the same question twice at one version of the order is one."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    _leave(Kind.QUESTION, order, f"{order.version}:{digest}", text=text)


def proposal(order: Order) -> None:
    """Something differs from what was ordered, and the buyer is asked line by line."""
    _leave(Kind.PROPOSAL, order, str(order.version))


def can_be_sent(order: Order) -> None:
    """What kept a draft from being sent is gone."""
    _leave(Kind.CAN_BE_SENT, order, str(order.version))


_UNTOLD = text("""
    select not exists (select 1 from mail where dedup = :dedup) as untold,
           not exists (select 1 from order_line where order_id = :order and confirmed_date is null
                        and cancelled < quantity and confirmed > cancelled)
           and (:hold or exists (select 1 from erp_order
                                  where source = :source and order_key = :key and withdrawn_at is null)) as complete""")

_NOW = text("""
    update mail set due_at = now() where dedup = :dedup and state = 'waiting' and attempts = 0 and due_at > now()
    returning id""")


def confirmation(order: Order) -> None:
    """The ERP holds the order. Called at every news of it (staff's scope): it is one mail, and goes out when the dates
    of all lines are known, else after half an hour. On hold it waits for the mirror, to tell each difference; while the
    buyer is asked about one, or the desk settles it, there is nothing to confirm yet.
    """
    session.flush()
    if order.hold_reason in ASKED_FIRST:
        return
    dedup = f"{Kind.CONFIRMATION}:{order.number}:1"
    wanted = {"dedup": dedup, "order": order.id, "source": order.source, "key": order.key}
    found = session.execute(_UNTOLD, {**wanted, "hold": order.hold_reason is None}).one()
    if found.untold:
        _leave(Kind.CONFIRMATION, order, "1", after=timedelta() if found.complete else WAIT_FOR_DATES)
    elif found.complete and session.execute(_NOW, {"dedup": dedup}).first():
        wake("mail.deliver")


_SHIPPED = text("""
    insert into mail (customer_id, order_id, kind, dedup, language, subject, body_text, body_html)
    select s.customer_id, :order, 'shipped', 'shipped:' || cast(:number as text) || ':' || s.number, 'en', '',
           json_build_object('shipment', s.id)::text, ''
      from shipment s
     where s.customer_id = :customer and s.source = :source and s.order_key = :key and s.withdrawn_at is null
       and exists (select 1 from shipment_line l where l.shipment_id = s.id)
       and not exists (select 1 from mail m where m.dedup = 'shipped:' || cast(:number as text) || ':' || s.number)
    on conflict do nothing returning id""")


def shipped(order: Order) -> None:
    """A mail for each delivery of the order in the mirror that has none yet (staff's scope)."""
    wanted = {"order": order.id, "number": order.number, "customer": order.customer_id}
    if session.execute(_SHIPPED, {**wanted, "source": order.source, "key": order.key}).first():
        wake("mail.deliver")


def _leave(kind: Kind, order: Order, which: str, *, after: timedelta = timedelta(), **facts: str) -> None:
    """The row, once; the worker is woken when it is committed."""
    row = {
        "customer": order.customer_id,
        "order": order.id,
        "kind": kind.value,
        "dedup": f"{kind}:{order.number}:{which}",
        "facts": json.dumps(facts, ensure_ascii=False),
        "due": now() + after,
    }
    session.execute(_LEAVE, row)
    if not after:
        wake("mail.deliver")
