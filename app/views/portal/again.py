"""Order again: an earlier order of any channel becomes a new draft, at today's prices."""

from __future__ import annotations

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from app.errors import NotFound
from app.extensions import transaction
from app.security.permissions import Permission
from app.security.policy import require
from app.services.ordering import checking, drafts
from app.services.ordering.again import typed_from
from app.services.ordering.every_channel import foreign_order
from app.services.ordering.preparing import prepare
from app.services.ordering.reading import sheet
from app.services.ordering.typed import TypedLine, TypedOrder
from app.views.door import current_actor, door
from app.views.portal import blueprint
from app.views.portal.fields import ERP_NUMBER, ORDER_NUMBER
from app.views.portal.in_hand import take_in_hand
from app.words import t, tn


@blueprint.post("/orders/<number>/again")
@door(Permission.ORDER_CREATE)
def order_again(number: str) -> Response:
    actor = current_actor()
    with transaction():
        typed, gone = _typed_again(number)
    prepared = prepare(actor.customer_id or 0, typed.lines, live=False)
    with transaction():
        order = drafts.create(actor, typed, prepared, copied_from=number)
        checking.look(order, prepared)
        made = order.number
    take_in_hand(made)
    flash(t("Draft {number} begins with the lines of {old}, at today's prices.", number=made, old=number), "good")
    if gone:
        flash(_left_out(gone), "look")
    return redirect(url_for("portal.show_draft", number=made), 303)


def _typed_again(number: str) -> tuple[TypedOrder, tuple[str, ...]]:
    """What the earlier order becomes, and the items that cannot be had any more.

    :raises NotFound: nothing under this number within the scope
    """
    if ORDER_NUMBER.fullmatch(number):
        order = sheet(number).order
        require(current_actor(), Permission.ORDER_READ, order)
        again = typed_from(order)
        return again.typed, again.gone
    if not ERP_NUMBER.fullmatch(number):
        raise NotFound()
    bought = [line for line in foreign_order(number).lines if line.item_number and line.quantity > 0]
    return TypedOrder(tuple(TypedLine(line.item_number, line.quantity, line.unit) for line in bought)), ()


def _left_out(gone: tuple[str, ...]) -> str:
    names = ", ".join(gone[:5])
    return tn(
        "{n} item is no longer made and is left out: {names}.",
        "{n} items are no longer made and are left out: {names}.",
        len(gone),
        names=names,
    )
