"""Runs all four layers over an order and keeps what they said, with the facts and the rule-set version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.extensions import session
from app.models.transactional import Judgement, Order, OrderFinding
from app.rules.findings import Finding, Offer
from app.services.customers import CustomerFacts
from app.services.lifecycle import author
from app.services.ordering.understanding import UnderstoodLine
from app.services.rulebook import active
from app.services.validation.facts import gather


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings of one run, and how far the order may go with them."""

    judgement_id: int
    findings: tuple[Finding, ...]

    def _has(self, outcome: str) -> bool:
        return any(finding.outcome == outcome for finding in self.findings)

    @property
    def blocks(self) -> bool:
        """The order cannot be sent as it is."""
        return self._has("block")

    @property
    def needs_a_person(self) -> bool:
        """Somebody at the desk decides."""
        return self._has("review")


def judge(order: Order, customer: CustomerFacts, lines: Sequence[UnderstoodLine]) -> Verdict:
    """Evaluate the active rules on the facts of this moment; store judgement, findings and a record."""
    rules = active()
    facts = gather(order, customer, lines)
    findings = tuple(rules.evaluate(facts))
    judgement_id = session.execute(
        insert(Judgement).returning(Judgement.id),
        {
            "order_id": order.id,
            "customer_id": order.customer_id,
            "order_version": order.version,
            "rule_set_version": rules.version,
            "facts": facts.as_data(),
        },
    ).scalar_one()
    if findings:
        session.execute(
            insert(OrderFinding.__table__).inline(), [_row(order, judgement_id, finding) for finding in findings]
        )
    order.rule_set_version = rules.version
    _file(order, rules.version, findings)
    return Verdict(judgement_id, findings)


def _row(order: Order, judgement_id: int, finding: Finding) -> dict[str, Any]:
    return {
        "judgement_id": judgement_id,
        "order_id": order.id,
        "customer_id": order.customer_id,
        "rule": finding.rule,
        "layer": finding.layer,
        "outcome": finding.outcome,
        "line_number": finding.line,
        "texts": {
            "message": dict(finding.message),
            "fix": dict(finding.fix),
            "desk": dict(finding.desk),
            "message_without_amounts": dict(finding.message_without_amounts or {}),
            "fix_without_amounts": dict(finding.fix_without_amounts or {}),
        },
        "offers": [_offer(offer) for offer in finding.offers],
        "facts": dict(finding.facts),
    }


def _offer(offer: Offer) -> dict[str, Any]:
    return {"id": offer.id, "label": dict(offer.label), "effect": dict(offer.effect), "default": offer.default}


def _file(order: Order, version: str, findings: Sequence[Finding]) -> None:
    points = [{"rule": each.rule, "outcome": each.outcome, "line": each.line} for each in findings]
    change = Change(
        Tag.ORDER_JUDGED,
        "order",
        order.number,
        after={"rule_set": version[:12], "findings": points},
        object_version=order.version,
    )
    record([change], customer_id=order.customer_id, author=author())
