"""What time it is, in one place, so that tests can move it, and which date that is for the business."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_shift = timedelta()
_business_zone = ZoneInfo("UTC")


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return datetime.now(UTC) + _shift


def today() -> date:
    """The date of business: "today", cut-off and price validity are dates in the seller's time zone."""
    return now().astimezone(_business_zone).date()


def business_zone() -> ZoneInfo:
    """The seller's time zone, in which mails and papers speak."""
    return _business_zone


def start_clock(zone: str) -> None:
    """Set the seller's time zone for this process.

    :param zone: IANA name, the setting BUSINESS_TIME_ZONE
    """
    global _business_zone
    _business_zone = ZoneInfo(zone)


def shift(by: timedelta) -> None:
    """Move the clock of this process; for tests only."""
    global _shift
    _shift = by
