"""Approving inside the company: what waits, why it is here, the largest lines, and a decision with one thumb."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import Row
from werkzeug.wrappers import Response

from app.errors import Conflict
from app.extensions import transaction
from app.models.transactional import Order
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import may, require
from app.services import approvals
from app.services.catalogue.usual import Range, usual_quantities
from app.services.colleagues import approvers_of
from app.services.customers import facts_of
from app.services.ordering.frozen import frozen_lines
from app.services.ordering.reading import OrderSheet, sheet_of
from app.views.door import current_actor, door
from app.views.formats import count
from app.views.portal import blueprint, fields
from app.views.portal.fields import Unread
from app.views.portal.order_page import LineView, OrderPage, largest_lines, order_page
from app.words import t

LARGEST = 5
UNUSUAL = 5  # so many lines are named; more of them says less
SEEN_OFTEN = 2  # orders before it can be said what is usual


@dataclass(frozen=True, slots=True)
class ApprovalPage:
    """The order under decision. `own` is set where the reader placed it; `deciders` are those who decide then.

    `unusual` says in words which quantities are far from what this company orders.
    """

    id: int
    why: str
    order: OrderPage
    largest: Sequence[LineView]
    rest: Decimal
    unusual: Sequence[str]
    may_decide: bool
    own: bool
    deciders: Sequence[str] = ()
    problem: str = ""
    reason: str = ""


@blueprint.get("/approvals")
@door(Permission.APPROVAL_READ)
def list_approvals() -> str:
    with transaction():
        waiting = approvals.waiting_list()
    return render_template("portal/approvals.html", approvals=waiting)


@blueprint.get("/approvals/<approval_id>")
@door(Permission.APPROVAL_READ)
def show_approval(approval_id: str) -> str:
    actor = current_actor()
    with transaction():
        page = _page(actor, approval_id)
    if page.own:
        page = replace(page, deciders=approvers_of(actor.customer_id or 0, without_person=actor.person_id))
    return render_template("portal/approval.html", page=page)


def _page(actor: Actor, approval_id: str, problem: str = "", reason: str = "") -> ApprovalPage:
    approval, order = approvals.waiting(fields.checked_id(approval_id))
    found = sheet_of(order)
    largest = largest_lines(actor, found, LARGEST)
    return ApprovalPage(
        id=approval.id,
        why=approval.why,
        order=order_page(actor, found),
        largest=largest,
        rest=order.net - sum((line.net or Decimal(0) for line in largest), Decimal(0)),
        unusual=_unusual(found),
        may_decide=may(actor, Permission.APPROVAL_DECIDE, order),
        own=order.placed_by == actor.person_id,
        problem=problem,
        reason=reason,
    )


def _unusual(found: OrderSheet) -> list[str]:
    """Quantities beyond those of the last orders, the farthest first."""
    order = found.order
    items = [line.item_number for line in found.lines if line.item_number]
    usual = usual_quantities(order.customer_id, items, source=order.source, without_order=order.id)
    far = [(_times(line.base_quantity, known), line, known) for line in found.lines
           if (known := usual.get(line.item_number)) and known.orders >= SEEN_OFTEN]  # fmt: skip
    worst = sorted((each for each in far if each[0] > 1), key=lambda each: each[0], reverse=True)
    return [_in_words(line, known) for _, line, known in worst[:UNUSUAL]]


def _times(quantity: Decimal, known: Range) -> Decimal:
    """How far outside of the usual range; 1 or less inside."""
    if quantity <= 0:
        return Decimal(0)
    return max(quantity / known.most, known.least / quantity)


def _in_words(line: Row[Any], known: Range) -> str:
    return t(
        "{quantity} × {item}: usually {least} to {most}",
        quantity=count(line.base_quantity),
        item=line.item_number,
        least=count(known.least),
        most=count(known.most),
    )


@blueprint.post("/approvals/<approval_id>/approve")
@door(Permission.APPROVAL_DECIDE)
def approve_order(approval_id: str) -> Response:
    actor = current_actor()
    with transaction():
        _, order = approvals.waiting(fields.checked_id(approval_id))
        require(actor, Permission.APPROVAL_DECIDE, order)
        _as_seen(order)
        customer = facts_of(order.customer_id)
        number = approvals.approve(
            actor, fields.checked_id(approval_id), customer, frozen_lines(order, customer)
        ).number
    flash(t("{number} is approved and sent; nothing more to do.", number=number), "good")
    return redirect(url_for("portal.list_approvals"), 303)


@blueprint.post("/approvals/<approval_id>/reject")
@door(Permission.APPROVAL_DECIDE)
def reject_order(approval_id: str) -> Response | tuple[str, int]:
    actor = current_actor()
    typed = fields.clean(request.form.get("reason", ""))
    try:
        reason = fields.short(typed, longest=fields.LONGEST_REASON, name=t("The reason"))
        if not reason:
            raise Unread(t("A no needs a reason that the buyer can read. Say in a few words what should change."))
    except Unread as problem:
        with transaction():
            page = _page(actor, approval_id, str(problem), typed)
        return render_template("portal/approval.html", page=page), 422
    with transaction():
        _, order = approvals.waiting(fields.checked_id(approval_id))
        require(actor, Permission.APPROVAL_DECIDE, order)
        _as_seen(order)
        number = approvals.reject(actor, fields.checked_id(approval_id), reason).number
    flash(t("{number} goes back to its buyer with your reason.", number=number), "good")
    return redirect(url_for("portal.list_approvals"), 303)


def _as_seen(order: Order) -> None:
    """:raises Conflict: the order is another one than the approver looked at"""
    if fields.version(request.form.get("version", "")) != order.version:
        raise Conflict(
            t("{number} changed since you opened it, so nothing was decided.", number=order.number),
            t("Open it again and look once more."),
        )
