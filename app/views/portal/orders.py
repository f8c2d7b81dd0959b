"""My orders of every channel in one list, one order of ours or of another channel, and cancelling."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.errors import BadRequest, NotFound
from app.extensions import transaction
from app.security.permissions import Permission
from app.security.policy import may_at_all, require
from app.services.lifecycle import locked
from app.services.ordering import cancel as cancelling
from app.services.ordering.every_channel import Stage, foreign_order, listed
from app.services.ordering.reading import sheet
from app.views.door import current_actor, door
from app.views.portal import blueprint, fields, rows
from app.views.portal.fields import ERP_NUMBER, Unread, checked_number
from app.views.portal.in_hand import put_down
from app.views.portal.order_page import order_page, other_order_page
from app.words import t

PAGE = 50
LARGEST_OFFSET = 10_000
LONGEST_SEARCH = 100


@blueprint.get("/orders")
@door(Permission.ORDER_READ)
def list_orders() -> str:
    actor = current_actor()
    args = request.args
    q = fields.clean(args.get("q", ""))[:LONGEST_SEARCH]
    stage = next((each for each in Stage if each.value == args.get("stage")), None)
    offset = min(max(args.get("from", 0, type=int), 0), LARGEST_OFFSET)
    with transaction():
        found = listed(stage=stage, q=q, limit=PAGE + 1, offset=offset)
    return render_template(
        "portal/orders.html",
        orders=rows.views(found[:PAGE], actor),
        more=offset + PAGE if len(found) > PAGE else None,
        offset=offset,
        q=q,
        stage=stage.value if stage else "",
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


@blueprint.get("/orders/other/<number>")
@door(Permission.ORDER_READ)
def show_other_order(number: str) -> str:
    if not ERP_NUMBER.fullmatch(number):
        raise NotFound()
    actor = current_actor()
    with transaction():
        page = other_order_page(actor, foreign_order(number))
    return render_template("portal/other_order.html", page=page)


@blueprint.post("/orders/<number>/cancel")
@door(Permission.ORDER_CANCEL)
def cancel_order(number: str) -> Response:
    actor = current_actor()
    try:
        reason = fields.short(request.form.get("reason", ""), longest=fields.LONGEST_REASON, name=t("The reason"))
    except Unread as problem:
        raise BadRequest(str(problem), t("Go back and shorten it.")) from None
    with transaction():
        order = locked(checked_number(number))
        cancelling.cancel(actor, order, reason or t("no longer needed"))
        asked = order.cancel_requested_at is not None
    put_down(number)
    done = t("{number} is cancelled.", number=number)
    asking = t("Our order system is asked whether it can still be stopped.")
    flash(asking if asked else done, "notice" if asked else "good")
    return redirect(url_for("portal.show_order", number=number), 303)
