"""Settling an order the ERP holds otherwise than its buyer agreed to: cancelled there, or agreed with the buyer."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from app.extensions import transaction
from app.security.permissions import Permission
from app.services.agreeing import at_the_desk
from app.services.lifecycle import locked
from app.views.desk import blueprint
from app.views.desk.deciding import as_seen
from app.views.door import current_actor, door
from app.views.portal import fields
from app.views.portal.fields import checked_number
from app.words import t


@blueprint.post("/desk/<number>/differences/agreed")
@door(Permission.REVIEW_DECIDE)
def difference_agreed(number: str) -> Response:
    with transaction():
        order = locked(checked_number(number))
        as_seen(order)
        at_the_desk.settle(current_actor(), order, _note())
    flash(t("{number} goes on as our order system holds it.", number=number), "good")
    return redirect(url_for("desk.show_queue"), 303)


@blueprint.post("/desk/<number>/differences/cancel")
@door(Permission.REVIEW_DECIDE)
def difference_cancel(number: str) -> Response:
    with transaction():
        order = locked(checked_number(number))
        as_seen(order)
        at_the_desk.cancel(current_actor(), order, _note())
    flash(t("Our order system is asked to cancel {number}.", number=number), "good")
    return redirect(url_for("desk.show_queue"), 303)


def _note() -> str:
    return fields.clean(request.form.get("note", ""))[: fields.LONGEST_REASON]
