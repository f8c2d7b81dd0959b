"""What the desk writes about an order: a question to the buyer, or a note that never leaves the house."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from app.errors import BadRequest
from app.extensions import transaction
from app.security.permissions import Permission
from app.services import claims, messages
from app.services.lifecycle import locked
from app.views.desk import blueprint
from app.views.desk.deciding import as_seen, next_path, shown_back
from app.views.desk.queue import showing
from app.views.door import current_actor, door
from app.views.portal import fields
from app.views.portal.fields import checked_number
from app.words import t


@blueprint.post("/desk/<number>/ask")
@door(Permission.REVIEW_DECIDE)
def ask_buyer(number: str) -> Response | tuple[str, int]:
    try:
        with transaction():
            order = locked(checked_number(number))
            as_seen(order)
            messages.ask(current_actor(), order, fields.clean(request.form.get("question", "")))
            following, buyer = next_path(order), order.placed_by_name
    except BadRequest as refusal:
        return shown_back(number, refusal)
    flash(t("{number} waits for the answer of {name}.", number=number, name=buyer), "good")
    return redirect(following, 303)


@blueprint.post("/desk/<number>/note")
@door(Permission.REVIEW_DECIDE)
def note_inside(number: str) -> Response | tuple[str, int]:
    actor = current_actor()
    try:
        with transaction():
            order = locked(checked_number(number))
            claims.renew(actor, number)
            messages.note(actor, order, fields.clean(request.form.get("inside", "")))
    except BadRequest as refusal:
        return shown_back(number, refusal)
    flash(t("The note is kept; only we can read it."), "good")
    return redirect(url_for("desk.show_at_desk", number=number, **showing(request.form).args), 303)
