"""The review desk decides: an order with a point for a person is let pass, or not accepted with a reason. Never changed.

Taking it is in `claims`, asking in `messages`, the queue in `review_queries`.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.order_states import Validation
from app.domain.reasons import REASONS, check_reason
from app.errors import Unprocessable
from app.models.transactional import Order
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import require
from app.services import acceptance, claims, lifecycle, messages, notifications
from app.services.customers import CustomerFacts
from app.services.ordering.understanding import UnderstoodLine
from app.services.second_look import Difference, compare, looks
from app.services.validation.judge import judge
from app.words import t


def approve(
    actor: Actor,
    order: Order,
    customer: CustomerFacts,
    lines: Sequence[UnderstoodLine],
    note: str = "",
    *,
    seen: int | None = None,
) -> Difference:
    """Let the order pass, judged again with the facts of this moment.

    :param note: for inside only
    :param seen: the judgement that was on the screen; None when nobody looked at one
    :returns: what differs from it; with something worse in it nothing was approved, and the new judgement is to be shown
    :raises Unprocessable: a finding blocks it now
    """
    _may_decide(actor, order)
    verdict = judge(order, customer, lines)
    if verdict.blocks:
        raise Unprocessable(
            t(
                "{number} cannot be accepted: since it was sent, something came up that nobody here can decide.",
                number=order.number,
            ),
            t("Look at its findings and reject it with the reason, so that the buyer can change it."),
        )
    found = Difference()
    if seen is not None:
        found = compare(looks(order.id, seen), looks(order.id, verdict.judgement_id))
    if not found.worse:
        _let_pass(actor, order, customer, lines, note)
    return found


def reject(actor: Actor, order: Order, reason_code: str, note: str = "") -> None:
    """Do not accept the order: the ball goes to the buyer, who can change it and send it again.

    :param note: words to the buyer beside those of the reason
    :raises BadRequest: the reason code is not one for rejecting, or `other` comes without words
    """
    _may_decide(actor, order)
    check_reason(reason_code, "R", note)
    order.reviewed_by = actor.person_id
    claims.release(order)
    lifecycle.move(
        order,
        validation=Validation.REJECTED,
        because=REASONS[reason_code].text if reason_code != "other" else note,
        review_reason=reason_code,
        review_note=note,
    )
    notifications.not_accepted(order, reason_code, note)


def _may_decide(actor: Actor, order: Order) -> None:
    require(actor, Permission.REVIEW_DECIDE, order)
    claims.still_waiting(order)
    claims.free_for(actor, order)


def _let_pass(actor: Actor, order: Order, customer: CustomerFacts, lines: Sequence[UnderstoodLine], note: str) -> None:
    if note:
        messages.note(actor, order, note)
    order.reviewed_by = actor.person_id
    order.review_reason = order.review_note = ""
    claims.release(order)
    acceptance.accept(order, customer, lines)
