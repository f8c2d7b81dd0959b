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
from app.services.colleagues import approvers_of
from app.services.customers import facts_of
from app.services.idempotency import Answer
from app.services.maintenance import closed
from app.services.ordering import checking, drafts
from app.services.ordering.preparing import Prepared, prepare
from app.services.ordering.reading import sheet
from app.services.ordering.typed import TypedOrder
from app.views.door import current_actor, door, keeps_typed
from app.views.formats import moment
from app.views.portal import blueprint, fields
from app.views.portal.draft_form import DraftForm, Reading, form_of, laid_over, read
from app.views.portal.draft_page import DraftPage, Said, draft_page, editable, empty_page
from app.views.portal.fields import checked_number
from app.views.portal.in_hand import take_in_hand
from app.views.portal.pasted import read_pasted
from app.views.portal.saving import Kept, Result, keep
from app.words import t, tn


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
    reading = read(form, TypedOrder(()), read_pasted(actor.customer_id or 0, form.pasted))
    if reading.problems or not reading.typed.lines:
        return _not_started(actor, form, reading)
    prepared = prepare(actor.customer_id or 0, reading.typed.lines, live=False)
    with transaction():
        number = _create_once(actor, reading.typed, prepared)
    take_in_hand(number)
    if not reading.pasted.not_read:
        return redirect(url_for("portal.show_draft", number=number), 303)
    page = _stored_page(actor, number, said=not_read(reading))
    return answer(replace(page, pasted=reading.pasted.rest), 422)


def _create_once(actor: Actor, typed: TypedOrder, prepared: Prepared) -> str:
    """The same form sent twice, by a double click or a reload, begins one draft.

    :returns: its number
    """
    print_ = idempotency.fingerprint(repr(typed))
    key = f"form:{fields.clean(request.form.get('token', ''))[:64]}:{print_}"

    def create() -> Answer:
        order = drafts.create(actor, typed, prepared)
        checking.look(order, prepared)
        return Answer(201, {"number": order.number}, order.id)

    kept = idempotency.once(actor.customer_id or 0, key, print_, create)
    return str(kept.body["number"])


def _not_started(actor: Actor, form: DraftForm, reading: Reading) -> tuple[str, int]:
    nothing = Said(
        t("Nothing to start with yet"),
        t("There is no line we could read."),
        t("Please write: item, quantity, unit."),
    )
    said = not_read(reading) if reading.problems or reading.pasted.not_read else nothing
    with transaction():
        page = empty_page(facts_of(actor.customer_id or 0), form, said)
    if reading.pasted.not_read and not reading.problems:
        page = replace(page, pasted=reading.pasted.rest)
    return answer(page, 422)


@blueprint.get("/drafts/<number>")
@door(Permission.ORDER_READ)
def show_draft(number: str) -> Response | tuple[str, int]:
    actor = current_actor()
    with transaction():
        order = sheet(checked_number(number)).order
        require(actor, Permission.ORDER_READ, order)
        open_to_me = editable(order) and may(actor, Permission.ORDER_CHANGE, order)
    if not open_to_me:
        return redirect(url_for("portal.show_order", number=number))
    take_in_hand(number)
    return answer(_stored_page(actor, number, page=request.args.get("page", 1, type=int)))


def _stored_page(
    actor: Actor, number: str, *, page: int = 1, form: DraftForm | None = None, said: Said | None = None
) -> DraftPage:
    """The page of a draft as it is stored at this moment."""
    over = actor.order_limit is not None
    approvers = approvers_of(actor.customer_id or 0, without_person=actor.person_id) if over else ()
    with transaction():
        order = sheet(number).order
        return draft_page(actor, order, page=page, form=form, said=said, approvers=approvers)


@blueprint.post("/drafts/<number>")
@keeps_typed
@door(Permission.ORDER_CHANGE)
def save_draft(number: str) -> Response | tuple[str, int]:
    take, anew = fields.clean(request.form.get("take", ""))[:200], "anew" in request.form
    kept = keep(current_actor(), checked_number(number), form_of(request.form), take=take, anew=anew)
    if kept.result is Result.NO_OFFER:
        flash(t("That choice is not open any more; the draft is as it stands below."), "look")
    elif kept.result is not Result.SAVED:
        return shown_back(number, kept)
    go = request.form.get("go", "")
    if not go and not take:
        flash(t("{number} is saved.", number=number), "good")
    page = int(go) if go.isascii() and go.isdigit() and len(go) < 6 else None
    return redirect(url_for("portal.show_draft", number=number, page=page, _anchor=_where(take)), 303)


def _where(take: str) -> str | None:
    """Back to the line the choice was about."""
    line = take.split("|")[1] if take.count("|") == 2 else ""
    return f"line-{line}" if line.isascii() and line.isdigit() and line != "0" else None


def shown_back(number: str, kept: Kept) -> Response | tuple[str, int]:
    """A form that could not simply be stored: with what to do, and with everything that was typed."""
    actor = current_actor()
    if kept.result is Result.GONE:
        flash(t("{number} has been sent already; this is where it stands.", number=number), "notice")
        return redirect(url_for("portal.show_order", number=number), 303)
    if kept.result is Result.STALE:
        return answer(_changed_meanwhile(actor, number, kept.form), 409)
    if kept.result is Result.CLOSED:
        return answer(_reading_only(actor, number, kept.form), 503)
    if kept.reading is None:
        raise Unprocessable(t("{number} could not be read.", number=number), t("Open it again."))
    said = not_read(kept.reading)
    if kept.reading.problems:
        return answer(_stored_page(actor, number, form=kept.form, said=said), 422)
    page = _stored_page(actor, number, said=said)
    return answer(replace(page, pasted=kept.reading.pasted.rest), 422)


def _reading_only(actor: Actor, number: str, typed: DraftForm) -> DraftPage:
    with transaction():
        form = laid_over(typed, drafts.stored_lines(sheet(number).order))
    window = closed()
    said = Said(
        t("Reading only for the moment"),
        t("{time}: reading only. Nothing was changed.", time=window.words if window else ""),
        t("What you typed is in the fields. Leave this page open, and send it afterwards."),
    )
    return _stored_page(actor, number, form=form, said=said)


def _changed_meanwhile(actor: Actor, number: str, typed: DraftForm) -> DraftPage:
    with transaction():
        form = laid_over(typed, drafts.stored_lines(sheet(number).order))
        last = history("order", number)[-1]
    said = Said(
        t("{number} was changed while you had it open", number=number),
        t(
            "{name} changed it at {time}. What you typed is in the fields, and nothing is saved yet.",
            name=last.who,
            time=moment(last.at),
        ),
        t("Look through it once more, then save or send."),
    )
    return _stored_page(actor, number, form=form, said=said)


def not_read(reading: Reading) -> Said:
    """What could not be read, and how much could."""
    rows, taken = reading.pasted.not_read, len(reading.pasted.lines)
    if reading.problems:
        title = tn(
            "{n} entry to look at; nothing is saved yet",
            "{n} entries to look at; nothing is saved yet",
            len(reading.problems) + len(rows),
        )
        message = t("Everything you typed is still here.")
    else:
        title = tn(
            "{taken} of {n} new line taken, {rest} to look at",
            "{taken} of {n} new lines taken, {rest} to look at",
            taken + len(rows),
            taken=taken,
            rest=len(rows),
        )
        message = t("The lines below need a look; they are kept in the field for new lines.")
    return Said(title, message, t("Change them there and save again."), problems=reading.problems, not_read=rows)
