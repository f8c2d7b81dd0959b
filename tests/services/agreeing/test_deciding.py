"""The buyer answers what differs: who may, how often, and what a no leads to."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.errors import BadRequest, Conflict, MoveRefused, NotAllowed, NotFound
from app.extensions import transaction
from app.jobs.agreeing import follow
from app.security.scopes import Scope, entered
from app.services.agreeing import at_the_desk, deciding
from app.services.fulfilment import follow as follow_orders
from tests.factories.shop import Shop
from tests.services.agreeing.conftest import Agreeing, at


@pytest.fixture
def held(agreeing: Agreeing) -> str:
    """The ERP holds 90.00 where 80.00 was sent."""
    return agreeing.ordered_and_held(at(1, unit_price=Decimal(90)))


def test_a_no_goes_to_the_desk_and_the_erp_is_not_touched(agreeing: Agreeing, shop: Shop, held: str) -> None:
    agreeing.decline(held)

    order = shop.order(held)
    assert (order["hold_reason"], shop.state(held)) == ("erp_differs", ("confirmed", "approved", "validator"))
    assert shop.lines_of(held)[0]["unit_price"] == 80
    assert [message["kind"] for message in shop.messages(held)] == ["create_order"]
    assert agreeing.erp.documents[order["key"]].lines[0].unit_price == 80  # what was changed is only its answer
    with shop.scope(shop.vera), transaction():
        assert [each.number for each in at_the_desk.waiting()] == [held]


def test_the_desk_agrees_otherwise_with_a_note_of_what_was_agreed(agreeing: Agreeing, shop: Shop, held: str) -> None:
    agreeing.decline(held)
    with pytest.raises(BadRequest), shop.holding(shop.vera, held) as order:
        at_the_desk.settle(shop.vera, order, "ok")

    with shop.holding(shop.vera, held) as order:
        at_the_desk.settle(shop.vera, order, "Alice on the telephone today: 90.00 is all right.")

    assert (shop.order(held)["hold_reason"], shop.state(held)[2]) == (None, "warehouse")
    assert "proposal:settled" in shop.tags(held)


def test_the_desk_has_the_erp_asked_to_cancel(agreeing: Agreeing, shop: Shop, held: str) -> None:
    agreeing.decline(held)

    with shop.holding(shop.vera, held) as order:
        at_the_desk.cancel(shop.vera, order, "not at this price")

    assert shop.state(held) == ("confirmed", "approved", "erp")
    assert shop.messages(held)[-1]["kind"] == "cancel_order"
    assert agreeing.deliver() == "done"
    assert (shop.state(held)[0], shop.order(held)["hold_reason"]) == ("cancelled", None)
    with pytest.raises(MoveRefused), shop.holding(shop.vera, held) as order:
        at_the_desk.settle(shop.vera, order, "a second time, by mistake")


def test_an_answer_is_given_once(agreeing: Agreeing, shop: Shop, held: str) -> None:
    (row,) = agreeing.open(held)
    agreeing.accept(held)

    for again in (deciding.accept, deciding.decline):
        with pytest.raises(Conflict, match="accepted already, by Alice"), shop.holding(shop.alice, held) as order:
            again(shop.alice, order, row["id"])


def test_nobody_else_answers(agreeing: Agreeing, shop: Shop, held: str) -> None:
    (row,) = agreeing.open(held)

    for actor in (shop.carol, shop.vera, shop.ada):
        with pytest.raises(NotAllowed), shop.holding(actor, held) as order:
            deciding.accept(actor, order, row["id"])
    with pytest.raises(NotFound), shop.holding(shop.charlie, held):
        pass


def test_the_proposal_of_another_order_is_not_found(agreeing: Agreeing, shop: Shop, held: str) -> None:
    (row,) = agreeing.open(held)
    other = shop.ordered("BIKE 1")

    with pytest.raises(NotFound), shop.holding(shop.alice, other) as order:
        deciding.accept(shop.alice, order, row["id"])


def test_more_than_the_buyers_limit_needs_an_approver(agreeing: Agreeing, shop: Shop) -> None:
    number = agreeing.ordered_and_held(at(1, unit_price=Decimal(90)), "BIKE 60")

    with pytest.raises(NotAllowed, match=r"comes to USD 5,400\.00, and your limit is USD 5,000\.00"):
        agreeing.accept(number)
    agreeing.accept(number, by=shop.bob)

    assert shop.order(number)["net"] == 5400
    assert agreeing.proposals(number)[0]["decided_by_name"] == "Bob"


def test_all_at_once_only_what_was_on_the_screen(agreeing: Agreeing, shop: Shop) -> None:
    number = agreeing.ordered_and_held(
        lambda record: at(2, unit_price=Decimal(40))(at(1, unit_price=Decimal(90))(record))
    )
    seen = {row["id"] for row in agreeing.open(number)}

    with pytest.raises(Conflict), shop.holding(shop.alice, number) as order:
        deciding.accept_all(shop.alice, order, {max(seen)})
    with shop.holding(shop.alice, number) as order:
        deciding.accept_all(shop.alice, order, seen)

    assert shop.order(number)["net"] == 530
    assert shop.order(number)["hold_reason"] is None


def test_what_nobody_answered_lapses_when_the_order_is_over(agreeing: Agreeing, shop: Shop, held: str) -> None:
    shop.cancel(held)
    agreeing.deliver()

    follow()

    assert [row["state"] for row in agreeing.proposals(held)] == ["lapsed"]
    with pytest.raises(Conflict), shop.holding(shop.alice, held) as order:
        deciding.accept_all(shop.alice, order, set())


def test_news_of_the_erp_leave_the_ball_with_whoever_has_to_answer(agreeing: Agreeing, shop: Shop, held: str) -> None:
    order = shop.order(held)
    row = shop.planter.row(
        "erp_order", customer_id=order["customer_id"], source="main", number=order["erp_number"], order_key=order["key"],
        status="open", net=Decimal(510), tax=Decimal(51), gross=Decimal(561), currency="USD",
    )  # fmt: skip
    shop.planter.row(
        "erp_order_line", erp_order_id=row["id"], customer_id=order["customer_id"], line_number=1, quantity=Decimal(5),
        unit_price=Decimal(90), shipped=Decimal(0), invoiced=Decimal(0), cancelled=Decimal(0),
    )  # fmt: skip
    with entered(Scope.staff()):
        follow_orders({order["key"]})

    assert shop.state(held)[2] == "buyer"
