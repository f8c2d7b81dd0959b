"""What follows from answers about differences, and what no answer is needed for any more. Takes no message."""

from __future__ import annotations

from collections.abc import Callable

from app.extensions import doorbell, transaction
from app.models.transactional import Order
from app.security.actor import RULES, acting
from app.security.scopes import Scope, entered
from app.services import notifications
from app.services.agreeing import proposals
from app.services.lifecycle import locked


def follow() -> int:
    """Send confirmations that waited for an answer; close questions about orders that are over.

    :returns: how many orders were dealt with
    """
    doorbell.answered("agreeing.follow")
    with entered(Scope.staff()), acting(RULES):
        with transaction():
            agreed, over = proposals.agreed_and_untold(), proposals.overtaken()
        return _each(agreed, notifications.confirmation) + _each(over, proposals.lapse)


def _each(numbers: list[str], what: Callable[[Order], None]) -> int:
    for number in numbers:
        with transaction():
            what(locked(number))
    return len(numbers)
