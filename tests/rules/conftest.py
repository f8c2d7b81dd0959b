"""An ordinary order, the shipped set, and a way to write one rule in a test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.rules.engine import Facts, Finding, RuleSet

SHIPPED = Path(__file__).parents[2] / "app" / "rules" / "sets"

RULE = """
rule: whole-pallets
layer: logistics
when: {item.pallet_size: {gt: 1}}
unless: {line.quantity: {multiple_of: item.pallet_size}}
outcome: notice
message: {en: "{item.name} ships in pallets of {item.pallet_size}.", de: "{item.name} kommt zu {item.pallet_size}."}
fix: {en: "Order whole pallets.", de: "Bestellen Sie ganze Paletten."}
examples:
  - {given: {item.pallet_size: 40, line.quantity: 80}, expect: pass}
  - {given: {item.pallet_size: 40, line.quantity: 90}, expect: notice}
"""
FILE = "logistics/whole-pallets.yml"


@pytest.fixture(scope="session")
def shipped() -> RuleSet:
    return RuleSet.load(SHIPPED)


@pytest.fixture
def judge(shipped: RuleSet) -> Callable[..., list[Finding]]:
    """Findings of the shipped set about an ordinary order with some facts changed."""

    def findings(**changed: Any) -> list[Finding]:
        return shipped.evaluate(order_with(**changed))

    return findings


def order_with(**changed: Any) -> Facts:
    groups: dict[str, dict[str, Any]] = {subject: dict(values) for subject, values in _ORDINARY.items()}
    for name, value in changed.items():
        subject, _, key = name.partition(".")
        groups[subject][key] = value
    line = {"line": groups["line"], "item": groups["item"]}
    return Facts(order=groups["order"], customer=groups["customer"], lines=[line], today=groups["today"])


_ORDINARY: dict[str, dict[str, Any]] = {
    "order": {
        "number": "P-10482",
        "reference": "4500012345",
        "lines": 1,
        "net": Decimal("29.95"),
        "currency": "USD",
        "requested_date": date(2026, 12, 1),
        "ship_to_code": "DOCK4",
        "ship_to_known": True,
        "same_reference_order": "",
    },
    "customer": {
        "name": "Riders Company",
        "country": "US",
        "block": "none",
        "vat_id": "",
        "credit_limit": Decimal(50_000),
        "balance": Decimal("38420.10"),
        "open_orders": Decimal(6_900),
        "overdue": Decimal(0),
        "prepayment": False,
        "currency": "USD",
        "account_manager": "max",
        "company_admin": "carol",
        "substitutes_allowed": True,
    },
    "line": {
        "number": 1,
        "item_number_typed": "BC-M005",
        "own_number": "",
        "item_known": True,
        "quantity": Decimal(5),
        "unit": "PCS",
        "unit_known": True,
        "base_quantity": Decimal(5),
        "unit_price": Decimal("5.99"),
        "net": Decimal("29.95"),
        "price_known": True,
        "requested_date": date(2026, 12, 1),
        "earliest_date": date(2026, 11, 27),
        "duplicate_of": 0,
    },
    "item": {
        "number": "BC-M005",
        "name": "Mountain Bottle Cage",
        "base_unit": "PCS",
        "units": ("PCS", "BOX"),
        "box_size": Decimal(12),
        "pallet_size": Decimal(480),
        "whole_pieces": True,
        "discontinued": False,
        "blocked": False,
        "available": Decimal(500),
        "lead_time_days": 3,
    },
    "today": {"date": date(2026, 11, 23), "weekday": 1},
}
