"""A wish to cancel beside every other way into the ERP: what is cancelled here does not come to be there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest

from app import clock
from app.errors import PortalError
from app.extensions import transaction
from app.security.scopes import Scope, entered
from app.services import dead_letters, delivery
from app.services.delivery.protocol import Claimed
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp, Trouble
from tests.services.agreeing.conftest import Agreeing
from tests.services.agreeing.test_asking_again import BIKE

Call = Callable[..., Any]


def stands_alike(shop: Shop, erp: FakeErp, number: str) -> bool:
    """Cancelled here means nothing in force there."""
    row = shop.order(number)
    there = erp.documents.get(row["key"])
    in_force = there is not None and there.status.value != "cancelled"
    return row["process"] != "cancelled" or not in_force


def drain(bring: Call) -> None:
    while bring() is not None:
        pass


@pytest.fixture
def mails(shop: Shop) -> Callable[[], list[str]]:
    return lambda: [row["kind"] for row in shop.planter.all("select kind from mail order by id")]


@pytest.fixture
def spent(shop: Shop, dead: str) -> str:
    """A dead letter that may have reached the ERP, long ago."""
    shop.planter.connection.execute(
        "update outbox_message set reason_code = 'tries_spent', finished_at = %(at)s",
        {"at": clock.now() - timedelta(hours=1)},
    )
    return dead


def test_corrected_while_a_wish_to_cancel_waits(
    shop: Shop, erp: FakeErp, spent: str, bring: Call, as_actor: Call, letter_id: Call
) -> None:
    letter = letter_id(spent)
    shop.cancel(spent)
    body = shop.messages(spent)[0]["body"]
    wanted = replace(dead_letters.Correction.of(body), reference="PO-2")
    with suppress(PortalError):
        as_actor(shop.ada, dead_letters.correct, letter, wanted)
    drain(bring)

    assert stands_alike(shop, erp, spent)
    assert shop.state(spent)[0] == "cancelled"


def test_given_back_while_a_wish_to_cancel_waits(
    shop: Shop, erp: FakeErp, spent: str, bring: Call, as_actor: Call, letter_id: Call
) -> None:
    letter = letter_id(spent)
    shop.cancel(spent)
    with suppress(PortalError):
        as_actor(shop.ada, dead_letters.give_back, letter, "item_not_available")
    with suppress(PortalError):
        shop.change(spent, "BIKE 3")
        shop.send(spent)
    drain(bring)

    assert stands_alike(shop, erp, spent)
    assert shop.state(spent)[0] == "cancelled"


def test_sent_again_while_the_cancellation_is_on_its_way(
    shop: Shop, erp: FakeErp, spent: str, bring: Call, as_actor: Call, letter_id: Call
) -> None:
    letter = letter_id(spent)
    shop.cancel(spent)
    with entered(Scope.staff()):
        shop.planter.connection.execute("delete from erp_line")
        at_work = delivery.delivery()
        held = at_work.take("main")
    assert isinstance(held, Claimed)
    assert held.kind == "cancel_order"
    with suppress(PortalError), shop.scope(shop.ada), transaction():
        dead_letters.retry(shop.ada, letter)
    with entered(Scope.staff()):
        asked = at_work.attempt(held)
    bring()
    with entered(Scope.staff()):
        at_work.finish(asked)
    drain(bring)

    assert stands_alike(shop, erp, spent)


def test_cancelled_while_its_price_is_asked_again(shop: Shop, erp: FakeErp, bring: Call) -> None:
    number = sent_at_last_known_price(shop, erp)
    erp.price_lines = [replace(BIKE, unit_price=Decimal(60))]
    buyer = iter([Thread(target=lambda: shop.cancel(number))])

    def during(operation: str) -> None:
        if operation == "quote" and (thread := next(buyer, None)):
            thread.start()
            thread.join()

    erp.during = during
    drain(bring)

    assert stands_alike(shop, erp, number)
    assert shop.state(number)[0] == "cancelled"


def test_a_new_price_is_agreed_to_while_a_wish_to_cancel_waits(
    shop: Shop, erp: FakeErp, agreeing: Agreeing, bring: Call
) -> None:
    number = sent_at_last_known_price(shop, erp)
    erp.price_lines = [replace(BIKE, unit_price=Decimal(95))]
    buyer = iter([Thread(target=lambda: shop.cancel(number))])

    def during(operation: str) -> None:
        if operation == "quote" and (thread := next(buyer, None)):
            thread.start()
            thread.join()

    erp.during = during
    assert bring() == "repriced"
    with suppress(PortalError):
        agreeing.accept(number)
    drain(bring)

    assert stands_alike(shop, erp, number)
    assert shop.state(number)[0] == "cancelled"


def sent_at_last_known_price(shop: Shop, erp: FakeErp) -> str:
    shop.planter.connection.execute("delete from sync_state")
    erp.will("quote", Trouble.UNAVAILABLE)
    number = shop.draft("BIKE 5")
    shop.send(number, live=True)
    return number


def test_cancelled_in_the_erp_before_its_answer_came_it_is_not_confirmed(
    shop: Shop, erp: FakeErp, bring: Call, mails: Call
) -> None:
    erp.will("create_order", Trouble.TIMEOUT_AFTER_COMMIT)
    number = shop.ordered("BIKE 5")
    assert bring() == "later"
    erp.cancel_order(shop.order(number)["key"])
    shop.planter.connection.execute("update outbox_message set due_at = now()")
    bring()

    assert shop.state(number)[0] != "confirmed"
    assert "confirmation" not in mails()
