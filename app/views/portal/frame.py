"""What stands around every page of a customer: the company, the draft in hand, what waits, and whether the ERP is silent.

Read once a request, in a short transaction of its own after the page's; templates call `frame()`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import g, session

from app.extensions import transaction
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import may_at_all
from app.services import approvals
from app.services.customers import facts_of
from app.services.ordering.open_drafts import OpenDraft, open_drafts
from app.services.silence import silent_since
from app.views.portal.in_hand import KEY


@dataclass(frozen=True, slots=True)
class Frame:
    """`draft` is the one things are added to; `silent` since when the ERP has not answered."""

    company: str = ""
    currency: str = ""
    draft: OpenDraft | None = None
    drafts: Sequence[OpenDraft] = ()
    approvals: int = 0
    silent: datetime | None = None


def frame() -> Frame:
    """For the reader of this page; empty for people who work for us, and for strangers."""
    if "portal_frame" not in g:
        actor: Actor | None = g.get("actor")
        g.portal_frame = Frame() if actor is None or actor.customer_id is None else _of(actor, actor.customer_id)
    found: Frame = g.portal_frame
    return found


def _of(actor: Actor, customer_id: int) -> Frame:
    with transaction():
        customer = facts_of(customer_id)
        mine = open_drafts(actor.person_id or 0) if may_at_all(actor, Permission.ORDER_CREATE) else []
        waiting = len(approvals.waiting_list()) if may_at_all(actor, Permission.APPROVAL_DECIDE) else 0
        silent = silent_since(customer.source)
    return Frame(customer.name, customer.currency, _in_hand(mine), mine, waiting, silent)


def _in_hand(drafts: Sequence[OpenDraft]) -> OpenDraft | None:
    """The one opened last in this browser, else the newest."""
    chosen = session.get(KEY, "")
    return next((draft for draft in drafts if draft.number == chosen), next(iter(drafts), None))
