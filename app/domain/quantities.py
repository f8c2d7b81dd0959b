"""Quantities in the units items are sold in: pieces, boxes, pallets, and what they are in base units."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

LARGEST = Decimal("999999999")  # beyond this no warehouse and no ERP field follows


def in_base_units(quantity: Decimal, factor: Decimal) -> Decimal:
    """`quantity` of a unit that holds `factor` base units."""
    return quantity * factor


def is_whole(quantity: Decimal) -> bool:
    return quantity == quantity.to_integral_value()


def round_down_to(quantity: Decimal, step: Decimal) -> Decimal:
    """The largest multiple of `step` that is not above `quantity`."""
    return (quantity / step).to_integral_value(rounding=ROUND_DOWN) * step


def round_up_to(quantity: Decimal, step: Decimal) -> Decimal:
    """The smallest multiple of `step` that is not below `quantity`."""
    below = round_down_to(quantity, step)
    return below if below == quantity else below + step


def plain(quantity: Decimal) -> str:
    """5, 2.5, 1200: no exponent, no trailing zeros."""
    text = f"{quantity:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
