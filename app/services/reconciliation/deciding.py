"""What people decide about a drift. Each decision is recorded with their name and reason; none of them sends in silence.

The ERP is asked first, outside any transaction (`ask_the_erp`); then the decision is carried out in one (`decide`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import select, text

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.clock import now
from app.domain.order_states import Process
from app.erp.errors import ErpError
from app.erp.port import ErpPort, OrderRecord
from app.errors import BadRequest, Conflict, MoveRefused, Unprocessable
from app.extensions import session
from app.models.transactional import Order, OutboxMessage
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import require
from app.services import fulfilment, lifecycle, outbox
from app.services.delivery.comparing import foreign_content
from app.services.lifecycle import author
from app.services.reconciliation import drifts, taking_over
from app.services.reconciliation.documents import TWICE
from app.services.reconciliation.drifts import StoredDrift
from app.services.reconciliation.kinds import DECISIONS, KINDS, Decision
from app.words import t

SHORTEST_REASON, LONGEST_REASON = 5, 500  # characters
_READS_THE_ERP = frozenset({Decision.BY_HAND, Decision.RECREATE, Decision.ADOPT, Decision.SEND_AGAIN})


def open_drift(actor: Actor, drift_id: int) -> StoredDrift:
    """A drift that somebody wants to decide about, in the open transaction.

    :raises NotFound: there is none with this number
    :raises Conflict: it is open no more
    """
    require(actor, Permission.RECONCILIATION_DECIDE)
    return _still_open(drifts.one(drift_id))


def ask_the_erp(port: ErpPort, drift: StoredDrift, decision: Decision, *, number: str = "") -> OrderRecord | None:
    """The document a decision is about, read at this moment; no transaction may be open.

    :param number: of the ERP, where a person says which document it is
    :raises BadRequest: no number was given
    :raises Unprocessable: the ERP does not have it, or does not answer
    """
    if decision not in _READS_THE_ERP:
        return None
    if decision is Decision.BY_HAND and not number:
        raise BadRequest(t("The number of the order in the ERP is missing."), t("Type the number as the ERP shows it."))
    try:
        if decision is Decision.SEND_AGAIN:
            return port.find_order(drift.facts.get("key", ""))
        wanted = number if decision is Decision.BY_HAND else drift.facts.get("number", "")
        found = port.find_order_by_number(wanted)
    except ErpError as silent:
        raise Unprocessable(
            t("The ERP did not answer: {why}", why=silent.reason), t("Try again in a moment.")
        ) from silent
    if found is None:
        raise Unprocessable(
            t("The ERP has no order {number}.", number=wanted), t("Look the number up in the ERP and type it again.")
        )
    return found


def decide(actor: Actor, drift_id: int, decision: Decision, *, reason: str, document: OrderRecord | None = None) -> str:
    """Carry a decision out, in the open transaction.

    :param document: what `ask_the_erp` brought
    :returns: the number of the order concerned here; empty when there is none
    :raises BadRequest: no reason was given, or this cannot be decided about such a drift
    :raises Conflict: somebody decided already
    """
    require(actor, Permission.RECONCILIATION_DECIDE)
    drift = _still_open(drifts.one(drift_id, lock=True))
    reason = " ".join(reason.split())
    if decision not in KINDS[drift.kind].decisions:
        raise BadRequest(t("This cannot be decided about such a difference."), t("Choose one of those offered."))
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise BadRequest(
            t("A decision needs a reason of {least} to {most} characters.", least=SHORTEST_REASON, most=LONGEST_REASON),
            t("Write in a few words why."),
        )
    number = _ACTS[decision](actor, drift, document, reason)
    drifts.settle(drift.id, by=actor.name, settlement=f"{decision.value}: {reason}")
    _file(drift, decision, reason, number)
    return number


def _still_open(drift: StoredDrift) -> StoredDrift:
    if drift.state != "open":
        raise Conflict(t("This difference is open no more."), t("Look at the list again."))
    return drift


def _file(drift: StoredDrift, decision: Decision, reason: str, number: str) -> None:
    """On the order, if there is one, so that its history tells it; else on the drift."""
    after = {"decision": decision.value, "kind": drift.kind.value, "object": drift.object, "because": reason}
    kind, name = ("order", number) if number else ("drift", str(drift.id))
    version = None
    if number:
        version = session.execute(select(Order.version).where(Order.number == number)).scalar_one_or_none()
    change = Change(Tag.DRIFT_DECIDED, kind, name, {"state": "open"}, after, version)
    record([change], customer_id=drift.customer_id, author=author())


# --- what each decision does --------------------------------------------------------------------------------------------


def _send_again(actor: Actor, drift: StoredDrift, document: OrderRecord | None, reason: str) -> str:
    """The message that was approved, anew, under the same key; it counts as tried, so the ERP is asked before it goes."""
    if document is not None:
        raise Conflict(
            t("The ERP has this order again, as {number}.", number=document.number),
            t("Compare once more; there is nothing to send."),
        )
    order = lifecycle.locked(drift.object)
    _as_found(order, drift)
    body = session.execute(
        select(OutboxMessage.body)
        .where(OutboxMessage.order_id == order.id, OutboxMessage.kind == outbox.CREATE)
        .order_by(OutboxMessage.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    if body is None:
        raise Unprocessable(
            t("The portal does not have the message any more that {number} was sent with.", number=order.number),
            t("Enter it in the ERP by hand, and say here under which number."),
        )
    _nothing_waits(order)
    order.version += 1
    session.flush()
    outbox.post(outbox.CREATE, order, body)
    session.execute(_COUNTS_AS_TRIED, {"order": order.id, "version": order.version})
    return order.number


_COUNTS_AS_TRIED = text("""
    update outbox_message set attempts = 1, sent_at = now()
     where order_id = :order and order_version = :version and kind = 'create_order'""")


def _nothing_waits(order: Order) -> None:
    waiting = select(OutboxMessage.id).where(
        OutboxMessage.order_id == order.id, OutboxMessage.kind == outbox.CREATE, OutboxMessage.state == "waiting"
    )
    if session.execute(waiting).first() is not None:
        raise Conflict(
            t("A message for {number} is waiting already.", number=order.number), t("Wait until it is sent.")
        )


def _as_found(order: Order, drift: StoredDrift) -> None:
    """:raises Conflict: it is about another document by now, or the ERP is asked to cancel it"""
    _not_cancelled(order)
    if order.cancel_requested_at is not None or order.erp_number != drift.facts.get("number", ""):
        raise Conflict(t("{number} changed meanwhile.", number=order.number), t("Compare once more."))


def _not_cancelled(order: Order) -> None:
    if order.process == Process.CANCELLED:
        raise MoveRefused(t("{number} has been cancelled meanwhile.", number=order.number), t("Compare once more."))


def _by_hand(actor: Actor, drift: StoredDrift, document: OrderRecord | None, reason: str) -> str:
    """People entered it: from now on the order follows that document, and its message is closed for ever."""
    assert document is not None, "the ERP was asked for it"
    _lock_number(drift.source, document.number)
    order = lifecycle.locked(drift.object)
    _not_cancelled(order)
    _nothing_waits(order)
    _of_this_customer(order, document)
    _nobody_elses(order, document)
    session.execute(_HAND_OVER, {"order": order.id})
    before = {"erp_number": order.erp_number}
    order.erp_number = document.number
    order.version += 1
    session.flush()
    change = Change(Tag.ORDER_ERP, "order", order.number, before, {"erp_number": document.number}, order.version)
    record([change], customer_id=order.customer_id, author=author())
    lifecycle.lift_hold(order, fulfilment.GONE)
    fulfilment.catch_up(order)
    return order.number


_HAND_OVER = text("""
    update outbox_message set state = 'handed_over'
     where order_id = :order and kind = 'create_order' and state in ('done', 'dead')
       and id = (select max(id) from outbox_message where order_id = :order and kind = 'create_order')""")
_TAKEN = text("""
    select o.number from customer_order o where o.source = :source and o.id <> :order
       and (o.erp_number = :number or (o.key = upper(:key) and :key <> ''))""")


# The same lock as for handing over: one document becomes one order.
_LOCK = text("select pg_advisory_xact_lock(hashtextextended(:source || ' ' || :number, 0))")


def _lock_number(source: str, number: str) -> None:
    session.execute(_LOCK, {"source": source, "number": number.upper()})


def _of_this_customer(order: Order, document: OrderRecord) -> None:
    ours = session.execute(text("select number from customer where id = :id"), {"id": order.customer_id}).scalar_one()
    if document.customer_number.upper() != ours.upper():
        raise Unprocessable(
            t("Order {number} of the ERP belongs to customer {other}.", number=document.number,
              other=document.customer_number),
            t("This order is of customer {customer}. Look the number up again.", customer=ours),
        )  # fmt: skip


def _nobody_elses(order: Order, document: OrderRecord) -> None:
    wanted = {"source": order.source, "order": order.id, "number": document.number, "key": document.key}
    if (other := session.execute(_TAKEN, wanted).scalar()) is not None:
        raise Unprocessable(
            t("Order {number} of the ERP is order {other} here already.", number=document.number, other=other),
            t("Look the number up again."),
        )


def _cancel(actor: Actor, drift: StoredDrift, document: OrderRecord | None, reason: str) -> str:
    order = lifecycle.locked(drift.object)
    _as_found(order, drift)
    _nothing_waits(order)
    lifecycle.move(order, process=Process.CANCELLED, because=reason, cancel_reason=reason)
    lifecycle.lift_hold(order, fulfilment.GONE)
    return order.number


def _cancel_there(actor: Actor, drift: StoredDrift, document: OrderRecord | None, reason: str) -> str:
    order = lifecycle.locked(drift.object)
    order.version += 1
    session.flush()
    outbox.post(outbox.CANCEL, order, {"key": order.key, "reason": reason, "erp_number": order.erp_number})
    return order.number


def _recreate(actor: Actor, drift: StoredDrift, document: OrderRecord | None, reason: str) -> str:
    assert document is not None, "the ERP was asked for it"
    return taking_over.recreate(actor, drift.source, document).number


def _adopt(actor: Actor, drift: StoredDrift, document: OrderRecord | None, reason: str) -> str:
    """The ERP's document is this order: a dead message is closed, an order that was never sent here becomes it."""
    assert document is not None, "the ERP was asked for it"
    order = lifecycle.locked(drift.object)
    _not_cancelled(order)
    _of_this_customer(order, document)
    newest = session.execute(
        select(OutboxMessage.id, OutboxMessage.state, OutboxMessage.body)
        .where(OutboxMessage.order_id == order.id, OutboxMessage.kind == outbox.CREATE)
        .order_by(OutboxMessage.id.desc())
        .limit(1)
    ).one_or_none()
    if newest is None or newest.state == "withdrawn":
        taking_over.take_over(order, document)
    else:
        _same_content(order, foreign_content(outbox.from_body(newest.body), document))
        session.execute(_CLOSE, {"id": newest.id, "now": now()})
        lifecycle.lift_hold(order, "erp_refused")
    fulfilment.catch_up(order)
    return order.number


_CLOSE = text("""
    update outbox_message set state = 'done', finished_at = :now, reason_code = 'adopted', reason = ''
     where id = :id and state = 'dead'""")


def _same_content(order: Order, differences: Sequence[str]) -> None:
    if differences:
        raise Unprocessable(
            t(
                "The ERP's order is not {number}: {differences}.",
                number=order.number,
                differences="; ".join(differences),
            ),
            t("Leave it with a reason, and mend it where it is wrong."),
        )


def _leave(actor: Actor, drift: StoredDrift, document: OrderRecord | None, reason: str) -> str:
    """A hold that this difference alone put on an order ends with it."""
    if drift.object_type != "order":
        return ""
    order = lifecycle.locked(drift.object)
    for why in (fulfilment.GONE, TWICE):
        lifecycle.lift_hold(order, why)
    return order.number


_ACTS: Mapping[Decision, Callable[[Actor, StoredDrift, OrderRecord | None, str], str]] = {
    Decision.SEND_AGAIN: _send_again,
    Decision.BY_HAND: _by_hand,
    Decision.CANCEL: _cancel,
    Decision.CANCEL_THERE: _cancel_there,
    Decision.RECREATE: _recreate,
    Decision.ADOPT: _adopt,
    Decision.LEAVE: _leave,
}
assert _ACTS.keys() == DECISIONS.keys()
