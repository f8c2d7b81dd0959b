"""What is put to the buyer, or was taken without asking: the rows, their record, the hold they put on their order.

Not for deciding about them: see `deciding`.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, text

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.clock import now
from app.errors import NotFound
from app.extensions import session
from app.models.transactional import Order
from app.models.transactional.agreeing import Proposal
from app.services import lifecycle, notifications
from app.services.agreeing.deviations import Deviation
from app.services.lifecycle import Progress, author

ASKING, AT_THE_DESK = "your_answer", "erp_differs"


def put(order: Order, asked: Sequence[Deviation], *, origin: str, erp_call_id: int | None = None) -> None:
    """Ask the buyer: a proposal a line, the order on hold, the ball with the buyer, a mail."""
    rows = [_row(order, each, origin=origin) for each in by_line(asked)]
    session.add_all(rows)
    session.flush()
    changes = [_made(order, row, erp_call_id) for row in rows]
    record(changes, customer_id=order.customer_id, author=author())
    lifecycle.hold(order, ASKING, erp_call_id=erp_call_id)
    notifications.proposal(order)


def note_taken(order: Order, taken: Sequence[Deviation], *, origin: str, erp_call_id: int | None = None) -> None:
    """What was taken without asking is kept beside what was asked, so that the confirmation can tell it first."""
    rows = [_row(order, each, origin=origin, state="accepted") for each in taken]
    session.add_all(rows)
    order.version += 1
    session.flush()
    changes = [
        Change(
            Tag.ORDER_TAKEN,
            "order",
            order.number,
            {"line": row.line_number, **row.before},
            {"line": row.line_number, **row.after},
            order.version,
            erp_call_id,
        )
        for row in rows
    ]
    record(changes, customer_id=order.customer_id, author=author())


def by_line(asked: Sequence[Deviation]) -> list[Deviation]:
    """One question a line: what differs on it together, under the code that weighs most (they come in that order)."""
    merged: dict[tuple[int | None, str], Deviation] = {}
    for at, each in enumerate(asked):
        key = (each.line, "" if each.line is not None else str(at))
        first = merged.get(key)
        if first is None:
            merged[key] = each
        else:
            before, after = {**each.before, **first.before}, {**first.after, **each.after}
            merged[key] = Deviation(each.line, first.code, before, after)
    return list(merged.values())


def found(order: Order, proposal_id: int) -> Proposal:
    """:raises NotFound: no such proposal of this order within the scope"""
    row = session.execute(
        select(Proposal).where(Proposal.id == proposal_id, Proposal.order_id == order.id).with_for_update()
    ).scalar_one_or_none()
    if row is None:
        raise NotFound()
    return row


def open_of(order: Order) -> Sequence[Proposal]:
    """Those without an answer, oldest first."""
    return (
        session.execute(
            select(Proposal).where(Proposal.order_id == order.id, Proposal.state == "open").order_by(Proposal.id)
        )
        .scalars()
        .all()
    )


_CLOSED_WITH_OPEN = text("""
    select distinct o.number from proposal p join customer_order o on o.id = p.order_id
     where p.state = 'open' and (o.process in ('cancelled', 'delivered', 'draft') or o.validation = 'rejected')
     order by o.number limit 200""")


def overtaken() -> list[str]:
    """Numbers of orders that are over while something of them still waits for an answer."""
    return list(session.execute(_CLOSED_WITH_OPEN).scalars())


_AGREED = text("""
    select o.number from customer_order o
     where o.process in ('confirmed', 'in_dispatch', 'delivered') and o.hold_reason is null
       and exists (select 1 from proposal p where p.order_id = o.id and p.origin = 'erp')
       and not exists (select 1 from mail m where m.dedup = concat('confirmation:', o.number, ':', 1))
     order by o.id limit 200""")


def agreed_and_untold() -> list[str]:
    """Numbers of orders whose confirmation waited for an answer that has come (staff's scope)."""
    return list(session.execute(_AGREED).scalars())


def lapse(order: Order) -> None:
    """Nobody needs to answer any more: the order is over."""
    rows = open_of(order)
    for row in rows:
        row.state, row.decided_at = "lapsed", now()
    session.flush()
    record([decided(order, row) for row in rows], customer_id=order.customer_id, author=author())


def decided(order: Order, row: Proposal) -> Change:
    """The record of an answer."""
    after = {"line": row.line_number, "proposal": row.state, **row.after}
    before = {"line": row.line_number, "proposal": "open", **row.before}
    return Change(Tag.PROPOSAL_DECIDED, "order", order.number, before, after, order.version)


def pass_ball(order: Order, progress: Progress) -> None:
    """Whoever the hold names has it now."""
    lifecycle.pass_ball(order, progress, tag=Tag.PROPOSAL_DECIDED)


def _row(order: Order, each: Deviation, *, origin: str, state: str = "open") -> Proposal:
    return Proposal(
        order_id=order.id,
        customer_id=order.customer_id,
        line_number=each.line,
        origin=origin,
        code=each.code,
        before=dict(each.before),
        after=dict(each.after),
        state=state,
        proposed_by_name=author().name,
        decided_at=now() if state != "open" else None,
    )


def _made(order: Order, row: Proposal, erp_call_id: int | None) -> Change:
    before = {"line": row.line_number, **row.before}
    after = {"line": row.line_number, **row.after}
    return Change(Tag.PROPOSAL_MADE, "order", order.number, before, after, order.version, erp_call_id)
