"""A draft: start one, see it, save it. A draft is the cart; it is kept until it is sent or cancelled."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.audit.history import history
from app.errors import Unprocessable
from app.extensions import transaction
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import may, require
from app.services import idempotency
from app.services.customers import facts_of
from app.services.idempotency import Answer
from app.services.ordering import drafts
from app.services.ordering.preparing import Prepared, prepare
from app.services.ordering.reading import sheet
from app.services.ordering.typed import TypedOrder
from app.views.door import current_actor, door
from app.views.portal import blueprint, fields
from app.views.portal.draft_form import DraftForm, Reading, form_of, laid_over, read
from app.views.portal.draft_page import DraftPage, Said, draft_page, editable, empty_page
from app.views.portal.fields import checked_number
from app.views.portal.in_hand import take_in_hand
from app.views.portal.saving import Kept, Result, keep
from app.views.portal.words import moment, several


def answer(page: DraftPage, status: int = 200) -> tuple[str, int]:
    """The page of a draft."""
    return render_template("portal/draft.html", page=page), status


@blueprint.get("/drafts/new")
@door(Permission.ORDER_CREATE)
def new_draft() -> tuple[str, int]:
    actor = current_actor()
    with transaction():
        page = empty_page(facts_of(actor.customer_id or 0))
    return answer(page)


@blueprint.post("/drafts")
@door(Permission.ORDER_CREATE)
def create_draft() -> Response | tuple[str, int]:
    actor = current_actor()
    form = form_of(request.form)
    reading = read(form, TypedOrder(()))
    if reading.problems or not reading.typed.lines:
        return _not_started(actor, form, reading)
    prepared = prepare(actor.customer_id or 0, reading.typed.lines, live=False)
    with transaction():
        number = _create_once(actor, reading.typed, prepared)
        take_in_hand(number)
        if reading.pasted.not_read:
            page = draft_page(actor, sheet(number).order, said=not_read(reading))
            return answer(replace(page, pasted=reading.pasted.rest), 422)
    return redirect(url_for("portal.show_draft", number=number), 303)


def _create_once(actor: Actor, typed: TypedOrder, prepared: Prepared) -> str:
    """The same form sent twice, by a double click or a reload, begins one draft.

    :returns: its number
    """
    print_ = idempotency.fingerprint(repr(typed))
    key = f"form:{fields.clean(request.form.get('token', ''))[:64]}:{print_}"

    def create() -> Answer:
        order = drafts.create(actor, typed, prepared)
        return Answer(201, {"number": order.number}, order.id)

    kept = idempotency.once(actor.customer_id or 0, key, print_, create)
    return str(kept.body["number"])


def _not_started(actor: Actor, form: DraftForm, reading: Reading) -> tuple[str, int]:
    nothing = Said(
        "Nothing to start with yet", "There is no line we could read.", "Please write: item, quantity, unit."
    )
    said = not_read(reading) if reading.problems or reading.pasted.not_read else nothing
    with transaction():
        page = empty_page(facts_of(actor.customer_id or 0), form, said)
    return answer(page, 422)


@blueprint.get("/drafts/<number>")
@door(Permission.ORDER_READ)
def show_draft(number: str) -> Response | tuple[str, int]:
    actor = current_actor()
    with transaction():
        order = sheet(checked_number(number)).order
        require(actor, Permission.ORDER_READ, order)
        if not editable(order) or not may(actor, Permission.ORDER_CHANGE, order):
            return redirect(url_for("portal.show_order", number=number))
        page = draft_page(actor, order, page=request.args.get("page", 1, type=int))
    take_in_hand(number)
    return answer(page)


@blueprint.post("/drafts/<number>")
@door(Permission.ORDER_CHANGE)
def save_draft(number: str) -> Response | tuple[str, int]:
    button = request.form.get("apply", "")
    kept = keep(current_actor(), checked_number(number), form_of(request.form), send=False, button=button)
    if kept.result is not Result.SAVED:
        return shown_back(number, kept)
    go = request.form.get("go", "")
    if not go and not button:
        flash(f"{number} is saved.", "good")
    page = int(go) if go.isascii() and go.isdigit() and len(go) < 6 else None
    return redirect(url_for("portal.show_draft", number=number, page=page), 303)


def shown_back(number: str, kept: Kept) -> Response | tuple[str, int]:
    """A form that could not simply be stored: with what to do, and with everything that was typed."""
    actor = current_actor()
    if kept.result is Result.GONE:
        flash(f"{number} has been sent already; this is where it stands.", "notice")
        return redirect(url_for("portal.show_order", number=number), 303)
    with transaction():
        order = sheet(number).order
        if kept.result is Result.STALE:
            form = laid_over(kept.form, drafts.stored_lines(order))
            return answer(draft_page(actor, order, form=form, said=_changed_by_somebody(number)), 409)
        if kept.reading is None:
            raise Unprocessable(f"{number} could not be read.", "Open it again.")
        said = not_read(kept.reading)
        if kept.reading.problems:
            return answer(draft_page(actor, order, form=kept.form, said=said), 422)
        page = draft_page(actor, order, said=said)
        return answer(replace(page, pasted=kept.reading.pasted.rest), 422)


def not_read(reading: Reading) -> Said:
    """What could not be read, and how much could."""
    rows, taken = reading.pasted.not_read, len(reading.pasted.lines)
    if reading.problems:
        title = f"{several(len(reading.problems) + len(rows), 'entry', 'entries')} to look at; nothing is saved yet"
        message = "Everything you typed is still here."
    else:
        title = f"{taken} of {several(taken + len(rows), 'new line')} taken, {len(rows)} to look at"
        message = "The lines below could not be read; they are kept in the field for new lines."
    return Said(title, message, "Change them there and save again.", problems=reading.problems, not_read=rows)


def _changed_by_somebody(number: str) -> Said:
    last = history("order", number)[-1]
    return Said(
        f"{number} was changed while you had it open",
        f"{last.who} changed it at {moment(last.at)}. What you typed is in the fields, and nothing is saved yet.",
        "Look through it once more, then save or send.",
    )
