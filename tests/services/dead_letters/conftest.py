"""Orders that did not get into the ERP, and people who deal with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.erp.port import OrderToPlace
from app.security.actor import Actor
from app.security.scopes import Scope, entered
from app.services import delivery, outbox
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp, Trouble


@pytest.fixture
def bring(shop: Shop) -> Callable[[], str | None]:
    """A worker takes what is due and brings it to its end; None when there is nothing."""

    def bring() -> str | None:
        shop.planter.connection.execute("delete from erp_line")  # nothing of earlier tests holds the line up
        with entered(Scope.staff()):
            came = delivery.delivery().step("main")
        return came if isinstance(came, str) else None

    return bring


@pytest.fixture
def dead(shop: Shop, erp: FakeErp, bring: Callable[[], str | None]) -> str:
    """An order of two lines whose message the ERP refused. :returns: its number"""
    shop.planter.connection.execute("delete from relink")
    erp.will("create_order", Trouble.REFUSED)
    number = shop.ordered("BIKE 5", "HELMET 2", reference="PO-1", ship_to="MAIN")
    assert bring() == "dead"
    return number


@pytest.fixture
def letter_id(shop: Shop) -> Callable[[str], int]:
    """The newest message of an order."""
    return lambda number: int(shop.messages(number)[-1]["id"])


@pytest.fixture
def sent(shop: Shop) -> Callable[[str], OrderToPlace]:
    """What the ERP was, or is to be, sent."""
    return lambda number: outbox.from_body(shop.messages(number)[-1]["body"])


@pytest.fixture
def by_hand(erp: FakeErp, sent: Callable[[str], OrderToPlace]) -> Callable[..., None]:
    """Somebody types the order into the ERP."""
    return lambda number, erp_number="101047", **different: erp.enter_by_hand(erp_number, sent(number), **different)


@pytest.fixture
def as_actor(shop: Shop) -> Callable[..., Any]:
    """Call a service as somebody, outside any transaction."""

    def call(actor: Actor, act: Callable[..., Any], *args: Any, **more: Any) -> Any:
        with shop.scope(actor):
            return act(actor, *args, **more)

    return call
