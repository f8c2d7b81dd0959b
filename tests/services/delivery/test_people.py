"""What a person does with a dead letter: send it again, which cannot double it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.errors import Conflict, NotFound
from app.extensions import transaction
from app.services.delivery import retry
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp, Trouble

Bring = Callable[..., str]


@pytest.fixture
def dead(shop: Shop, erp: FakeErp, bring: Bring) -> str:
    """An order whose message the ERP refused."""
    erp.will("create_order", Trouble.REFUSED)
    number = shop.ordered("BIKE 5")
    bring()
    return number


def again(shop: Shop, message_id: int) -> None:
    with shop.scope(shop.ada), transaction():
        retry(message_id)


def test_it_waits_again_and_the_hold_is_lifted(shop: Shop, dead: str, erp: FakeErp, bring: Bring) -> None:
    again(shop, shop.messages(dead)[0]["id"])

    assert shop.messages(dead)[0]["state"] == "waiting"
    assert shop.order(dead)["hold_reason"] is None
    assert bring() == "done"
    assert shop.state(dead)[0] == "confirmed"


def test_it_is_looked_up_before_it_is_sent(shop: Shop, dead: str, erp: FakeErp, bring: Bring) -> None:
    again(shop, shop.messages(dead)[0]["id"])
    bring()

    assert erp.operations() == ["create_order", "find_order", "create_order"]
    assert len(erp.created()) == 1


def test_it_is_recorded_who_sent_it_again(shop: Shop, dead: str) -> None:
    again(shop, shop.messages(dead)[0]["id"])
    entries = {entry["tag"]: entry["actor_id"] for entry in shop.history(dead)}

    assert entries["outbox:retried"] == shop.ada.person_id


def test_only_a_dead_letter_is_sent_again(shop: Shop, dead: str) -> None:
    message = shop.messages(dead)[0]["id"]
    again(shop, message)

    with pytest.raises(Conflict, match="waiting"):
        again(shop, message)
    with pytest.raises(NotFound):
        again(shop, message + 1000)
