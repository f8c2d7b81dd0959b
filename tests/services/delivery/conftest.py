"""Messages that are due, and workers that take them one step at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.security.scopes import Scope, entered
from app.services.delivery import delivery
from app.services.delivery.protocol import Claimed
from tests.factories.shop import Shop


@pytest.fixture
def take(shop: Shop) -> Callable[..., Claimed | None]:
    """A worker claims one message; None when nothing may be taken. The pace holds nobody up here."""

    def take(*, lease_seconds: float = 120) -> Claimed | None:
        shop.planter.connection.execute("update erp_line set allowance = 10")
        with entered(Scope.staff()):
            taken = delivery(lease=timedelta(seconds=lease_seconds)).take("main")
        return taken if isinstance(taken, Claimed) else None

    return take


@pytest.fixture
def bring(take: Callable[..., Claimed | None]) -> Callable[..., str]:
    """Deliver a claimed message; without one, claim what is due first. Says what came of it."""

    def bring(message: Claimed | None = None) -> str:
        held = message or take()
        assert held is not None, "nothing is due"
        with entered(Scope.staff()):
            at_work = delivery()
            return at_work.finish(at_work.attempt(held))

    return bring


@pytest.fixture
def hurry(shop: Shop) -> Callable[[], None]:
    """Every waiting message is due now, and every lease is over."""

    def hurry() -> None:
        shop.planter.connection.execute(
            "update outbox_message set due_at = now(), lease_until = null where state = 'waiting'"
        )
        shop.planter.connection.execute("delete from erp_line")

    return hurry
