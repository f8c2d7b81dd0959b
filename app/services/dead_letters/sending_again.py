"""Sending a dead letter again: it is looked up in the ERP first, so that this cannot double it."""

from __future__ import annotations

from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import require
from app.services import delivery
from app.services.dead_letters.letters import as_seen, held
from app.services.dead_letters.owning import free_for


def retry(actor: Actor, message_id: int, *, seen: int | None = None) -> None:
    """Let it wait again and go out with the next round.

    :param seen: the version of the order on the screen
    :raises NotFound: no such message
    :raises Conflict: it is not dead, a colleague has it, or the order changed meanwhile
    """
    require(actor, Permission.DEAD_LETTER_ACT)
    found = held(message_id)
    free_for(actor, found)
    as_seen(found, seen)
    delivery.retry(message_id)
