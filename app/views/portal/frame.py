"""What stands around every page of a customer: the company, the draft in hand, what waits, and whether the ERP is silent.

Read once a request, in a short transaction of its own after the page's; templates call `frame()`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import g, session

from app.domain.readable import percent
from app.extensions import transaction
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import may_at_all
from app.services import approvals
from app.services.agreeing.tolerance import tolerance
from app.services.customers import facts_of
from app.services.maintenance import Window, announced
from app.services.ordering.open_drafts import OpenDraft, open_drafts
from app.services.silence import DeskNews, News, desk_news, news
from app.views.portal.in_hand import KEY

SOURCE = "main"  # the one connection


@dataclass(frozen=True, slots=True)
class Frame:
    """`draft` is the one things are added to; `news` is how the ERP is, `closing` when Portico is for reading only.

    `desk_news` is for people who work for us.
    """

    company: str = ""
    currency: str = ""
    draft: OpenDraft | None = None
    drafts: Sequence[OpenDraft] = ()
    approvals: int = 0
    news: News | None = None
    closing: Window | None = None
    desk_news: DeskNews | None = None

    @property
    def tolerance(self) -> str:
        """How much dearer something may become before the buyer is asked: 2 %."""
        return percent(tolerance().percent)


def frame() -> Frame:
    """For the reader of this page; empty for people who work for us, and for strangers."""
    if "portal_frame" not in g:
        actor: Actor | None = g.get("actor")
        g.portal_frame = _frame_of(actor)
    found: Frame = g.portal_frame
    return found


def _frame_of(actor: Actor | None) -> Frame:
    if actor is None:
        return Frame(closing=announced())
    return _of_staff(actor) if actor.customer_id is None else _of(actor, actor.customer_id)


def _of_staff(actor: Actor) -> Frame:
    """Whoever sees all orders is told of those that wait."""
    told = may_at_all(actor, Permission.REVIEW_READ) or may_at_all(actor, Permission.OUTBOX_READ)
    with transaction():
        return Frame(closing=announced(), desk_news=desk_news(SOURCE) if told else None)


def _of(actor: Actor, customer_id: int) -> Frame:
    with transaction():
        customer = facts_of(customer_id)
        mine = open_drafts(actor.person_id or 0) if may_at_all(actor, Permission.ORDER_CREATE) else []
        waiting = len(approvals.waiting_list()) if may_at_all(actor, Permission.APPROVAL_DECIDE) else 0
        heard = news(customer.source, customer_id)
    return Frame(customer.name, customer.currency, _in_hand(mine), mine, waiting, heard, announced())


def _in_hand(drafts: Sequence[OpenDraft]) -> OpenDraft | None:
    """The one opened last in this browser, else the newest."""
    chosen = session.get(KEY, "")
    return next((draft for draft in drafts if draft.number == chosen), next(iter(drafts), None))
