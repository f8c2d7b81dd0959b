"""The few calculations that generated rule code calls by name; they answer, whatever the numbers are.

Not for prices. Run inside `EXACT`, where an impossible result is NaN, which meets no test, instead of an exception.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from re import Pattern
from typing import Any

from app.rules.patterns import LONGEST_TEXT

EXACT = Context(prec=40, rounding=ROUND_HALF_UP, traps=[])
_NOT_A_NUMBER = Decimal("NaN")
Number = Decimal | int


def divide(left: Number, right: Number) -> Decimal:
    return Decimal(left) / Decimal(right) if right else _NOT_A_NUMBER


def round_down_to(quantity: Number, step: Number) -> Decimal:
    return _to_multiple(quantity, step, ROUND_FLOOR)


def round_up_to(quantity: Number, step: Number) -> Decimal:
    return _to_multiple(quantity, step, ROUND_CEILING)


def _to_multiple(quantity: Number, step: Number, rounding: str) -> Decimal:
    if not step > 0:
        return _NOT_A_NUMBER
    return (Decimal(quantity) / Decimal(step)).to_integral_value(rounding=rounding) * step


def is_multiple(quantity: Number, step: Number) -> bool:
    return step > 0 and Decimal(quantity) % step == 0


def later(day: date, days: Number) -> date:
    """`days` after `day`; the last or first day of the calendar beyond it."""
    try:
        return day + timedelta(days=int(days))
    except (OverflowError, ValueError):
        return date.max if days > 0 else date.min


def days_between(last: date, first: date) -> int:
    return (last - first).days


def looks_like(pattern: Pattern[str], text: str) -> bool:
    return len(text) <= LONGEST_TEXT and pattern.fullmatch(text) is not None


def usable(value: Any) -> Any:
    """The value, or None where a calculation had no answer."""
    return None if isinstance(value, Decimal) and not value.is_finite() else value


def where_above(value: Number, floor: Number) -> Number:
    """The value where it is above the floor, else NaN, which counts as not known."""
    return value if value > floor else _NOT_A_NUMBER


def first_given(value: Any, otherwise: Any) -> Any:
    return otherwise if value is None else value
