"""Adding what was found to a draft, by hand or with a scanner, and taking it back; without a draft a new one begins.

The same item twice adds up.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from app.errors import BadRequest, PreconditionNotMet
from app.extensions import transaction
from app.security.actor import Actor
from app.security.permissions import Permission
from app.services.catalogue.items import ItemFacts, find_typed
from app.services.customers import facts_of
from app.services.lifecycle import locked
from app.services.ordering import checking, drafts
from app.services.ordering.preparing import MOST_LINES, prepare
from app.services.ordering.typed import TypedLine, TypedOrder
from app.views.door import current_actor, door
from app.views.portal import blueprint, fields
from app.views.portal.fields import Unread
from app.views.portal.in_hand import draft_in_hand, last_added, remember, take_in_hand
from app.views.portal.shelf import least
from app.words import t, thousands

TRIES = 3  # somebody else may be adding at the same moment

# What a scanner reads from a GS1 label: an identifier of the symbology, (01) the item, (30) or (37) how many.
_GS1 = re.compile(r"(?:\][A-Za-z]\d)?01(?P<gtin>\d{14})(?:.*?\x1d?(?:30|37)(?P<count>\d{1,8}))?")

Change = Callable[[TypedOrder], TypedOrder]


@blueprint.post("/find")
@door(Permission.ORDER_CHANGE)
def add_item() -> Response:
    actor = current_actor()
    named = fields.clean(request.form.get("draft", ""))
    try:
        line = _asked_for()
    except Unread as problem:
        flash(str(problem), "look")
        return _back(draft=named)
    if "show" in request.form:
        return _back(line.item, draft=named, item=line.item, quantity=f"{line.quantity:f}", unit=line.unit)
    number = _add(actor, named, line)
    return _back(line.item, draft=number)


@blueprint.post("/find/scan")
@door(Permission.ORDER_CHANGE)
def scan_item() -> Response:
    """What a hand scanner typed: an exact hit goes into the draft at once, anything else is looked for."""
    actor = current_actor()
    code = fields.clean(request.form.get("q", ""))[: fields.LONGEST_ITEM]
    wanted, quantity = read_label(code)
    with transaction():
        item = find_typed(facts_of(actor.customer_id or 0), [wanted]).get(wanted)
    if item is None:
        return redirect(url_for("portal.find", q=code or None, scan=1), 303)
    _add(actor, fields.clean(request.form.get("draft", "")), _scanned(item, quantity))
    return redirect(url_for("portal.find", scan=1), 303)


def read_label(code: str) -> tuple[str, Decimal | None]:
    """Item and, on labels that carry it, quantity. An EAN-13 stands in a GS1 label with a zero before it."""
    found = _GS1.fullmatch(code)
    if found is None:
        return code, None
    gtin = found["gtin"]
    return gtin[1:] if gtin.startswith("0") else gtin, Decimal(found["count"]) if found["count"] else None


def _scanned(item: ItemFacts, quantity: Decimal | None) -> TypedLine:
    return TypedLine(item.number, quantity or least(item).quantity, item.base_unit)


@blueprint.post("/find/undo")
@door(Permission.ORDER_CHANGE)
def take_back() -> Response:
    """Take back what was added last in this browser."""
    actor, added = current_actor(), last_added()
    if added is None:
        return _back()
    less = TypedLine(added.item, -Decimal(added.quantity), added.unit)
    number = _change(actor, added.draft, lambda before: _with(before, less))
    flash(t("{item} is taken back from draft {number}.", item=added.item, number=number or added.draft), "notice")
    return _back(draft=number)


def _asked_for() -> TypedLine:
    item = fields.short(request.form.get("item", ""), longest=fields.LONGEST_ITEM, name=t("The item number"))
    if not item:
        raise Unread(t("Please say which item."))
    quantity = fields.quantity(request.form.get("quantity", ""))
    if quantity <= 0:
        raise Unread(t("How many? Please type a number above zero."))
    return TypedLine(
        item=item,
        quantity=quantity,
        unit=fields.unit_code(request.form.get("unit", "")),
    )


def _back(anchor: str = "", **more: str) -> Response:
    """To the page the form stood on."""
    if request.form.get("back") == "today":
        return redirect(url_for("portal.today", _anchor=f"item-{anchor}" if anchor else None), 303)
    place = {name: fields.clean(request.form.get(name, "")) for name in ("q", "category", "available", "from", "scan")}
    known: dict[str, Any] = {name: value for name, value in {**place, **more}.items() if value}
    return redirect(url_for("portal.find", _anchor=f"item-{anchor}" if anchor else None, **known), 303)


def _add(actor: Actor, named: str, line: TypedLine) -> str:
    """Put the line into the draft, or begin one.

    :returns: the number of the draft
    """
    number = _change(actor, named, lambda before: _with(before, line))
    take_in_hand(number)
    remember(number, line.item, line.quantity, line.unit)
    return number


def _change(actor: Actor, named: str, change: Change) -> str:
    for _ in range(TRIES - 1):
        try:
            return _change_once(actor, named, change)
        except PreconditionNotMet:
            continue
    return _change_once(actor, named, change)


def _change_once(actor: Actor, named: str, change: Change) -> str:
    with transaction():
        found = draft_in_hand(actor, named)
        number, seen = (found.order.number, found.order.version) if found else ("", 0)
        before = drafts.typed_of(found.order) if found else TypedOrder(())
    typed = change(before)
    if typed == before:
        return number
    prepared = prepare(actor.customer_id or 0, typed.lines, live=False)
    with transaction():
        if number:
            order = locked(number)
            drafts.change(actor, order, typed, prepared, seen_version=seen)
        else:
            order = drafts.create(actor, typed, prepared)
        checking.look(order, prepared)
        return order.number


def _with(before: TypedOrder, line: TypedLine) -> TypedOrder:
    """The same item in the same unit adds up; another unit is a line of its own. What falls to nothing is taken out."""
    lines = list(before.lines)
    for position, known in enumerate(lines):
        if (known.item, known.unit) == (line.item, line.unit):
            together = known.quantity + line.quantity
            lines[position : position + 1] = [replace(known, quantity=together)] if together > 0 else []
            return replace(before, lines=tuple(lines))
    if line.quantity < 0:
        return before
    if len(lines) >= MOST_LINES:
        raise BadRequest(
            t("This draft has {n} lines, more cannot go in one order.", n=thousands(MOST_LINES)),
            t("Start another draft."),
        )
    return replace(before, lines=(*lines, line))
