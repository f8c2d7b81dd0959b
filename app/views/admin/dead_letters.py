"""Dead letters as people work on them: the list, and one of them with everything that was tried and can be done.

For the review desk and administrators alike. What they do is in `dead_letters_acts`; nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import text
from werkzeug.wrappers import Response

from app.clock import now
from app.domain.readable import age
from app.domain.reasons import OTHER_NEEDS, REASONS
from app.extensions import session, transaction
from app.security.actor import Actor
from app.security.permissions import Permission
from app.services import dead_letters
from app.services.dead_letters import Correction, ErpLane, Letter, RelinkRow, Said
from app.services.dead_letters.asking import quiet_from
from app.services.dead_letters.comparing import Comparison
from app.services.dead_letters.letters import Tally
from app.views.admin.pages import Page
from app.views.door import current_actor, door
from app.views.formats import document
from app.views.portal import fields
from app.words import n_, t

blueprint = Blueprint("dead_letters", __name__, url_prefix="/dead-letters")

SHOWN = ("", "waiting", "relinks")


@dataclass(frozen=True, slots=True)
class Row:
    """One message of the list. `old` once it has needed a person for longer than is good."""

    letter: Letter
    said: Said
    age: str
    old: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class Typed:
    """What an act that was not done leaves on the page: why not, and what was in the fields."""

    problem: str = ""
    fix: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    comparison: Comparison | None = None

    def value(self, name: str, otherwise: str = "") -> str:
        return self.values.get(name, otherwise)


@dataclass(frozen=True, slots=True)
class LetterPage:
    """`quiet` is until when the ERP may still be working on a try; before it only sending again is safe."""

    letter: Letter
    said: Said
    age: str
    lane: ErpLane
    now_sent: Correction | None
    sites: Sequence[tuple[str, str]]
    reasons: Sequence[tuple[str, str]]
    mine: bool
    taken: bool
    quiet: datetime | None
    today: date
    typed: Typed
    other_needs: int = OTHER_NEEDS

    @property
    def dead(self) -> bool:
        return self.letter.state == "dead"

    @property
    def to_enter(self) -> bool:
        """Whether it is a dead letter of an order that still has to get into the ERP."""
        return self.dead and self.letter.creates and self.letter.wanted


OLD_MINUTES = 15


@blueprint.get("")
@door(Permission.DEAD_LETTER_READ)
def show_list() -> str:
    show = request.args.get("show", "")
    with transaction():
        counts = dead_letters.tally()
        relinks = dead_letters.relinks()
        found = dead_letters.waiting() if show == "waiting" else dead_letters.dead()
        rows = [_row(each, current_actor()) for each in found]
    return render_template(
        "dead_letters/list.html",
        rows=rows,
        relinks=relinks,
        parts_of_list=_parts(counts, relinks),
        show=show if show in SHOWN else "",
        oldest="" if counts.oldest is None else age(now() - counts.oldest),
        counts=counts,
        me=current_actor().person_id,
    )


def _parts(counts: Tally, relinks: Sequence[RelinkRow]) -> list[tuple[str, str, int]]:
    """Parts of the page: address, words, how many."""
    return [
        ("", t("need a person"), counts.dead),
        ("waiting", t("waiting to be sent"), counts.waiting),
        ("relinks", t("numbers to agree to"), len(relinks)),
    ]


def _row(found: Letter, actor: Actor) -> Row:
    since = now() - (found.since if found.state == "dead" else found.created_at)
    old = found.state == "dead" and since.total_seconds() >= 60 * OLD_MINUTES
    return Row(found, dead_letters.why(found), age(since), old, found.owner_id == actor.person_id)


@blueprint.get("/<message_id>")
@door(Permission.DEAD_LETTER_READ)
def show(message_id: str) -> str:
    with transaction():
        page = letter_page(fields.checked_id(message_id), current_actor())
    return render_template("dead_letters/letter.html", page=page, document=document)


def letter_page(message_id: int, actor: Actor, *, typed: Typed | None = None) -> LetterPage:
    """One message with its order's way into the ERP.

    :param typed: what an act that was not done leaves behind
    :raises NotFound: no such message
    """
    found = dead_letters.letter(message_id)
    return LetterPage(
        letter=found,
        said=dead_letters.why(found),
        age=age(now() - found.since),
        lane=dead_letters.lane(found.order_id),
        now_sent=Correction.of(found.body) if found.creates else None,
        sites=_sites(found.customer_id),
        reasons=[(code, t(reason.text)) for code, reason in REASONS.items() if "R" in reason.uses],
        mine=found.owner_id is not None and found.owner_id == actor.person_id,
        taken=found.owner_id not in (None, actor.person_id),
        quiet=quiet_from(found),
        today=now().date(),
        typed=typed or Typed(),
    )


_SITES = text("""
    select code, name, city from ship_to where customer_id = :customer and withdrawn_at is null order by code limit 200""")


def _sites(customer_id: int) -> list[tuple[str, str]]:
    rows = session.execute(_SITES, {"customer": customer_id})
    return [(row.code, ", ".join(filter(None, (row.code, row.name, row.city)))) for row in rows]


@blueprint.get("/relink/<number>")
@door(Permission.DEAD_LETTER_READ)
def show_relink(number: str) -> str:
    with transaction():
        return render_template("dead_letters/relink.html", page=relink_page(fields.checked_number(number)))


@dataclass(frozen=True, slots=True)
class RelinkPage:
    """The order's number in the ERP, the one that is asked for if somebody has, and the form."""

    letter: Letter
    asked: RelinkRow | None
    mine: bool
    typed: Typed


def relink_page(number: str, *, typed: Typed | None = None) -> RelinkPage:
    """:raises NotFound: no such order, or it was never on its way to the ERP"""
    found = dead_letters.entering(number)
    asked = next(iter(dead_letters.relinks(number=number)), None)
    mine = asked is not None and asked.asked_by == current_actor().person_id
    return RelinkPage(found, asked, mine, typed or Typed())


class DeadLettersPage(Page):
    """In the administrators' menu; the page itself is the one of the desk."""

    route_base = "/admin/dead-letters"
    permission = Permission.OUTBOX_READ
    noun = n_("Dead letters")
    template = ""

    def list(self) -> Response:  # type: ignore[override]
        return redirect(url_for("dead_letters.show_list"))

    def facts(self) -> Mapping[str, Any]:
        return {}
