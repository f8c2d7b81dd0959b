"""What the desk decides about an order: take it, give it back, approve it, reject it with a reason. Then the next one."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.errors import BadRequest, Conflict, Unprocessable
from app.extensions import transaction
from app.models.transactional import Order
from app.security.permissions import Permission
from app.services import claims, review, review_queries
from app.services.customers import facts_of
from app.services.lifecycle import locked
from app.services.ordering.frozen import frozen_lines
from app.services.ordering.reading import sheet
from app.services.second_look import Difference
from app.views.desk import blueprint
from app.views.desk.points import words_of, worsened
from app.views.desk.queue import showing
from app.views.desk.showing import Typed, desk_page
from app.views.door import current_actor, door
from app.views.portal import fields
from app.views.portal.fields import Unread, checked_number
from app.words import t

Refusal = BadRequest | Unprocessable


@blueprint.post("/desk/<number>/claim")
@door(Permission.REVIEW_DECIDE)
def claim_order(number: str) -> Response:
    with transaction():
        claims.claim(current_actor(), locked(checked_number(number)))
    return redirect(url_for("desk.show_at_desk", number=number, **showing(request.form).args), 303)


@blueprint.post("/desk/<number>/unclaim")
@door(Permission.REVIEW_DECIDE)
def give_back_order(number: str) -> Response:
    with transaction():
        claims.unclaim(current_actor(), locked(checked_number(number)))
    flash(t("{number} is back in the queue.", number=number), "good")
    return redirect(url_for("desk.show_queue", **showing(request.form).args), 303)


@blueprint.post("/desk/<number>/approve")
@door(Permission.REVIEW_DECIDE)
def approve_at_desk(number: str) -> Response | str | tuple[str, int]:
    try:
        with transaction():
            order = locked(checked_number(number))
            as_seen(order)
            customer = facts_of(order.customer_id)
            found = review.approve(
                current_actor(),
                order,
                customer,
                frozen_lines(order, customer),
                _typed("inside"),
                seen=fields.version(request.form.get("judgement", "")),
            )
            following = next_path(order)
    except (BadRequest, Unprocessable) as refusal:
        return shown_back(number, refusal)
    if found.worse:
        return _asked_again(number, found)
    flash(_approved(number, found), "good")
    return redirect(following, 303)


@blueprint.post("/desk/<number>/reject")
@door(Permission.REVIEW_DECIDE)
def reject_at_desk(number: str) -> Response | tuple[str, int]:
    try:
        with transaction():
            order = locked(checked_number(number))
            as_seen(order)
            review.reject(current_actor(), order, _reason_code(), _note())
            following = next_path(order)
    except (BadRequest, Unprocessable) as refusal:
        return shown_back(number, refusal)
    flash(t("{number} goes back to its buyer, who can change it and send it again.", number=number), "good")
    return redirect(following, 303)


def _reason_code() -> str:
    code = fields.clean(request.form.get("reason_code", ""))
    if not code:
        raise BadRequest(t("A rejection needs a reason that the buyer reads."), t("Choose one from the list."))
    return code


def _approved(number: str, found: Difference) -> str:
    """With the points that have settled themselves meanwhile."""
    done = t("{number} is approved and goes to the ERP.", number=number)
    if not found.closed:
        return done
    points = " ".join(words_of(look, current_actor()) for look in found.closed)
    return t(
        "{number} is approved and goes to the ERP. Settled by itself meanwhile: {points}", number=number, points=points
    )


def _asked_again(number: str, found: Difference) -> str:
    """The page as it is now, with what became worse before the buttons."""
    actor = current_actor()
    with transaction():
        current = sheet(number)
        worse = worsened(found.worse, actor, current.order.currency)
        page = desk_page(actor, current, showing(request.form), typed=Typed(inside=_typed("inside"), worse=worse))
    return render_template("desk/order.html", page=page)


def _note() -> str:
    try:
        return fields.short(request.form.get("note", ""), longest=fields.LONGEST_REASON, name=t("The note"))
    except Unread as problem:
        raise BadRequest(str(problem)) from None


def as_seen(order: Order) -> None:
    """:raises Conflict: the order is another one than was on the screen"""
    if fields.version(request.form.get("version", "")) != order.version:
        raise Conflict(
            t("{number} changed since you opened it, so nothing was decided.", number=order.number),
            t("Open it again and look once more."),
        )


def next_path(order: Order) -> str:
    """To the next order of the part of the queue on the screen, else to the queue."""
    actor, shown = current_actor(), showing(request.form)
    number = review_queries.next_number(shown.asked(actor), after_id=order.id, person_id=actor.person_id)
    if not number:
        return url_for("desk.show_queue", **shown.args)
    return url_for("desk.show_at_desk", number=number, **shown.args)


def _typed(name: str) -> str:
    return fields.clean(request.form.get(name, ""))


def shown_back(number: str, refusal: Refusal) -> tuple[str, int]:
    """The same page with what is missing; what was typed is still there."""
    typed = Typed(
        problem=refusal.message,
        fix=refusal.fix,
        reason_code=_typed("reason_code"),
        note=_typed("note"),
        inside=_typed("inside"),
        question=_typed("question"),
    )
    with transaction():
        page = desk_page(current_actor(), sheet(number), showing(request.form), typed=typed)
    return render_template("desk/order.html", page=page), refusal.status
