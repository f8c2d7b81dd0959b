"""What a form of a draft leads to: saved, sent, or shown back with everything typed still in it.

The prices are asked for with no transaction open; whoever is second with the same form finds out here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import StrEnum

from app.errors import PreconditionNotMet
from app.extensions import transaction
from app.models.transactional import Order
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import require
from app.services.lifecycle import locked
from app.services.ordering import drafts
from app.services.ordering.place import Outcome, place
from app.services.ordering.preparing import Prepared, prepare
from app.services.ordering.reading import sheet
from app.services.ordering.typed import TypedOrder
from app.views.portal import fields
from app.views.portal.draft_form import DraftForm, Reading, read
from app.views.portal.draft_page import editable, typed_of


class Result(StrEnum):
    """How far the form came. GONE: it is no draft any more. STALE: somebody changed it since the form was made."""

    SAVED = "saved"
    NOT_READ = "not_read"
    STALE = "stale"
    GONE = "gone"
    BLOCKED = "blocked"
    WAITING = "waiting"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Kept:
    """`reading` is None where the form was not looked at."""

    result: Result
    form: DraftForm
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class _Opened:
    customer_id: int
    version: int
    editable: bool
    stored: TypedOrder


def keep(actor: Actor, number: str, form: DraftForm, *, send: bool, button: str = "") -> Kept:
    """Store the form, and send the order if asked to.

    :param button: what a pressed button of a finding types, see `findings.Button`
    :raises NotAllowed: not a buyer of this company
    :raises NotFound: nothing under this number within the scope
    """
    opened = _open(actor, number)
    if not opened.editable:
        return Kept(Result.GONE, form)
    if opened.version != form.version:
        return Kept(Result.STALE, form)
    form = _pressed(form, button)
    reading = read(form, opened.stored)
    if reading.problems:
        return Kept(Result.NOT_READ, form, reading)
    changed, sends = reading.typed != opened.stored, send and not reading.pasted.not_read
    if not changed and not sends:
        return Kept(_saved(reading), form, reading)
    prepared = prepare(opened.customer_id, reading.typed.lines, live=sends)
    result = _store(actor, number, form, reading, prepared, changed=changed, sends=sends)
    return Kept(result, form, reading)


def _open(actor: Actor, number: str) -> _Opened:
    with transaction():
        order = sheet(number).order
        require(actor, Permission.ORDER_CHANGE, order)
        stored = typed_of(order, drafts.stored_lines(order))
        return _Opened(order.customer_id, order.version, editable(order), stored)


def _store(
    actor: Actor, number: str, form: DraftForm, reading: Reading, prepared: Prepared, *, changed: bool, sends: bool
) -> Result:
    try:
        with transaction():
            order = locked(number)
            if not editable(order):
                return Result.GONE
            if order.version != form.version:
                return Result.STALE
            if changed:
                drafts.change(actor, order, reading.typed, prepared, seen_version=form.version)
            return _send(actor, order, prepared) if sends else _saved(reading)
    except PreconditionNotMet:
        return Result.STALE


def _send(actor: Actor, order: Order, prepared: Prepared) -> Result:
    outcome = place(actor, order, prepared).outcome
    return {Outcome.BLOCKED: Result.BLOCKED, Outcome.WAITING: Result.WAITING}.get(outcome, Result.SENT)


def _saved(reading: Reading) -> Result:
    return Result.NOT_READ if reading.pasted.not_read else Result.SAVED


def _pressed(form: DraftForm, button: str) -> DraftForm:
    """The form as if the buyer had typed what the button says; a button that says nothing readable does nothing."""
    try:
        values = json.loads(button or "{}")
    except (ValueError, RecursionError):
        return form
    position = values.get("line") if isinstance(values, dict) else None
    line = form.lines.get(position) if isinstance(position, int) else None
    if line is None:
        return form
    pressed = replace(
        line,
        item=fields.clean(str(values.get("item", line.item))),
        quantity=fields.clean(str(values.get("quantity", line.quantity))),
        unit=fields.clean(str(values.get("unit", line.unit))),
        remove=line.remove or values.get("remove") is True,
    )
    return replace(form, lines={**form.lines, line.position: pressed})
