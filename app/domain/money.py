"""Amounts of money: rounding to the currency's decimals, half away from zero, per line.

Not for unit prices, which keep the decimals of the ERP.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)

# Decimals of the currencies whose smallest unit is not a hundredth (ISO 4217, minor unit).
_DECIMALS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV"), 0),
    **dict.fromkeys(("XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def decimals_of(currency: str) -> int:
    """How many decimals an amount in this currency has."""
    return _DECIMALS.get(currency, 2)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount as it stands on paper: the currency's decimals, half away from zero."""
    return amount.quantize(Decimal(1).scaleb(-decimals_of(currency)), rounding=ROUND_HALF_UP)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """A sum of rounded line amounts; never the rounding of a sum."""
    return sum(amounts, ZERO)


def at_least_decimals(value: Decimal, places: int) -> str:
    """Plain notation with at least `places` decimals and no trailing zeros beyond them: 29.994, 12.30, 5.00."""
    digits = value.normalize()
    exponent = digits.as_tuple().exponent
    shown = places if not isinstance(exponent, int) else max(places, -exponent)
    return f"{value:.{shown}f}"
