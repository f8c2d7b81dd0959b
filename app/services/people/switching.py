"""One person in several memberships: which one a browser works in is kept with its session, never in the browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.errors import Unprocessable
from app.extensions import session
from app.security.actor import Actor, Role
from app.security.crossing import as_login, as_staff
from app.security.permissions import Permission
from app.security.policy import require
from app.security.queries import MEMBERSHIPS, SWITCH_SESSION
from app.services.lifecycle import author
from app.services.people.members import KNOWN_ROLES
from app.words import t


@dataclass(frozen=True, slots=True)
class Choice:
    """A membership somebody can work in; `company` is empty for the seller."""

    membership_id: int
    company: str
    number: str
    roles: frozenset[Role]
    is_active: bool


def choices(actor: Actor) -> list[Choice]:
    """Every open membership of this person. The names of their other companies are out of the actor's scope."""
    with as_staff():
        rows: Sequence[Row[Any]] = session.execute(MEMBERSHIPS, {"person_id": actor.person_id}).all()
    return [
        Choice(
            row.id,
            row.name or "",
            row.number or "",
            frozenset(Role(role) for role in row.roles if role in KNOWN_ROLES),
            row.id == actor.membership_id,
        )
        for row in rows
    ]


def switch(actor: Actor, membership_id: int, *, key_hash: str) -> None:
    """From the next request on this browser works in another membership of the same person.

    :param key_hash: of the session of this browser
    :raises Unprocessable: the membership is not theirs, or has ended
    """
    require(actor, Permission.ME_CHANGE)
    wanted = {"hash": key_hash, "membership_id": membership_id, "person_id": actor.person_id}
    with as_login():
        row = session.execute(SWITCH_SESSION, wanted).one_or_none()
    if row is None:
        raise Unprocessable(t("You cannot work there, or not any more."), t("Choose one of the places in the list."))
    with as_staff():
        change = Change(
            Tag.PERSON_SWITCHED,
            "person",
            str(actor.person_id),
            before={"membership": actor.membership_id},
            after={"membership": row.id},
        )
        record([change], customer_id=row.customer_id, author=author())
