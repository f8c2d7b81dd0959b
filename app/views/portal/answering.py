"""What a buyer writes to our desk about an order that is there: an answer to its question, or a word of their own."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from app.extensions import transaction
from app.security.permissions import Permission
from app.services import messages
from app.services.lifecycle import locked
from app.views.door import current_actor, door
from app.views.portal import blueprint, fields
from app.views.portal.fields import checked_number
from app.words import t


@blueprint.post("/orders/<number>/answer")
@door(Permission.ORDER_WRITE)
def answer_desk(number: str) -> Response:
    with transaction():
        messages.answer(current_actor(), locked(checked_number(number)), fields.clean(request.form.get("answer", "")))
    flash(t("Your message is with our desk, which goes on with {number}.", number=number), "good")
    return redirect(url_for("portal.show_order", number=number), 303)
