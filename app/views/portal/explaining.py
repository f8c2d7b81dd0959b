"""The price explanation as a sum a clerk can follow: start, each step with its reason, result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.views.portal.words import count, day, price


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the sum: words on the left, the price after it on the right, validity below."""

    words: str
    price: str
    until: str


def steps(explanation: Sequence[Mapping[str, Any]]) -> list[Step]:
    """The stored steps in words."""
    return [Step(_words(step), price(Decimal(step["unit_price"])), _until(step)) for step in explanation]


def _words(step: Mapping[str, Any]) -> str:
    if step["kind"] == "list_price":
        return "List price"
    quantity = Decimal(step["from_quantity"])
    start = f"from {count(quantity)}" if quantity > 1 else ""
    if step["kind"] == "price":
        return ", ".join(each for each in (f"Price list {step['source']}", start) if each)
    named = step["name"] or step["source"]
    reason = f"Quantity {start}" if start else named
    less = f"{reason}: −{count(Decimal(step['percent']))} %"
    return f"{less} ({named})" if start and named else less


def _until(step: Mapping[str, Any]) -> str:
    return f"until {day(date.fromisoformat(step['valid_to']))}" if step["valid_to"] else ""
