"""The way of an order into the ERP on its page: in full for whoever settles it, one plain sentence for everybody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.domain.order_states import Process, Validation
from app.models.transactional import Order
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import may
from app.services import dead_letters
from app.words import t


@dataclass(frozen=True, slots=True)
class PlainSentence:
    """`kind` is a class of base.css."""

    words: str
    kind: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What holds the order up, and what to do about it; `free` unless a colleague has it."""

    id: int
    what: str
    todo: str
    free: bool


def erp_lane(actor: Actor, order: Order) -> dict[str, Any]:
    """What the page of an order says of its way into the ERP, for this reader."""
    if not may(actor, Permission.DEAD_LETTER_READ):
        return {"key": "", "lane": None, "dead_letter": None, "relink": None, "erp_words": _plain(order)}
    found = dead_letters.letter_of_order(order.number)
    dead = None
    if found is not None and found.state == "dead":
        said = dead_letters.why(found)
        dead = DeadLetter(found.id, said.what, said.todo, found.owner_id in (None, actor.person_id))
    return {
        "key": order.key,
        "lane": dead_letters.lane(order.id) if order.submitted_at else None,
        "dead_letter": dead,
        "relink": next(iter(dead_letters.relinks(number=order.number)), None),
        "erp_words": None,
    }


def _plain(order: Order) -> PlainSentence | None:
    """Only while the order is to get there and has not; a hold says so itself, and the ball what comes next."""
    if order.validation != Validation.APPROVED or order.process not in (Process.RECEIVED, Process.IN_VALIDATION):
        return None
    if order.hold_reason is not None or dead_letters.standing(order.id) != "tried":
        return None
    words = t("Our order system does not answer. Your order is safe and keeps its place; nothing for you to do.")
    return PlainSentence(words, "notice")
