"""Adding what was found to a draft; without one, a new draft begins. The same item twice adds up."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from app.errors import BadRequest, PreconditionNotMet
from app.extensions import transaction
from app.security.actor import Actor
from app.security.permissions import Permission
from app.services.lifecycle import locked
from app.services.ordering import drafts
from app.services.ordering.preparing import MOST_LINES, prepare
from app.services.ordering.typed import TypedLine, TypedOrder
from app.views.door import current_actor, door
from app.views.portal import blueprint, fields
from app.views.portal.draft_page import typed_of
from app.views.portal.fields import Unread
from app.views.portal.in_hand import draft_in_hand, take_in_hand
from app.views.portal.words import count

TRIES = 3  # somebody else may be adding at the same moment


@blueprint.post("/find")
@door(Permission.ORDER_CHANGE)
def add_item() -> Response:
    actor = current_actor()
    q, named = fields.clean(request.form.get("q", "")), fields.clean(request.form.get("draft", ""))
    try:
        line = _asked_for()
    except Unread as problem:
        flash(str(problem), "look")
        return redirect(url_for("portal.find", q=q, draft=named or None), 303)
    number = _add(actor, named, line)
    take_in_hand(number)
    flash(f"{count(line.quantity)} × {line.item} added to draft {number}.", "good")
    return redirect(url_for("portal.find", q=q, draft=number, _anchor=f"item-{line.item}"), 303)


def _asked_for() -> TypedLine:
    item = fields.short(request.form.get("item", ""), longest=fields.LONGEST_ITEM, name="The item number")
    if not item:
        raise Unread("Please say which item.")
    return TypedLine(
        item=item,
        quantity=fields.quantity(request.form.get("quantity", "")),
        unit=fields.unit_code(request.form.get("unit", "")),
    )


def _add(actor: Actor, named: str, line: TypedLine) -> str:
    """Put the line into the draft, or begin one. Somebody else may be adding at the same moment: then once more."""
    for _ in range(TRIES - 1):
        try:
            return _add_once(actor, named, line)
        except PreconditionNotMet:
            continue
    return _add_once(actor, named, line)


def _add_once(actor: Actor, named: str, line: TypedLine) -> str:
    with transaction():
        found = draft_in_hand(actor, named)
        number, seen = (found.order.number, found.order.version) if found else ("", 0)
        before = typed_of(found.order, drafts.stored_lines(found.order)) if found else TypedOrder(())
    typed = _with(before, line)
    prepared = prepare(actor.customer_id or 0, typed.lines, live=False)
    with transaction():
        if number:
            drafts.change(actor, locked(number), typed, prepared, seen_version=seen)
            return number
        return drafts.create(actor, typed, prepared).number


def _with(before: TypedOrder, line: TypedLine) -> TypedOrder:
    """The same item in the same unit adds up; another unit is a line of its own."""
    if len(before.lines) >= MOST_LINES:
        raise BadRequest(f"This draft has {MOST_LINES:,} lines, more cannot go in one order.", "Start another draft.")
    lines = list(before.lines)
    for position, known in enumerate(lines):
        if (known.item, known.unit) == (line.item, line.unit):
            lines[position] = replace(known, quantity=known.quantity + line.quantity)
            return replace(before, lines=tuple(lines))
    return replace(before, lines=(*lines, line))
