"""What gets into the ERP is what was agreed last: nothing of an earlier round, an earlier wording or an earlier order."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from app import clock
from app.errors import PortalError
from app.extensions import transaction
from app.security.actor import RULES, acting
from app.security.scopes import Scope, entered
from app.services import dead_letters, rejudging, review
from app.services.agreeing import deciding
from app.services.lifecycle import locked
from app.services.pricing import erp_speaks_again
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp, Trouble
from tests.services.agreeing.conftest import Agreeing
from tests.services.agreeing.test_asking_again import BIKE

Call = Callable[..., Any]


def test_an_earlier_try_that_came_late_is_not_taken_for_the_corrected_order(
    shop: Shop, erp: FakeErp, bring: Call, as_actor: Call, letter_id: Call
) -> None:
    shop.planter.connection.execute("delete from relink")
    erp.will("create_order", Trouble.LATE_COMMIT)
    number = shop.ordered("BIKE 5", reference="PO-1")
    assert bring() == "later"
    shop.planter.connection.execute("update outbox_message set state = 'dead', reason_code = 'tries_spent'")
    shop.planter.connection.execute("update outbox_message set finished_at = now() - interval '1 hour'")
    shop.planter.connection.execute("update erp_call set started_at = now() - interval '1 hour'")
    wanted = replace(dead_letters.Correction.of(shop.messages(number)[0]["body"]), reference="PO-2")
    as_actor(shop.ada, dead_letters.correct, letter_id(number), wanted)
    erp.commit_late()
    bring()

    assert erp.documents[shop.order(number)["key"]].reference == "PO-1"
    assert shop.order(number)["hold_reason"] == "erp_differs"


@pytest.fixture
def asked_for_its_price(shop: Shop, erp: FakeErp) -> str:
    """At the desk; what had no price has one now, and the buyer is asked about it."""
    number = shop.ordered("CUSTOM 2", "BIKE 1")
    assert shop.state(number)[:2] == ("in_validation", "pending")
    shop.planter.price("CUSTOM", "50", group="DEALER", list_code="DEALER", list_name="Dealers")
    with entered(Scope.staff()), acting(RULES), transaction():
        assert rejudging.judge_again(locked(number), clock.now()) == "asked"
    return number


def test_a_question_about_an_order_that_was_sent_anew_cannot_be_answered_any_more(
    shop: Shop, erp: FakeErp, agreeing: Agreeing, bring: Call, asked_for_its_price: str
) -> None:
    number = asked_for_its_price
    old = agreeing.open(number)[0]["id"]
    with shop.holding(shop.vera, number) as order:
        review.reject(shop.vera, order, "address_unclear")
    shop.change(number, "HELMET 3")
    shop.send(number)
    with suppress(PortalError), shop.holding(shop.alice, number) as order:
        deciding.accept(shop.alice, order, old)
    while bring() is not None:
        pass

    assert erp.operations().count("create_order") == 1
    (line,) = erp.documents[shop.order(number)["key"]].lines
    assert line.item_number == "HELMET"
    assert (line.quantity, line.unit_price) == (Decimal(3), Decimal(30))
    assert len(shop.messages(number)) == 1
    shop.planter.connection.execute("delete from price where item_number = 'CUSTOM'")


def test_a_line_declined_in_an_earlier_round_is_sent_when_it_is_another_one_now(
    shop: Shop, erp: FakeErp, agreeing: Agreeing, bring: Call
) -> None:
    shop.planter.connection.execute("delete from sync_state")
    erp.price_lines = [BIKE]
    number = shop.draft("BIKE 5", "HELMET 2")
    erp.will("quote", Trouble.UNAVAILABLE)
    shop.send(number, live=True)
    erp.price_lines = [replace(BIKE, unit_price=Decimal(95))]
    assert bring() == "repriced"
    agreeing.decline(number)
    erp.will("create_order", Trouble.REFUSED)
    assert bring() == "dead"
    letter = shop.messages(number)[-1]["id"]
    with shop.scope(shop.ada):
        dead_letters.give_back(shop.ada, letter, "address_unclear")

    shop.change(number, "HELMET 4", "BIKE 1")
    erp_speaks_again()
    erp.will("quote", Trouble.UNAVAILABLE)
    shop.send(number, live=True)
    erp.price_lines = [replace(BIKE, unit_price=Decimal(99))]
    assert bring() == "repriced"
    agreeing.accept(number)
    assert bring() == "done"

    sent = erp.documents[shop.order(number)["key"]].lines
    assert [(line.item_number, line.quantity) for line in sent] == [("HELMET", Decimal(4)), ("BIKE", Decimal(1))]


def test_cancelled_here_while_it_was_sent_it_is_cancelled_there(shop: Shop, erp: FakeErp, bring: Call) -> None:
    """However it came to be cancelled: what the ERP took all the same is asked back."""
    number = shop.ordered("BIKE 5")

    def during(operation: str) -> None:
        if operation == "create_order":
            shop.planter.connection.execute("update customer_order set process = 'cancelled'")

    erp.during = during
    assert bring() == "done"
    assert bring() == "done"

    assert erp.documents[shop.order(number)["key"]].status.value == "cancelled"
    assert shop.state(number)[0] == "cancelled"
