"""Orders that wait for a fact go on by themselves when it changes; nothing a person has in hand is touched."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from app import clock
from app.extensions import transaction
from app.jobs.rejudging import waiting
from app.security.actor import RULES, acting
from app.security.scopes import Scope, entered
from app.services import claims, lifecycle, messages, review
from app.services.agreeing import deciding
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp


@pytest.fixture
def over(shop: Shop, erp: FakeErp) -> str:
    """Over the credit limit of Dora's company; everything before is looked at already."""
    number = shop.ordered("BIKE 20", by=shop.dora)
    waiting()
    return number


@pytest.fixture(autouse=True)
def _as_it_was(shop: Shop) -> Iterator[None]:
    yield
    news(shop, "customer", "name = 'Gamma'", credit_limit=Decimal(1000), balance=Decimal(0))
    news(shop, "customer", "name = 'Alpha'", block="none")
    news(shop, "item", "number = 'CUSTOM'", list_price=Decimal(0))
    shop.planter.connection.execute("delete from schedule_tick")


def news(shop: Shop, table: str, where: str, *, quiet: bool = False, **values: Any) -> None:
    """What a sync brings; `quiet` leaves no mark of change, as balances do."""
    marks = {} if quiet else {"synced_at": clock.now()}
    columns = ", ".join(f"{name} = %({name})s" for name in {**values, **marks})
    shop.planter.connection.execute(f"update {table} set {columns} where {where}", {**values, **marks})


def test_a_higher_limit_lets_it_go_on_as_if_it_was_judged_now(shop: Shop, over: str) -> None:
    news(shop, "customer", "name = 'Gamma'", credit_limit=Decimal(5000))

    assert waiting() == {"went_on": 1}

    assert shop.state(over) == ("in_validation", "approved", "erp")
    assert [message["kind"] for message in shop.messages(over)] == ["create_order"]
    judged = [entry for entry in shop.history(over) if entry["tag"] == "order:judged"][-1]
    assert (judged["actor_kind"], judged["after"]["findings"]) == ("rules", [])


def test_it_is_sent_once_however_often_it_is_looked_at(shop: Shop, over: str) -> None:
    news(shop, "customer", "name = 'Gamma'", credit_limit=Decimal(5000))

    assert (waiting(), waiting()) == ({"went_on": 1}, {})
    assert len(shop.messages(over)) == 1


def test_a_balance_that_only_changed_its_number_is_noticed(shop: Shop, over: str) -> None:
    news(shop, "customer", "name = 'Gamma'", quiet=True, balance=Decimal(250))

    assert waiting() == {"refreshed": 1}

    assert Decimal(shop.findings(over)[0]["facts"]["customer.balance"]) == 250
    assert shop.state(over)[1] == "pending"


def test_nothing_is_judged_while_nothing_changed(shop: Shop, over: str) -> None:
    news(shop, "customer", "name = 'Beta'", credit_limit=Decimal(1))

    assert waiting() == {}


def test_the_same_points_leave_no_new_judgement(shop: Shop, over: str) -> None:
    before = shop.findings(over)
    news(shop, "item", "number = 'BIKE'", description="A bike.")

    assert waiting() == {"same": 1}
    assert shop.findings(over) == before


def test_what_somebody_has_taken_is_left_alone(shop: Shop, over: str) -> None:
    with shop.holding(shop.vera, over) as order:
        claims.claim(shop.vera, order)
    news(shop, "customer", "name = 'Gamma'", credit_limit=Decimal(5000))

    assert waiting() == {}
    assert shop.state(over)[1] == "pending"


def test_what_was_asked_of_the_buyer_is_left_alone(shop: Shop, over: str) -> None:
    with shop.holding(shop.vera, over) as order:
        messages.ask(shop.vera, order, "Do you pay first?")
    news(shop, "customer", "name = 'Gamma'", credit_limit=Decimal(5000))

    assert waiting() == {}


def test_a_decision_of_a_person_stays(shop: Shop, over: str) -> None:
    with shop.holding(shop.vera, over) as order:
        review.reject(shop.vera, order, "credit_limit")
    news(shop, "customer", "name = 'Gamma'", credit_limit=Decimal(5000))

    assert waiting() == {}
    assert shop.state(over)[1] == "rejected"


def test_a_blocked_draft_that_can_be_sent_now_is_told_to_its_buyer(shop: Shop, erp: FakeErp) -> None:
    news(shop, "customer", "name = 'Alpha'", block="all")
    number = shop.ordered("BIKE 5")
    assert shop.state(number)[0] == "draft"
    assert waiting() == {"blocked": 1}
    news(shop, "customer", "name = 'Alpha'", block="none")

    assert waiting() == {"can_be_sent": 1}

    assert [mail["kind"] for mail in shop.planter.all("select kind from mail")] == ["can_be_sent"]
    assert shop.state(number)[0] == "draft"


def test_a_price_that_arrives_is_put_to_the_buyer_and_then_goes_out(shop: Shop, erp: FakeErp) -> None:
    number = shop.ordered("CUSTOM 2")
    assert shop.state(number)[1] == "pending"
    waiting()
    news(shop, "item", "number = 'CUSTOM'", list_price=Decimal(75))

    assert waiting() == {"asked": 1}

    assert (shop.state(number)[2], shop.order(number)["hold_reason"]) == ("buyer", "your_answer")
    (row,) = shop.planter.all("select * from proposal")
    with shop.holding(shop.alice, number) as order:
        deciding.accept(shop.alice, order, row["id"])
    assert shop.state(number) == ("in_validation", "approved", "erp")
    assert shop.messages(number)[0]["body"]["lines"][0]["unit_price"] == "75.000000"


def test_a_hold_ends_when_what_was_missing_has_come(shop: Shop, erp: FakeErp) -> None:
    number = shop.ordered("BIKE 1")
    with entered(Scope.staff()), acting(RULES), transaction():
        lifecycle.hold(lifecycle.locked(number), "erp_ahead")

    assert waiting() == {"lifted": 1}

    assert shop.order(number)["hold_reason"] is None
