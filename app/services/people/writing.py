"""Changes of one membership with their audit record: what carol does for her company and ada for everybody.

Asks nobody for permission; see `app.services.people.company` and `app.services.people.staff`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import update

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.clock import now
from app.errors import Conflict
from app.extensions import session
from app.models.configuration import Membership
from app.security.actor import Role
from app.security.crossing import as_login
from app.services.lifecycle import author
from app.services.people import gates
from app.services.people.members import Member
from app.words import t


def still_in(members: Sequence[Member], membership_id: int) -> Member:
    """:raises Conflict: somebody has ended the membership meanwhile"""
    found = next((each for each in members if each.membership_id == membership_id), None)
    if found is None:
        raise Conflict(t("This person is not in the company any more."), t("Look at the list of people."))
    return found


def changed(member: Member, roles: frozenset[Role], limit: Decimal | None, portfolio: tuple[int, ...] = ()) -> Member:
    """The membership as it will be."""
    return replace(member, roles=roles, order_limit=limit, portfolio=portfolio)


def store(before: Member, after: Member) -> None:
    """Write what differs; nothing is written, nor recorded, when nothing does."""
    was, is_now = _facts(before), _facts(after)
    differ = [name for name in is_now if was[name] != is_now[name]]
    if not differ:
        return
    values = {
        "roles": sorted(role.value for role in after.roles),
        "order_limit": after.order_limit,
        "portfolio": list(after.portfolio),
    }
    with as_login():
        session.execute(update(Membership).where(Membership.id == before.membership_id).values(values))
    _note(
        Tag.MEMBERSHIP_CHANGED,
        before,
        before={name: was[name] for name in differ},
        after={name: is_now[name] for name in differ},
    )


def end(member: Member) -> None:
    """From the next request on this person is out of the company, with every browser and machine."""
    moment = now()
    with as_login():
        session.execute(update(Membership).where(Membership.id == member.membership_id).values(ended_at=moment))
        gates.close(member.membership_id)
    _note(Tag.MEMBERSHIP_ENDED, member, before=_facts(member), after={"ended_at": moment.isoformat()})


def _facts(member: Member) -> dict[str, Any]:
    limit = None if member.order_limit is None else f"{member.order_limit.normalize():f}"
    facts: dict[str, Any] = {"roles": sorted(role.value for role in member.roles), "order_limit": limit}
    if member.customer_id is None:
        facts["portfolio"] = sorted(member.portfolio)
    return facts


def _note(tag: Tag, member: Member, *, before: dict[str, Any], after: dict[str, Any]) -> None:
    change = Change(tag, "person", str(member.person_id), before=before, after=after)
    record([change], customer_id=member.customer_id, author=author())
