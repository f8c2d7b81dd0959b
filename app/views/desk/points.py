"""The findings of an order at the desk, layer by layer, in desk words; and what became worse since they were read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from app.domain.readable import amount, count
from app.domain.state_words import STATE_WORDS, state_word
from app.security.actor import Actor
from app.services.review_queries import LAYERS
from app.services.second_look import Look, Worse
from app.views.portal.findings import in_language
from app.views.portal.words import OUTCOME_ORDER, OUTCOMES, Label
from app.words import t


@dataclass(frozen=True, slots=True)
class DeskPoint:
    """A finding in desk words; `buyer` is what the buyer reads, `facts` what the rule looked at."""

    rule: str
    line: int | None
    label: Label
    outcome: str
    words: str
    buyer: str
    facts: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Layer:
    """One of the four layers; without points it was passed."""

    name: str
    points: Sequence[DeskPoint]


@dataclass(frozen=True, slots=True)
class Worsened:
    """A point with what changed, in sentences; without one the point is new."""

    words: str
    changes: Sequence[str]


def layers_of(findings: Sequence[Row[Any]], actor: Actor) -> list[Layer]:
    """All four layers, those with a reason to look first."""
    read = sorted(
        (_point(each, actor) for each in findings),
        key=lambda point: (OUTCOME_ORDER.index(point.outcome), point.line or 0),
    )
    by_rule = {each.rule: each.layer for each in findings}
    layers = {name: [point for point in read if by_rule[point.rule] == name] for name in LAYERS}
    ordered = sorted(layers, key=lambda name: _urgency(layers[name]))
    return [Layer(state_word(name), layers[name]) for name in ordered]


def _urgency(points: Sequence[DeskPoint]) -> int:
    return min((OUTCOME_ORDER.index(point.outcome) for point in points), default=len(OUTCOME_ORDER))


def _point(finding: Row[Any], actor: Actor) -> DeskPoint:
    message = in_language(finding.texts["message"], actor)
    return DeskPoint(
        rule=finding.rule,
        line=finding.line_number,
        label=OUTCOMES[finding.outcome],
        outcome=finding.outcome,
        words=in_language(finding.texts.get("desk") or {}, actor) or message,
        buyer=message,
        facts=[(name, _plain(value)) for name, value in finding.facts.items() if value is not None],
    )


def _plain(value: Any) -> str:
    """What a rule looked at, unrounded; yes, no and codes in words."""
    if isinstance(value, bool):
        return t("yes") if value else t("no")
    if isinstance(value, str) and value in STATE_WORDS:
        return state_word(value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def worsened(worse: Sequence[Worse], actor: Actor, currency: str) -> list[Worsened]:
    """What a person has to know before they decide again."""
    return [
        Worsened(
            words_of(each.look, actor),
            [_change(name, before, now, currency) for name, (before, now) in each.changed.items()],
        )
        for each in worse
    ]


def words_of(look: Look, actor: Actor) -> str:
    """A reason to look in desk words."""
    return in_language(look.texts.get("desk") or look.texts["message"], actor)


def _change(name: str, before: Any, now: Any, currency: str) -> str:
    if name == "customer.overdue_invoices":
        return t("Overdue now as well: {invoices}.", invoices=", ".join(sorted(set(now) - set(before or ()))))
    if before is None:
        return t("There is a credit limit now: {amount}.", amount=amount(Decimal(str(now)), currency))
    by = abs(Decimal(str(now)) - Decimal(str(before)))
    if name == "item.available":
        return t("Stock fell by {quantity}.", quantity=count(by))
    return {
        "customer.balance": t("Open invoices rose by {amount}.", amount=amount(by, currency)),
        "customer.open_orders": t("Open orders rose by {amount}.", amount=amount(by, currency)),
        "customer.overdue": t("Overdue invoices rose by {amount}.", amount=amount(by, currency)),
        "customer.credit_limit": t("The credit limit fell by {amount}.", amount=amount(by, currency)),
        "order.net": t("The order rose by {amount}.", amount=amount(by, currency)),
    }[name]
