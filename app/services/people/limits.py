"""A limit that nobody can approve is refused when it is saved: the buyer would find out when it is too late.

Plain arithmetic over the people of one company, before and after a change.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from app.errors import Unprocessable
from app.security.actor import Role
from app.services.people.members import Member
from app.words import t


def stranded(members: Collection[Member]) -> set[int]:
    """Memberships of buyers with a limit whose orders over it nobody else could approve."""
    approvers = {each.person_id for each in members if each.active and Role.APPROVER in each.roles}
    return {
        each.membership_id
        for each in members
        if Role.BUYER in each.roles and each.order_limit is not None and not approvers - {each.person_id}
    }


def refuse_stranded(before: Sequence[Member], after: Sequence[Member], changed: int) -> None:
    """Refuse a change that leaves a limit without an approver; what was so before and is not touched stays.

    :param changed: the membership that is saved
    :raises Unprocessable: names whose orders nobody could approve
    """
    left = stranded(after) - (stranded(before) - {changed})
    if left:
        names = ", ".join(each.name for each in after if each.membership_id in left)
        raise Unprocessable(
            t("Nobody else could approve an order of {names} that goes over the order limit.", names=names),
            t("Make somebody else an approver first, or leave the order limit empty."),
        )
