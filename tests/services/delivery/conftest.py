"""Messages that are due, and workers that take them one step at a time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.extensions import transaction
from app.security.scopes import Scope, entered
from app.services.delivery import claim, claiming, deliver
from app.services.delivery.claiming import Claimed
from tests.factories.shop import Shop


@pytest.fixture
def take(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Claimed | None]:
    """A worker claims one message and commits, as the relay does; None when nothing is due."""

    def take(*, lease_seconds: float = 120) -> Claimed | None:
        monkeypatch.setattr(claiming, "_lease_seconds", lease_seconds)
        with entered(Scope.staff()), transaction():
            return next(iter(claim(1)), None)

    return take


@pytest.fixture
def bring(take: Callable[..., Claimed | None]) -> Callable[..., str]:
    """Deliver a claimed message; without one, claim what is due first. Says what came of it."""

    def bring(message: Claimed | None = None) -> str:
        held = message or take()
        assert held is not None, "nothing is due"
        with entered(Scope.staff()):
            return deliver(held)

    return bring


@pytest.fixture
def hurry(shop: Shop) -> Callable[[], None]:
    """Every waiting message is due now, and every lease is over."""

    def hurry() -> None:
        shop.planter.connection.execute(
            "update outbox_message set due_at = now(), lease_until = null where state = 'waiting'"
        )

    return hurry
