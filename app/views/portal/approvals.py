"""Approving inside the company: what waits, why it is here, the largest lines, and a decision with one thumb."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.errors import Conflict
from app.extensions import transaction
from app.models.transactional import Order
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import may, require
from app.services import approvals
from app.services.customers import facts_of
from app.services.ordering.frozen import frozen_lines
from app.services.ordering.reading import sheet_of
from app.views.door import current_actor, door
from app.views.portal import blueprint, fields
from app.views.portal.fields import Unread
from app.views.portal.order_page import LineView, OrderPage, largest_lines, order_page

LARGEST = 5


@dataclass(frozen=True, slots=True)
class ApprovalPage:
    """The order under decision. `own` is set where the reader placed it, so somebody else decides."""

    id: int
    why: str
    order: OrderPage
    largest: Sequence[LineView]
    may_decide: bool
    own: bool
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
    with transaction():
        page = _page(current_actor(), approval_id)
    return render_template("portal/approval.html", page=page)


def _page(actor: Actor, approval_id: str, problem: str = "", reason: str = "") -> ApprovalPage:
    approval, order = approvals.waiting(fields.checked_id(approval_id))
    found = sheet_of(order)
    return ApprovalPage(
        id=approval.id,
        why=approval.why,
        order=order_page(actor, found),
        largest=largest_lines(actor, found, LARGEST),
        may_decide=may(actor, Permission.APPROVAL_DECIDE, order),
        own=order.placed_by == actor.person_id,
        problem=problem,
        reason=reason,
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
    flash(f"{number} is approved and sent; nothing more to do.", "good")
    return redirect(url_for("portal.list_approvals"), 303)


@blueprint.post("/approvals/<approval_id>/reject")
@door(Permission.APPROVAL_DECIDE)
def reject_order(approval_id: str) -> Response | tuple[str, int]:
    actor = current_actor()
    typed = fields.clean(request.form.get("reason", ""))
    try:
        reason = fields.short(typed, longest=fields.LONGEST_REASON, name="The reason")
        if not reason:
            raise Unread("A no needs a reason that the buyer can read. Say in a few words what should change.")
    except Unread as problem:
        with transaction():
            page = _page(actor, approval_id, str(problem), typed)
        return render_template("portal/approval.html", page=page), 422
    with transaction():
        _, order = approvals.waiting(fields.checked_id(approval_id))
        require(actor, Permission.APPROVAL_DECIDE, order)
        _as_seen(order)
        number = approvals.reject(actor, fields.checked_id(approval_id), reason).number
    flash(f"{number} goes back to its buyer with your reason.", "good")
    return redirect(url_for("portal.list_approvals"), 303)


def _as_seen(order: Order) -> None:
    """:raises Conflict: the order is another one than the approver looked at"""
    if fields.version(request.form.get("version", "")) != order.version:
        raise Conflict(
            f"{order.number} changed since you opened it, so nothing was decided.", "Open it again and look once more."
        )
