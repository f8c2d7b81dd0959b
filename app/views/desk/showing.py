"""One order at the desk: the queue on its left, why it is here layer by layer, and the facts on its right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template, request
from sqlalchemy import Row

from app.domain.order_states import Process, Validation
from app.domain.reasons import OTHER, OTHER_NEEDS, REASONS
from app.extensions import transaction
from app.models.transactional import Order
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import may, require
from app.services import claims, messages, rejection, review_queries
from app.services.customers import CustomerFacts, facts_of
from app.services.lifecycle import is_asked
from app.services.ordering.reading import OrderSheet, sheet
from app.views.desk import blueprint
from app.views.desk.facts import Facts, facts_beside
from app.views.desk.points import Layer, Worsened, layers_of
from app.views.desk.queue import BESIDE, QueueView, Showing, queue_view, showing
from app.views.door import current_actor, door
from app.views.portal.fields import checked_number
from app.views.portal.order_page import OrderPage, order_page
from app.words import LANGUAGE_NAMES, language, t, use_language


@dataclass(frozen=True, slots=True)
class ReasonChoice:
    """A reason code with what the buyer reads and can do, in the buyer's language; `label` is in the reader's."""

    code: str
    label: str
    words: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Claim:
    """`state` is free, mine or taken; `by` and `until` say who has it and until when."""

    state: str
    by: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """What a step that was not taken leaves on the page: why not, and what was in the fields."""

    problem: str = ""
    fix: str = ""
    reason_code: str = ""
    note: str = ""
    inside: str = ""
    question: str = ""
    worse: Sequence[Worsened] = ()


@dataclass(frozen=True, slots=True)
class DeskPage:
    """`waiting`: there is something to decide; `asked`: the buyer has it. `judgement` is what the reader looks at."""

    order: OrderPage
    customer: CustomerFacts
    facts: Facts
    layers: Sequence[Layer]
    points: int
    judgement: int
    judged_at: datetime | None
    conversation: Sequence[Row[Any]]
    reasons: Sequence[ReasonChoice]
    buyer_language: str
    waiting: bool
    asked: bool
    asked_at: datetime
    claim: Claim
    may_decide: bool
    queue: QueueView
    typed: Typed
    other: str = OTHER
    other_needs: int = OTHER_NEEDS

    @property
    def open(self) -> bool:
        """Whether this reader can act on it."""
        return self.waiting and self.may_decide and self.claim.state != "taken"


@blueprint.get("/desk/<number>")
@door(Permission.REVIEW_READ)
def show_at_desk(number: str) -> str:
    actor = current_actor()
    with transaction():
        claims.renew(actor, checked_number(number))
        found = sheet(number)
        require(actor, Permission.REVIEW_READ, found.order)
        page = desk_page(actor, found, showing(request.args), lines_page=request.args.get("page", 1, type=int))
    return render_template("desk/order.html", page=page)


def desk_page(
    actor: Actor, found: OrderSheet, shown: Showing, *, lines_page: int = 1, typed: Typed | None = None
) -> DeskPage:
    """The page of one order.

    :param typed: what a step that was not taken leaves behind
    """
    order = found.order
    customer = facts_of(order.customer_id)
    people = review_queries.people(order.placed_by, claims.holder(order))
    judged = review_queries.judged(order.id)
    rules = [finding.rule for finding in found.findings if finding.outcome == "review"]
    buyer = people.get(order.placed_by)
    spoken = buyer.language if buyer is not None else language()
    return DeskPage(
        order=order_page(actor, found, page=lines_page),
        customer=customer,
        facts=facts_beside(order, customer, sorted(set(rules))),
        layers=layers_of(found.findings, actor),
        points=len(rules),
        judgement=judged.id if judged is not None else 0,
        judged_at=judged.judged_at if judged is not None else None,
        conversation=messages.conversation(order),
        reasons=_reasons(order, spoken),
        buyer_language=LANGUAGE_NAMES.get(spoken, "") if spoken != language() else "",
        waiting=order.process == Process.IN_VALIDATION and order.validation == Validation.PENDING,
        asked=is_asked(order),
        asked_at=order.ball_since,
        claim=_claim(actor, order, people),
        may_decide=may(actor, Permission.REVIEW_DECIDE, order),
        queue=queue_view(actor, shown, size=BESIDE),
        typed=typed or Typed(),
    )


def _claim(actor: Actor, order: Order, people: Any) -> Claim:
    holder = claims.holder(order)
    if holder is None:
        return Claim("free")
    if holder == actor.person_id:
        return Claim("mine", actor.name, order.claimed_until)
    return Claim("taken", people[holder].name, order.claimed_until)


def _reasons(order: Order, spoken: str) -> list[ReasonChoice]:
    """All reasons for not accepting, as the buyer would read them for this very order."""
    codes = [code for code, reason in REASONS.items() if "R" in reason.uses]
    with use_language(spoken):
        known = rejection.known_of(order)
        said = {code: rejection.say(known, code) for code in codes}
    return [
        ReasonChoice(
            code, t("in your own words") if code == OTHER else t(REASONS[code].text), each.words, each.next_step
        )
        for code, each in said.items()
    ]
