"""A time, named beforehand, in which Portico is for reading only (setting MAINTENANCE)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.clock import business_zone, now
from app.domain.readable import day
from app.errors import PortalError
from app.words import n_, t

TOLD_BEFORE = timedelta(hours=24)


class Closed(PortalError):
    """Nothing can be changed for the moment."""

    code = "maintenance"
    status = 503
    title = n_("Reading only for the moment")


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when, in the seller's time zone."""

    start: datetime
    end: datetime

    @property
    def words(self) -> str:
        """Sat 28 Nov, 20:00 to 22:00; with both days when it goes over midnight."""
        today = now().astimezone(business_zone()).date()
        start, end = day(self.start.date(), today), day(self.end.date(), today)
        if start == end:
            return t("{day}, {start} to {end}", day=start, start=f"{self.start:%H:%M}", end=f"{self.end:%H:%M}")
        return t("{start} to {end}", start=f"{start} {self.start:%H:%M}", end=f"{end} {self.end:%H:%M}")


_window: Window | None = None


def start_maintenance(times: tuple[datetime, datetime] | None) -> None:
    """Set for this process.

    :param times: without a zone, as the setting has them; None for no maintenance
    """
    global _window
    zone = business_zone()
    _window = None if times is None else Window(times[0].replace(tzinfo=zone), times[1].replace(tzinfo=zone))


def announced() -> Window | None:
    """The window while it lasts and a day before; None otherwise."""
    if _window is None:
        return None
    return _window if _window.start - TOLD_BEFORE <= now() < _window.end else None


def closed() -> Window | None:
    """The window while it lasts."""
    return _window if _window is not None and _window.start <= now() < _window.end else None


def refuse_changes() -> None:
    """:raises Closed: nothing can be changed at this moment"""
    window = closed()
    if window is None:
        return
    left = int((window.end - now()).total_seconds()) + 1
    raise Closed(
        t("{time}: reading only. Nothing was changed.", time=window.words),
        t("What you typed is still in the page you came from. Go back to it, and send it afterwards."),
        retry_after=left,
    )
