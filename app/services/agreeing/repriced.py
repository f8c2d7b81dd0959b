"""What asking for last-known prices once more can lead to, as plain values: for whoever delivers, and whoever settles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.services.agreeing.deviations import Deviation

Ask = Callable[[Callable[[Any], Any]], Any]
"""Makes one call to the ERP: given what to do with the port, it gives what that gave."""


@dataclass(frozen=True, slots=True)
class Repriced:
    """Prices moved beyond the tolerance; nothing was sent. `cheaper` ones are taken, `dearer` ones are asked about."""

    cheaper: tuple[Deviation, ...]
    dearer: tuple[Deviation, ...]
    word: str = "repriced"


class PriceNotKnown(Exception):
    """Neither the mirror nor the ERP can say the price yet; look again after `wait`."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("The price is asked again before the order is sent, and is not known yet.")
        self.wait = wait
