"""My orders, one order, and cancelling it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.errors import BadRequest
from app.extensions import transaction
from app.security.permissions import Permission
from app.security.policy import may_at_all, require
from app.services.lifecycle import locked
from app.services.ordering import cancel as cancelling
from app.services.ordering.reading import from_other_channels, recent, sheet
from app.views.door import current_actor, door
from app.views.portal import blueprint, fields, rows
from app.views.portal.fields import Unread, checked_number
from app.views.portal.in_hand import put_down
from app.views.portal.order_page import order_page

PAGE = 50
OTHERS = 20


@blueprint.get("/orders")
@door(Permission.ORDER_READ)
def list_orders() -> str:
    actor = current_actor()
    before = fields.version(request.args.get("before", "")) or None
    with transaction():
        found = recent(before_id=before, limit=PAGE + 1)
        others = [] if before else rows.foreign(from_other_channels(limit=OTHERS))
    page = found[:PAGE]
    return render_template(
        "portal/orders.html",
        orders=rows.views(page, actor),
        more=page[-1].id if len(found) > PAGE else None,
        first=before is None,
        others=others,
        can_order=may_at_all(actor, Permission.ORDER_CREATE),
    )


@blueprint.get("/orders/<number>")
@door(Permission.ORDER_READ)
def show_order(number: str) -> Response | str:
    actor = current_actor()
    with transaction():
        found = sheet(checked_number(number))
        require(actor, Permission.ORDER_READ, found.order)
        page = order_page(actor, found, page=request.args.get("page", 1, type=int))
    return render_template("portal/order.html", page=page)


@blueprint.post("/orders/<number>/cancel")
@door(Permission.ORDER_CANCEL)
def cancel_order(number: str) -> Response:
    actor = current_actor()
    try:
        reason = fields.short(request.form.get("reason", ""), longest=fields.LONGEST_REASON, name="The reason")
    except Unread as problem:
        raise BadRequest(str(problem), "Go back and shorten it.") from None
    with transaction():
        order = locked(checked_number(number))
        cancelling.cancel(actor, order, reason or "no longer needed")
        asked = order.cancel_requested_at is not None
    put_down(number)
    done = f"{number} is cancelled."
    flash(
        "Our order system is asked whether it can still be stopped." if asked else done, "notice" if asked else "good"
    )
    return redirect(url_for("portal.show_order", number=number), 303)
