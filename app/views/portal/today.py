"""Today: what waits for me, then ordering, then news. People who work for us are sent to where their work is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import redirect, render_template
from sqlalchemy import Row
from werkzeug.wrappers import Response

from app.clock import today as this_day
from app.extensions import transaction
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import may_at_all
from app.services import approvals
from app.services.catalogue.items import by_ids
from app.services.catalogue.usual import usually_bought
from app.services.customers import CustomerFacts, facts_of
from app.services.ordering.every_channel import ListedOrder, Stage, listed
from app.services.ordering.open_drafts import OpenDraft, open_drafts
from app.views.door import current_actor, door
from app.views.portal import blueprint, rows
from app.views.portal.dues import Dues, dues_of
from app.views.portal.find import in_draft
from app.views.portal.in_hand import Added, draft_in_hand, just_added
from app.views.portal.rows import RowView
from app.views.portal.shelf import Asked, Hit, hits
from app.views.sign_in import home_of

UNDER_WAY, LAST, USUAL = 8, 10, 12
SHOWN = 4  # of what is usually bought; the rest is folded


@dataclass(frozen=True, slots=True)
class TodayPage:
    """`again` is the last order that was sent, of any channel, to be ordered once more."""

    approvals: Sequence[Row[Any]]
    drafts: Sequence[OpenDraft]
    waiting: Sequence[RowView]
    usual: Sequence[Hit]
    usual_label: str
    under_way: Sequence[RowView]
    again: RowView | None
    nothing_yet: bool
    dues: Dues | None
    can_order: bool
    added: Added | None


@blueprint.get("/")
@door(Permission.ME_READ)
def today() -> Response | str:
    actor = current_actor()
    home = home_of(actor)
    if home != "/":
        return redirect(home)
    with transaction():
        page = _page(actor) if actor.customer_id is not None else _portfolio_page(actor)
    return render_template("portal/today.html", page=page)


def _page(actor: Actor) -> TodayPage:
    can_order = may_at_all(actor, Permission.ORDER_CREATE)
    customer = facts_of(actor.customer_id or 0)
    under_way = listed(stage=Stage.UNDER_WAY, limit=UNDER_WAY + LAST)
    mine = [row for row in under_way if row.ball_with == "buyer"]
    last = [row for row in listed(limit=LAST) if row.process not in ("draft", "cancelled")]
    usual = _usual(actor, customer) if can_order else []
    return TodayPage(
        approvals=approvals.waiting_list() if may_at_all(actor, Permission.APPROVAL_READ) else (),
        drafts=[each for each in open_drafts(actor.person_id or 0) if not each.back] if can_order else (),
        waiting=rows.views(mine, actor),
        usual=usual,
        usual_label=usual[0].price.label if usual else "",
        under_way=rows.views([row for row in under_way if row not in mine][:UNDER_WAY], actor),
        again=_again(last, actor) if can_order else None,
        nothing_yet=not last and not under_way,
        dues=dues_of(actor),
        can_order=can_order,
        added=just_added(),
    )


def _portfolio_page(actor: Actor) -> TodayPage:
    """For an account manager: the orders of the portfolio, nothing to order from."""
    under_way = rows.views(listed(stage=Stage.UNDER_WAY, limit=UNDER_WAY + LAST), actor)
    return TodayPage(
        approvals=(), drafts=(), waiting=(), usual=(), usual_label="", under_way=under_way, again=None,
        nothing_yet=not under_way, dues=None, can_order=False, added=None,
    )  # fmt: skip


def _usual(actor: Actor, customer: CustomerFacts) -> list[Hit]:
    bought = usually_bought(customer.id, source=customer.source, today=this_day(), limit=USUAL)
    items = by_ids(customer, [each.item_id for each in bought])
    quantities = {item.number: each.quantity for item, each in zip(items, bought, strict=True)}
    asked = {item.number: Asked(_whole(quantities[item.number], item.order_multiple), item.base_unit) for item in items}
    return hits(customer, items, asked=asked, in_draft=in_draft(draft_in_hand(actor, "")))


def _whole(quantity: Decimal, multiple: Decimal | None) -> Decimal:
    """As the item is packed today; what was bought before may have been packed otherwise."""
    if not multiple or multiple <= 0 or quantity % multiple == 0:
        return quantity
    return (quantity // multiple + 1) * multiple


def _again(last: Sequence[ListedOrder], actor: Actor) -> RowView | None:
    sent = [row for row in last if row.process != "awaiting_approval" and row.lines]
    newest: list[RowView] = rows.views(sent[:1], actor)
    return newest[0] if newest else None
