"""What a form of a draft leads to: saved, sent, or shown back with everything typed still in it.

The prices are asked for with no transaction open; whoever is second with the same form finds out here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.errors import PreconditionNotMet
from app.extensions import transaction
from app.models.transactional import Order
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import require
from app.services.lifecycle import locked
from app.services.maintenance import closed
from app.services.ordering import checking, drafts, offers
from app.services.ordering.place import Outcome, place
from app.services.ordering.preparing import Prepared, prepare
from app.services.ordering.reading import sheet
from app.services.ordering.typed import TypedOrder
from app.views.portal.draft_form import DraftForm, Reading, read
from app.views.portal.draft_page import editable
from app.views.portal.findings import offer_id
from app.views.portal.pasted import read_pasted


class Result(StrEnum):
    """How far the form came. GONE: it is no draft any more. STALE: somebody changed it since the form was made.

    NO_OFFER: it is saved, but the choice that was pressed is not offered any more. CLOSED: nothing can be changed for
    the moment.
    """

    SAVED = "saved"
    NOT_READ = "not_read"
    STALE = "stale"
    GONE = "gone"
    BLOCKED = "blocked"
    NO_OFFER = "no_offer"
    CLOSED = "closed"
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


def keep(actor: Actor, number: str, form: DraftForm, *, send: bool = False, take: str = "", anew: bool = False) -> Kept:
    """Store the form, and send the order or take an offer if asked to.

    :param take: which offer of the page was pressed, see `findings.offer_key`
    :param anew: take the prices of this moment, even if nothing was typed
    :raises NotAllowed: not a buyer of this company
    :raises NotFound: nothing under this number within the scope
    """
    opened = _open(actor, number)
    if not opened.editable:
        return Kept(Result.GONE, form)
    if closed() is not None:
        return Kept(Result.CLOSED, form)
    if opened.version != form.version:
        return Kept(Result.STALE, form)
    reading = read(form, opened.stored, read_pasted(opened.customer_id, form.pasted))
    if reading.problems:
        return Kept(Result.NOT_READ, form, reading)
    changed, sends = reading.typed != opened.stored, send and not reading.pasted.not_read
    result = _saved(reading)
    if changed or sends or anew:
        prepared = prepare(opened.customer_id, reading.typed.lines, live=sends)
        result = _store(actor, number, form, reading, prepared, changed=changed, sends=sends)
    if take and result is Result.SAVED:
        result = _take(actor, number, take)
    return Kept(result, form, reading)


def _take(actor: Actor, number: str, pressed: str) -> Result:
    with transaction():
        key = offer_id(sheet(number).findings, pressed)
    if key is None:
        return Result.NO_OFFER
    try:
        offers.take(actor, number, key)
    except PreconditionNotMet:
        return Result.NO_OFFER
    return Result.SAVED


def _open(actor: Actor, number: str) -> _Opened:
    with transaction():
        order = sheet(number).order
        require(actor, Permission.ORDER_CHANGE, order)
        stored = drafts.typed_of(order)
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
            if sends:
                return _send(actor, order, prepared)
            if not changed:
                drafts.reprice(order, prepared)
            checking.look(order, prepared)
            return _saved(reading)
    except PreconditionNotMet:
        return Result.STALE


def _send(actor: Actor, order: Order, prepared: Prepared) -> Result:
    outcome = place(actor, order, prepared).outcome
    return {Outcome.BLOCKED: Result.BLOCKED, Outcome.WAITING: Result.WAITING}.get(outcome, Result.SENT)


def _saved(reading: Reading) -> Result:
    return Result.NOT_READ if reading.pasted.not_read else Result.SAVED
