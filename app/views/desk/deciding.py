"""What the desk can do with an order: take it, give it back, approve it, reject it with a reason."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.errors import BadRequest, Conflict, Unprocessable
from app.extensions import transaction
from app.models.transactional import Order
from app.security.permissions import Permission
from app.services import review
from app.services.customers import facts_of
from app.services.lifecycle import locked
from app.services.ordering.frozen import frozen_lines
from app.services.ordering.reading import sheet
from app.views.desk import blueprint
from app.views.desk.showing import desk_page
from app.views.door import current_actor, door
from app.views.portal import fields
from app.views.portal.fields import Unread, checked_number

Refusal = BadRequest | Unprocessable


@blueprint.post("/desk/<number>/claim")
@door(Permission.REVIEW_DECIDE)
def claim_order(number: str) -> Response:
    with transaction():
        review.claim(current_actor(), locked(checked_number(number)))
    return redirect(url_for("desk.show_at_desk", number=number), 303)


@blueprint.post("/desk/<number>/unclaim")
@door(Permission.REVIEW_DECIDE)
def give_back_order(number: str) -> Response:
    with transaction():
        review.unclaim(current_actor(), locked(checked_number(number)))
    flash(f"{number} is back in the queue.", "good")
    return redirect(url_for("desk.show_queue"), 303)


@blueprint.post("/desk/<number>/approve")
@door(Permission.REVIEW_DECIDE)
def approve_at_desk(number: str) -> Response | tuple[str, int]:
    try:
        with transaction():
            order = locked(checked_number(number))
            _as_seen(order)
            customer = facts_of(order.customer_id)
            review.approve(current_actor(), order, customer, frozen_lines(order, customer), _text("inside"))
    except (BadRequest, Unprocessable) as refusal:
        return _shown_back(number, refusal)
    flash(f"{number} is approved and goes to the ERP.", "good")
    return redirect(url_for("desk.show_queue"), 303)


@blueprint.post("/desk/<number>/reject")
@door(Permission.REVIEW_DECIDE)
def reject_at_desk(number: str) -> Response | tuple[str, int]:
    try:
        with transaction():
            order = locked(checked_number(number))
            _as_seen(order)
            review.reject(current_actor(), order, _reason_code(), _text("note"))
    except (BadRequest, Unprocessable) as refusal:
        return _shown_back(number, refusal)
    flash(f"{number} goes back to its buyer, who can change it and send it again.", "good")
    return redirect(url_for("desk.show_queue"), 303)


def _reason_code() -> str:
    code = fields.clean(request.form.get("reason_code", ""))
    if not code:
        raise BadRequest("A rejection needs a reason that the buyer reads.", "Choose one from the list.")
    return code


def _text(name: str) -> str:
    try:
        return fields.short(request.form.get(name, ""), longest=fields.LONGEST_REASON, name="The note")
    except Unread as problem:
        raise BadRequest(str(problem)) from None


def _as_seen(order: Order) -> None:
    """:raises Conflict: the order is another one than was on the screen"""
    if fields.version(request.form.get("version", "")) != order.version:
        raise Conflict(
            f"{order.number} changed since you opened it, so nothing was decided.", "Open it again and look once more."
        )


def _shown_back(number: str, refusal: Refusal) -> tuple[str, int]:
    """The same page with what is missing; what was typed is still there."""
    with transaction():
        page = desk_page(
            current_actor(),
            sheet(number),
            problem=refusal.message,
            fix=refusal.fix,
            reason_code=fields.clean(request.form.get("reason_code", "")),
            note=fields.clean(request.form.get("note", "")),
            inside=fields.clean(request.form.get("inside", "")),
        )
    return render_template("desk/order.html", page=page), refusal.status
