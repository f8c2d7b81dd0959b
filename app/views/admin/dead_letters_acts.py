"""What people do with a dead letter, each act one service: a refusal shows on the same page, with all that was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.errors import BadRequest, NotFound, PortalError
from app.extensions import transaction
from app.security.permissions import Permission
from app.services import dead_letters
from app.services.dead_letters import Correction
from app.views.admin.dead_letters import Typed, blueprint, letter_page, relink_page
from app.views.door import current_actor, door, safe_path
from app.views.formats import document
from app.views.portal import fields
from app.views.portal.fields import Unread
from app.words import t

Answer = Response | tuple[str, int]
_KEPT = ("erp_number", "reason_code", "note", "reason", "ship_to", "reference", "comment", "requested_date")


@blueprint.post("/<message_id>/take-up")
@door(Permission.DEAD_LETTER_ACT)
def take_up(message_id: str) -> Answer:
    return _at_once(message_id, lambda each: dead_letters.take_up(current_actor(), each), stays=True)


@blueprint.post("/<message_id>/put-down")
@door(Permission.DEAD_LETTER_ACT)
def put_down(message_id: str) -> Answer:
    return _at_once(message_id, lambda each: dead_letters.put_down(current_actor(), each), stays=True)


@blueprint.post("/<message_id>/retry")
@door(Permission.DEAD_LETTER_ACT)
def retry(message_id: str) -> Answer:
    done = t("It goes out with the next round, and is looked up in the ERP first.")
    return _at_once(message_id, lambda each: dead_letters.retry(current_actor(), each, seen=_seen()), done)


@blueprint.post("/<message_id>/take-out")
@door(Permission.DEAD_LETTER_ACT)
def take_out(message_id: str) -> Answer:
    done = t("Nobody sends it now. Enter it in the ERP once, then hand it over here with its number.")
    act = dead_letters.take_out
    return _at_once(message_id, lambda each: act(current_actor(), each, seen=_seen()), done, stays=True)


@blueprint.post("/<message_id>/let-stand")
@door(Permission.DEAD_LETTER_ACT)
def let_stand(message_id: str) -> Answer:
    done = t("It is off the list.")
    return _at_once(message_id, lambda each: dead_letters.let_stand(current_actor(), each, seen=_seen()), done)


@blueprint.post("/<message_id>/correct")
@door(Permission.DEAD_LETTER_ACT)
def correct(message_id: str) -> Answer:
    done = t("The corrected order goes out with the next round, and is looked up in the ERP first.")
    return _asking(
        message_id, lambda each: dead_letters.correct(current_actor(), each, _correction(), seen=_seen()), done
    )


@blueprint.post("/<message_id>/give-back")
@door(Permission.DEAD_LETTER_ACT)
def give_back(message_id: str) -> Answer:
    def act(each: int) -> None:
        note = fields.short(_field("note"), longest=fields.LONGEST_REASON, name=t("The note"))
        code = _field("reason_code")
        if not code:
            raise BadRequest(t("Giving it back needs a reason that the buyer reads."), t("Choose one from the list."))
        dead_letters.give_back(current_actor(), each, code, note, seen=_seen())

    return _asking(message_id, act, t("It is with the buyer again, who has been told by mail."))


@blueprint.post("/<message_id>/hand-over")
@door(Permission.DEAD_LETTER_ACT)
def hand_over(message_id: str) -> Answer:
    number = fields.checked_id(message_id)
    try:
        over = dead_letters.hand_over(
            current_actor(), number, _field("erp_number"), agreed=_field("agreed"), seen=_seen()
        )
    except PortalError as refusal:
        return _refused(number, refusal)
    if not over.done:
        return _again(number, Typed(values=_values(), comparison=over.comparison)), 409
    return _done(t("Handed over as {erp_number}; it is never sent again.", erp_number=over.comparison.record.number))


@blueprint.post("/relink/<number>")
@door(Permission.DEAD_LETTER_ACT)
def ask_relink(number: str) -> Answer:
    number = fields.checked_number(number)
    try:
        reason = fields.short(_field("reason"), longest=fields.LONGEST_REASON, name=t("The reason"))
        dead_letters.ask_relink(current_actor(), number, _field("erp_number"), reason, seen=_seen())
    except Unread as problem:
        return _relink_again(number, Typed(str(problem), values=_values())), 422
    except NotFound:
        raise
    except PortalError as refusal:
        return _relink_again(number, Typed(refusal.message, refusal.fix, _values())), refusal.status
    flash(t("A second person decides now; until then {number} stays as it is.", number=number), "good")
    return redirect(url_for("dead_letters.show_relink", number=number), 303)


@blueprint.post("/relinks/<relink_id>/agree")
@door(Permission.DEAD_LETTER_ACT)
def agree(relink_id: str) -> Answer:
    return _decided(relink_id, t("The number is put right."), agree=True)


@blueprint.post("/relinks/<relink_id>/refuse")
@door(Permission.DEAD_LETTER_ACT)
def refuse(relink_id: str) -> Answer:
    return _decided(relink_id, t("The number stays as it was."), agree=False)


# --- how --------------------------------------------------------------------------------------------------------------


def _at_once(message_id: str, act: Callable[[int], object], done: str = "", *, stays: bool = False) -> Answer:
    """One act in one transaction of ours."""

    def whole(number: int) -> None:
        with transaction():
            act(number)

    return _asking(message_id, whole, done, stays=stays)


def _asking(message_id: str, act: Callable[[int], object], done: str, *, stays: bool = False) -> Answer:
    """An act that opens its own transactions, since it asks the ERP in between."""
    number = fields.checked_id(message_id)
    try:
        act(number)
    except Unread as problem:
        return _again(number, Typed(str(problem), values=_values())), 422
    except PortalError as refusal:
        return _refused(number, refusal)
    return _done(done, stays_at=number if stays else None)


def _refused(number: int, refusal: PortalError) -> tuple[str, int]:
    if isinstance(refusal, NotFound):
        raise refusal
    return _again(number, Typed(refusal.message, refusal.fix, _values())), refusal.status


def _again(number: int, typed: Typed) -> str:
    with transaction():
        page = letter_page(number, current_actor(), typed=typed)
        return render_template("dead_letters/letter.html", page=page, document=document)


def _relink_again(number: str, typed: Typed) -> str:
    with transaction():
        return render_template("dead_letters/relink.html", page=relink_page(number, typed=typed))


def _done(words: str, *, stays_at: int | None = None) -> Response:
    if words:
        flash(words, "good")
    if stays_at is not None:
        return redirect(url_for("dead_letters.show", message_id=stays_at), 303)
    return redirect(safe_path(request.form.get("next")) or url_for("dead_letters.show_list"), 303)


def _decided(relink_id: str, done: str, *, agree: bool) -> Answer:
    try:
        dead_letters.decide_relink(current_actor(), fields.checked_id(relink_id), agree=agree, seen=_seen())
        flash(done, "good")
    except NotFound:
        raise
    except PortalError as refusal:
        flash(f"{refusal.message} {refusal.fix}".strip(), "look")
    return redirect(url_for("dead_letters.show_list", show="relinks"), 303)


def _field(name: str) -> str:
    return fields.clean(request.form.get(name, ""))


def _seen() -> int:
    return fields.version(request.form.get("version", ""))


def _values() -> Mapping[str, str]:
    return {name: _field(name) for name in _KEPT if name in request.form}


def _correction() -> Correction:
    """:raises Unread: something cannot be read or kept"""
    return Correction(
        ship_to=_field("ship_to"),
        reference=fields.short(_field("reference"), longest=fields.LONGEST_REFERENCE, name=t("The PO number")),
        comment=fields.short(_field("comment"), longest=fields.LONGEST_COMMENT, name=t("The comment")),
        requested_date=fields.day(_field("requested_date")),
    )
