"""How much dearer something may be before the buyer is asked: a setting for the whole installation. Pure arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from app.domain.money import decimals_of

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """`percent` of the amount that was shown; `price_wait` is how long an order waits for a price feed that is stuck."""

    percent: Decimal = Decimal(2)
    price_wait: timedelta = timedelta(minutes=15)

    def takes(self, ours: Decimal, theirs: Decimal, currency: str) -> bool:
        """Whether the other amount is cheaper, a matter of rounding, or within the percentage.

        :param ours: the amount of a line as it was shown to the buyer
        """
        more = theirs - ours
        return more <= minor_unit(currency) or more * HUNDRED <= self.percent * ours


def minor_unit(currency: str) -> Decimal:
    """The smallest amount there is."""
    return Decimal(1).scaleb(-decimals_of(currency))


_tolerance = Tolerance()


def start_tolerance(percent: Decimal, price_wait: timedelta) -> None:
    """Set for this process (settings PRICE_TOLERANCE_PERCENT, PRICE_WAIT_MINUTES)."""
    global _tolerance
    _tolerance = Tolerance(percent, price_wait)


def tolerance() -> Tolerance:
    """What counts in this process."""
    return _tolerance
