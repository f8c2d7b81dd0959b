"""Findings as a reader sees them: the right wording for what they may know, the label, and the buttons that do it.

Of a sent order they come from its last judgement; of a draft from the rules as they stand, asked again at every look.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row

from app.clock import today
from app.models.transactional import Order
from app.rules.findings import Finding
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import may
from app.services import pricing
from app.services.customers import CustomerFacts
from app.services.ordering.understanding import UnderstoodLine, asks_of
from app.services.rulebook import active
from app.services.validation.facts import gather
from app.views.portal.words import OUTCOME_ORDER, OUTCOMES, Label

# What a button of a draft page can type for the buyer, and into which field.
_FIELDS = {"line.item_number_typed": "item", "line.quantity": "quantity", "line.unit": "unit"}


@dataclass(frozen=True, slots=True)
class Button:
    """`value` is what the button types, as JSON; nothing a buyer could not type by hand."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Point:
    """One finding in this reader's words."""

    rule: str
    layer: str
    outcome: str
    line: int | None
    message: str
    fix: str
    default: str
    buttons: tuple[Button, ...]

    @property
    def label(self) -> Label:
        return OUTCOMES[self.outcome]


@dataclass(frozen=True, slots=True)
class _Found:
    """A finding, stored or fresh."""

    rule: str
    layer: str
    outcome: str
    line: int | None
    texts: Mapping[str, Any]
    offers: Sequence[Mapping[str, Any]]


def points(stored: Iterable[Row[Any]], actor: Actor) -> list[Point]:
    """The findings of a judgement, the most urgent first."""
    return _in_order(
        (_Found(each.rule, each.layer, each.outcome, each.line_number, each.texts, each.offers) for each in stored),
        actor,
    )


def points_of_draft(
    order: Order, customer: CustomerFacts, lines: Sequence[UnderstoodLine], actor: Actor
) -> list[Point]:
    """What the rules would say if the draft were sent as it is; nothing is kept of it."""
    fresh = active().evaluate(gather(order, customer, _with_tiers(customer, lines)))
    return _in_order((_fresh(each) for each in fresh), actor)


def _with_tiers(customer: CustomerFacts, lines: Sequence[UnderstoodLine]) -> list[UnderstoodLine]:
    """Frozen lines do not keep the next tier; the mirror knows it."""
    prices = iter(pricing.from_mirror(customer, asks_of(lines), on=today()).prices)
    return [replace(line, next_tier=next(prices).next_tier) if line.priceable else line for line in lines]


def _fresh(finding: Finding) -> _Found:
    texts = {
        "message": finding.message,
        "fix": finding.fix,
        "message_without_amounts": finding.message_without_amounts,
        "fix_without_amounts": finding.fix_without_amounts,
    }
    return _Found(
        finding.rule, finding.layer, finding.outcome, finding.line, texts, [vars(offer) for offer in finding.offers]
    )


def _in_order(found: Iterable[_Found], actor: Actor) -> list[Point]:
    read = [_point(each, actor) for each in found]
    return sorted(read, key=lambda point: (OUTCOME_ORDER.index(point.outcome), point.line or 0))


def _point(found: _Found, actor: Actor) -> Point:
    message, fix = buyer_texts(found.texts, actor)
    defaults = [in_language(offer["label"], actor) for offer in found.offers if offer.get("default")]
    buttons = [(_typing(found.line, offer["effect"]), in_language(offer["label"], actor)) for offer in found.offers]
    return Point(
        rule=found.rule,
        layer=found.layer,
        outcome=found.outcome,
        line=found.line,
        message=message,
        fix=fix,
        default=defaults[0] if defaults else "",
        buttons=tuple(Button(value, label) for value, label in buttons if value),
    )


def buyer_texts(texts: Mapping[str, Any], actor: Actor) -> tuple[str, str]:
    """Message and fix. Amounts of debt are for people who may see invoices; the others get the second wording."""
    discreet = texts.get("message_without_amounts")
    if discreet and not may(actor, Permission.INVOICE_READ):
        return in_language(discreet, actor), in_language(texts.get("fix_without_amounts") or {}, actor)
    return in_language(texts["message"], actor), in_language(texts["fix"], actor)


def in_language(texts: Mapping[str, str], actor: Actor) -> str:
    """The reader's language, else English."""
    return texts.get(actor.language) or texts.get("en", "")


def _typing(line: int | None, effect: Mapping[str, Any]) -> str:
    """What a button would type into the line; empty for what a draft page cannot do for the buyer."""
    values = effect.get("set") or {}
    if line is None:
        return ""
    if effect.get("drop") == "line":
        return json.dumps({"line": line, "remove": True})
    if not values or not set(values) <= set(_FIELDS):
        return ""
    return json.dumps({"line": line, **{_FIELDS[name]: _plain(value) for name, value in values.items()}})


def _plain(value: Any) -> str:
    return f"{value.normalize():f}" if hasattr(value, "normalize") else str(value)
