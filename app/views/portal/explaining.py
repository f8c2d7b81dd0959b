"""The price explanation as a sum a clerk can follow: start, each step with its reason, result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.views.formats import count, day, price
from app.words import t


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
    quantity = Decimal(step["from_quantity"])
    named = step["name"] or step["source"]
    if step["kind"] == "list_price":
        return t("List price")
    if step["kind"] == "price":
        if quantity > 1:
            return t("Price list {list}, from {quantity}", list=step["source"], quantity=count(quantity))
        return t("Price list {list}", list=step["source"])
    percent = count(Decimal(step["percent"]))
    if quantity > 1:
        return t(
            "Quantity from {quantity}: −{percent} % ({name})", quantity=count(quantity), percent=percent, name=named
        )
    return t("{name}: −{percent} %", name=named, percent=percent)


def _until(step: Mapping[str, Any]) -> str:
    return t("until {day}", day=day(date.fromisoformat(step["valid_to"]))) if step["valid_to"] else ""
