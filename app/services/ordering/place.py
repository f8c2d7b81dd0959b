"""Sending an order: prices frozen, all four layers asked, approval where it is needed, then it is ours to act on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.order_states import Process
from app.errors import MoveRefused
from app.models.transactional import Order
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import require
from app.services import acceptance, approvals, seller
from app.services.ordering import checking, drafts, offers
from app.services.ordering.preparing import Prepared
from app.services.validation.judge import Verdict
from app.words import t


class Outcome(StrEnum):
    """How far the order came."""

    BLOCKED = "blocked"
    WAITING = "waiting"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A value, not an exception: the door commits what was kept and answers accordingly."""

    outcome: Outcome
    verdict: Verdict


def place(actor: Actor, order: Order, prepared: Prepared) -> Receipt:
    """Turn a draft into an order we act on; a blocked one stays a draft, with its findings.

    :param prepared: the lines with the prices of this moment; they are frozen into the order
    :raises NotAllowed: this person may not buy for this customer
    :raises MoveRefused: it has been sent already
    """
    require(actor, Permission.ORDER_SUBMIT, order)
    drafts.reopen_if_rejected(order)
    if order.process != Process.DRAFT:
        raise MoveRefused(
            t("{number} has been sent already.", number=order.number), t("Reload the order to see where it stands.")
        )
    drafts.reprice(order, prepared)
    verdict = checking.judge_to_send(order, prepared)
    if verdict.blocks:
        return Receipt(Outcome.BLOCKED, verdict)
    order.terms_version = seller.terms_version()
    lines = offers.apply_defaults(order, prepared.lines, verdict.findings)
    if approvals.ask_if_needed(actor, order, lines):
        return Receipt(Outcome.WAITING, verdict)
    acceptance.receive(order, prepared.customer, lines, verdict)
    return Receipt(Outcome.RECEIVED, verdict)
