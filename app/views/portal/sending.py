"""Sending a draft. Pressing twice sends once: the second answer leads to the order that was sent."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from app.security.permissions import Permission
from app.views.door import current_actor, door, keeps_typed
from app.views.portal import blueprint
from app.views.portal.draft_form import form_of
from app.views.portal.drafts import shown_back
from app.views.portal.fields import checked_number
from app.views.portal.in_hand import put_down
from app.views.portal.saving import Result, keep
from app.words import n_, t

_SAID = {
    Result.SENT: (n_("{number} is sent. We have your order; this is not yet our acceptance."), "good"),
    Result.WAITING: (
        n_("{number} waits for approval in your company. Approval sends it; you need not come back."),
        "notice",
    ),
}


@blueprint.post("/drafts/<number>/send")
@keeps_typed
@door(Permission.ORDER_SUBMIT)
def send_draft(number: str) -> Response | tuple[str, int]:
    kept = keep(current_actor(), checked_number(number), form_of(request.form), send=True)
    if kept.result is Result.BLOCKED:
        return redirect(url_for("portal.show_draft", number=number), 303)
    if kept.result not in _SAID:
        return shown_back(number, kept)
    words, kind = _SAID[kept.result]
    flash(t(words, number=number), kind)
    put_down(number)
    return redirect(url_for("portal.show_order", number=number), 303)
