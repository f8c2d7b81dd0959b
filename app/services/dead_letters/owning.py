"""Whose a dead letter is: taken up by one person, so that two do not work on it, and given back when they cannot."""

from __future__ import annotations

from sqlalchemy import text

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.errors import Conflict
from app.extensions import session
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import require
from app.services.dead_letters.letters import Letter, held
from app.services.lifecycle import author
from app.words import t

_OWN = text("""
    update outbox_message
       set owner_id = :person, owned_at = case when cast(:person as bigint) is null then null else now() end
     where id = :id""")


def take_up(actor: Actor, message_id: int) -> None:
    """Make it one's own; taking up again what one has changes nothing.

    :raises Conflict: a colleague has it, or it needs nobody any more
    """
    require(actor, Permission.DEAD_LETTER_ACT)
    found = held(message_id)
    needs_a_person(found)
    free_for(actor, found)
    if found.owner_id != actor.person_id:
        own(found, actor)


def put_down(actor: Actor, message_id: int) -> None:
    """Nobody has it any more. Also for a colleague who is away; the record says who did it."""
    require(actor, Permission.DEAD_LETTER_ACT)
    found = held(message_id)
    if found.owner_id is not None:
        own(found, None)


def own(found: Letter, actor: Actor | None) -> None:
    """Write down whose it is, with its record."""
    session.execute(_OWN, {"id": found.id, "person": None if actor is None else actor.person_id})
    before, after = {"owner": found.owner}, {"owner": "" if actor is None else actor.name}
    change = Change(Tag.OUTBOX_OWNER, "order", found.number, before, after, found.version)
    record([change], customer_id=found.customer_id, author=author())


def free_for(actor: Actor, found: Letter) -> None:
    """:raises Conflict: a colleague has it; machines and the command line are nobody's colleague"""
    if actor.person_id is None or found.owner_id in (None, actor.person_id):
        return
    raise Conflict(
        t("{name} has taken up {number}.", name=found.owner, number=found.number),
        t("Ask {name}, or give it back to the list first.", name=found.owner),
    )


def needs_a_person(found: Letter) -> None:
    """:raises Conflict: it is not a dead letter"""
    if found.state == "handed_over":
        raise Conflict(
            t(
                "{number} was handed over as {erp_number}; it is never sent again.",
                number=found.number,
                erp_number=found.erp_number,
            )
        )
    if found.state != "dead":
        raise Conflict(
            t("The message of {number} needs nobody any more.", number=found.number),
            t("Open the order to see where it stands."),
        )


def still_to_be_entered(found: Letter) -> None:
    """:raises Conflict: its order is not to get into the ERP any more: a cancellation, or one that is over or being so"""
    if not found.creates or not found.wanted or found.cancelling:
        raise Conflict(
            t("{number} is not to be entered in the ERP any more.", number=found.number),
            t("Open the order to see where it stands."),
        )
