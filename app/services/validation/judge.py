"""Runs all four layers over an order and keeps what they said, with the facts and the rule-set version."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, text

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.extensions import session
from app.failpoints import reach
from app.models.transactional import Judgement, Order, OrderFinding
from app.rules.findings import Facts, Finding, Offer
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


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the active rules say about an order, before anything of it is kept."""

    rule_set_version: str
    facts: Facts
    findings: tuple[Finding, ...]


def judge(order: Order, customer: CustomerFacts, lines: Sequence[UnderstoodLine]) -> Verdict:
    """Evaluate the active rules on the facts of this moment; store judgement, findings and a record."""
    opinion = ask(order, customer, lines)
    verdict = keep(order, opinion)
    file(order, opinion)
    return verdict


def ask(order: Order, customer: CustomerFacts, lines: Sequence[UnderstoodLine]) -> Opinion:
    """Evaluate the active rules on the facts of this moment; nothing is stored."""
    rules = active()
    facts = gather(order, customer, lines)
    reach("S5")
    return Opinion(rules.version, facts, tuple(rules.evaluate(facts)))


def keep(order: Order, opinion: Opinion, *, with_facts: bool = True) -> Verdict:
    """Store judgement and findings.

    :param with_facts: False for a look at a draft, which decides nothing
    """
    judgement_id = session.execute(
        insert(Judgement).returning(Judgement.id),
        {
            "order_id": order.id,
            "customer_id": order.customer_id,
            "order_version": order.version,
            "rule_set_version": opinion.rule_set_version,
            "facts": opinion.facts.as_data() if with_facts else {},
        },
    ).scalar_one()
    if opinion.findings:
        session.execute(
            insert(OrderFinding.__table__).inline(), [_row(order, judgement_id, each) for each in opinion.findings]
        )
    order.rule_set_version = opinion.rule_set_version
    return Verdict(judgement_id, opinion.findings)


_LAST = text("""
    select j.id, j.rule_set_version, f.rule, f.outcome, f.line_number, f.texts, f.offers
      from judgement j left join finding f on f.judgement_id = j.id
     where j.id = (select max(id) from judgement where order_id = :order) order by f.id""")
_TOLD = ("rule", "outcome", "line_number", "texts", "offers")


def unchanged_since(order: Order, opinion: Opinion) -> int | None:
    """The id of the order's last judgement where it said the same, word for word."""
    rows = session.execute(_LAST, {"order": order.id}).mappings().all()
    if not rows or rows[0]["rule_set_version"] != opinion.rule_set_version:
        return None
    before = [{name: row[name] for name in _TOLD} for row in rows if row["rule"] is not None]
    after = [{name: row[name] for name in _TOLD} for row in (_row(order, 0, each) for each in opinion.findings)]
    return int(rows[0]["id"]) if before == json.loads(json.dumps(after, default=str)) else None


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


def file(order: Order, opinion: Opinion) -> None:
    """Say in the record what the rules said."""
    points = [{"rule": each.rule, "outcome": each.outcome, "line": each.line} for each in opinion.findings]
    change = Change(
        Tag.ORDER_JUDGED,
        "order",
        order.number,
        after={"rule_set": opinion.rule_set_version[:12], "findings": points},
        object_version=order.version,
    )
    record([change], customer_id=order.customer_id, author=author())
