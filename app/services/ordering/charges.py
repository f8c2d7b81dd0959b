"""Surcharges beside the lines: they follow from the choices that count, are part of the order's net, and go to the ERP.

Only a draft's charges move; once it is sent they stay as they were shown. Not for prices: those are in the lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from app.domain.money import rounded, total
from app.erp.port import ChargeToPlace
from app.models.transactional import Order
from app.rules.findings import Finding
from app.services.ordering.choices import counting


def settle(order: Order, findings: Sequence[Finding]) -> bool:
    """Bring the charges of a draft, and its net sum with them, in line with what the rules say and the buyer chose.

    :returns: whether they are different now
    """
    wanted = [charge for finding in findings for charge in _of(order, finding)]
    if wanted == (order.charges or []):
        return False
    order.net += total(Decimal(each["amount"]) for each in wanted) - net_of(order)
    order.charges = wanted
    return True


def net_of(order: Order) -> Decimal:
    """The sum of the charges, in the order's currency."""
    return total(Decimal(each["amount"]) for each in order.charges or ())


def to_place(order: Order) -> tuple[ChargeToPlace, ...]:
    """The charges as the ERP gets them; codes over there are in capitals."""
    return tuple(
        ChargeToPlace(code=each["code"].upper(), description=_description(each), amount=Decimal(each["amount"]))
        for each in order.charges or ()
    )


def _description(charge: dict[str, Any]) -> str:
    """The English label with the line it is for: the ERP's document has one language."""
    label = str(charge["label"].get("en", charge["code"]))
    return f"{label}, line {charge['line']}" if charge["line"] else label


def _of(order: Order, finding: Finding) -> list[dict[str, Any]]:
    offer = counting(order, finding)
    if offer is None or offer.effect.get("charge", {}).get("amount") is None:
        return []
    charge = offer.effect["charge"]
    return [
        {
            "code": charge["code"],
            "label": dict(charge["label"]),
            "amount": f"{rounded(Decimal(charge['amount']), order.currency):f}",
            "why": dict(finding.message),
            "line": finding.line,
        }
    ]
