"""An order as a person or a program typed it, before anybody has looked anything up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class TypedLine:
    """`unit` empty means the item's base unit. What is not known stays as typed and gets a finding."""

    item: str
    quantity: Decimal
    unit: str = ""
    requested_date: date | None = None
    buyer_line: str = ""
    cost_center: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class TypedOrder:
    """`ship_to` empty means the customer's usual address."""

    lines: tuple[TypedLine, ...]
    reference: str = ""
    requested_date: date | None = None
    ship_to: str = ""
    ship_to_address: dict[str, Any] | None = None
    comment: str = ""
