"""The buyer's answer to what differs: accepted, the order takes it; declined, the line goes or the desk settles it.

The ERP is never changed in silence: what it holds already and the buyer does not want goes to the desk. A price that
moved before anything was sent is the buyer's alone: accepted it is sent at once, declined the line is not ordered.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import func, select, text

from app.audit.recorder import record
from app.clock import now
from app.domain.order_states import CLOSED, Process, Validation
from app.domain.readable import amount
from app.domain.state_words import state_word
from app.errors import Conflict, MoveRefused, NotAllowed
from app.extensions import session, wake
from app.models.transactional import Order
from app.models.transactional.agreeing import Proposal
from app.security.actor import RULES, Actor, Role, acting, origin
from app.security.permissions import Permission
from app.security.policy import require
from app.services import acceptance, lifecycle, outbox
from app.services.agreeing import proposals
from app.services.agreeing.applying import apply, drop, sum_after
from app.services.agreeing.proposals import ASKING, AT_THE_DESK
from app.services.customers import CustomerFacts, facts_of
from app.services.lifecycle import Progress, author
from app.services.ordering.frozen import frozen_lines
from app.services.validation.judge import judge
from app.words import t


def accept(actor: Actor, order: Order, proposal_id: int) -> None:
    """The order takes what was proposed for a line.

    :raises NotFound: no such proposal of this order
    :raises NotAllowed: not one of this company's buyers or approvers, or the sum is beyond this person's limit
    :raises Conflict: it has been answered
    :raises MoveRefused: the order is over
    """
    _accept(actor, order, [_open(actor, order, proposal_id)])


def accept_all(actor: Actor, order: Order, seen: set[int]) -> None:
    """The same for every line that waits, in one go; raises as `accept` does.

    :param seen: ids of the proposals that were on the screen
    """
    require(actor, Permission.PROPOSAL_DECIDE, order)
    _still_on(order)
    waiting = proposals.open_of(order)
    if not waiting or {row.id for row in waiting} != seen:
        raise Conflict(
            t("What differs from {number} is not the same any more, so nothing was accepted.", number=order.number),
            t("Open the order and look once more."),
        )
    _accept(actor, order, waiting)


def decline(actor: Actor, order: Order, proposal_id: int) -> None:
    """The buyer does not want it; raises as `accept` does."""
    row = _open(actor, order, proposal_id)
    _answer(actor, order, row, "declined")
    _go_on_when_answered(order, row.origin)


def _open(actor: Actor, order: Order, proposal_id: int) -> Proposal:
    require(actor, Permission.PROPOSAL_DECIDE, order)
    row = proposals.found(order, proposal_id)
    _still_on(order)
    if row.state != "open":
        raise Conflict(
            t(
                "This was {state} already, by {name}.",
                state=state_word(row.state),
                name=row.decided_by_name or "Portico",
            ),
            t("Open the order to see where it stands."),
        )
    return row


def _still_on(order: Order) -> None:
    if Process(order.process) in (*CLOSED, Process.DRAFT) or order.validation == Validation.REJECTED:
        raise MoveRefused(
            t(
                "{number} is {state}; nothing of it waits for an answer.",
                number=order.number,
                state=state_word(order.process),
            )
        )
    if order.cancel_requested_at is not None:
        raise MoveRefused(
            t("The cancellation of {number} is being settled with our order system.", number=order.number),
            t("Please wait."),
        )


def _accept(actor: Actor, order: Order, rows: Sequence[Proposal]) -> None:
    before = order.net
    after = before + sum(
        (sum_after(order, row.line_number, row.before, row.after) - before for row in rows), Decimal(0)
    )
    _within_limit(actor, order, before, after)
    for row in rows:
        apply(order, row.line_number, row.before, row.after)
        _answer(actor, order, row, "accepted")
    _go_on_when_answered(order, rows[-1].origin)


def _within_limit(actor: Actor, order: Order, before: Decimal, after: Decimal) -> None:
    """More money needs whoever may spend it: a buyer within the limit, or an approver."""
    limit = actor.order_limit
    approver = Role.APPROVER in actor.roles and actor.person_id != order.placed_by
    if approver or limit is None or after <= max(limit, before):
        return
    raise NotAllowed(
        t(
            "With this the order comes to {sum}, and your limit is {limit}.",
            sum=amount(after, order.currency),
            limit=amount(limit, order.currency),
        ),
        t("Somebody who approves orders in your company can accept it on the order's page."),
    )


def _answer(actor: Actor, order: Order, row: Proposal, state: str) -> None:
    row.state, row.decided_at, row.decided_by, row.decided_by_name = state, now(), actor.person_id, actor.name
    order.version += 1
    session.flush()
    record([proposals.decided(order, row)], customer_id=order.customer_id, author=author())


def _go_on_when_answered(order: Order, from_where: str) -> None:
    if proposals.open_of(order):
        return
    customer = facts_of(order.customer_id)
    if from_where == "prices":
        _send_or_give_up(order, customer)
    else:
        _settle(order, customer)


def _settle(order: Order, customer: CustomerFacts) -> None:
    """All answered about what the ERP holds: the order goes on, or the desk has a word with buyer and ERP."""
    lifecycle.lift_hold(order, ASKING)
    if _unsettled(order):
        lifecycle.hold(order, AT_THE_DESK)
    proposals.pass_ball(order, progress_of(order, customer))
    wake("agreeing.follow")  # the confirmation, which a customer's scope cannot look for


def _unsettled(order: Order) -> bool:
    return (
        session.execute(
            select(Proposal.id)
            .where(Proposal.order_id == order.id, Proposal.origin == "erp", Proposal.state == "declined")
            .limit(1)
        ).first()
        is not None
    )


_LINES = text("""
    select count(*) as lines, count(*) filter (where shipped + cancelled >= quantity and shipped > 0) as gone,
           (select count(*) from invoice i where i.customer_id = :customer and i.order_key = :key
               and i.withdrawn_at is null and i.status <> 'cancelled') as invoices
      from order_line where order_id = :order""")


def progress_of(order: Order, customer: CustomerFacts) -> Progress:
    """Where the order stands, for whoever has the ball when a hold ends."""
    at = session.execute(_LINES, {"order": order.id, "customer": order.customer_id, "key": order.key}).one()
    awaits_advance = customer.prepayment and order.erp_status in ("open", "in_review")
    return Progress(awaits_advance, at.lines, at.gone, at.invoices > 0)


# --- nothing was sent yet ---------------------------------------------------------------------------------------------


def _send_or_give_up(order: Order, customer: CustomerFacts) -> None:
    """All new prices are answered: what is left goes out, judged once more; with nothing left the order is over."""
    if order.process not in (Process.RECEIVED, Process.IN_VALIDATION):  # the ERP has it meanwhile
        _settle(order, customer)
        return
    declined = _declined_lines(order)
    lines = [line for line in frozen_lines(order, customer) if line.number not in declined]
    lifecycle.lift_hold(order, ASKING)
    if not lines:
        lifecycle.move(order, process=Process.CANCELLED, because="every new price was declined")
        return
    drop(order, declined)
    with acting(RULES, origin().ip):
        verdict = judge(order, customer, lines)
        progress = Progress(prepayment=customer.prepayment, lines=len(lines), asked=False)
        if verdict.blocks or (verdict.needs_a_person and order.reviewed_by is None):
            if order.validation == Validation.PENDING:
                proposals.pass_ball(order, progress)
            else:
                lifecycle.move(order, process=Process.IN_VALIDATION, validation=Validation.PENDING, progress=progress)
            return
        if order.validation == Validation.PENDING:
            acceptance.accept(order, customer, lines)
            return
        proposals.pass_ball(order, progress)
        outbox.post(outbox.CREATE, order, outbox.as_body(acceptance.to_place(order, customer, lines)))


def _declined_lines(order: Order) -> list[int]:
    """Of the questions asked last, all in one moment: an order that was changed and sent again has other lines."""
    of_order = (Proposal.order_id == order.id, Proposal.origin == "prices")
    last = select(func.max(Proposal.proposed_at)).where(*of_order).scalar_subquery()
    numbers = session.execute(
        select(Proposal.line_number).where(*of_order, Proposal.state == "declined", Proposal.proposed_at == last)
    ).scalars()
    return [number for number in numbers if number is not None]
