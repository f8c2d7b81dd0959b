"""The review desk: claim, approve, reject with a reason; never one's own order, never twice."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from app import clock
from app.errors import BadRequest, Conflict, MoveRefused, NotAllowed, Unprocessable
from app.extensions import transaction
from app.security.actor import Actor
from app.services import review
from app.services.ordering.place import Outcome
from tests.factories.shop import Shop


@pytest.fixture
def waiting(shop: Shop) -> str:
    """Over the credit limit of Dora's company."""
    return shop.ordered("BIKE 20", by=shop.dora)


def queue(shop: Shop, actor: Actor) -> list[review.QueueRow]:
    with shop.scope(actor), transaction():
        return review.queue()


def reject(shop: Shop, number: str, code: str = "credit_limit", note: str = "", by: Actor | None = None) -> None:
    with shop.holding(by or shop.vera, number) as order:
        review.reject(by or shop.vera, order, code, note)


def claim(shop: Shop, number: str, by: Actor) -> None:
    with shop.holding(by, number) as order:
        review.claim(by, order)


def test_the_queue_shows_what_waits_and_why_the_oldest_first(shop: Shop, waiting: str) -> None:
    later = shop.ordered("CUSTOM 1")

    rows = queue(shop, shop.vera)

    assert [row.number for row in rows] == [waiting, later]
    assert [point["rule"] for point in rows[0].points] == ["credit-limit"]
    assert (rows[0].customer_name, rows[0].net) == ("Gamma", Decimal(1600))


def test_letting_it_pass_sends_it(shop: Shop, waiting: str) -> None:
    shop.pass_check(waiting)

    assert shop.state(waiting) == ("in_validation", "approved", "erp")
    assert [message["kind"] for message in shop.messages(waiting)] == ["create_order"]
    assert shop.order(waiting)["reviewed_by"] == shop.vera.person_id
    assert queue(shop, shop.vera) == []


def test_a_no_gives_the_ball_to_the_buyer_with_the_reason(shop: Shop, waiting: str) -> None:
    reject(shop, waiting, "credit_limit", "Please pay 2026-88 first.")

    order = shop.order(waiting)
    assert shop.state(waiting) == ("in_validation", "rejected", "buyer")
    assert (order["review_reason"], order["review_note"]) == ("credit_limit", "Please pay 2026-88 first.")
    assert shop.messages(waiting) == []


@pytest.mark.parametrize(("code", "note"), [("nonsense", ""), ("quantity_split", ""), ("other", "no"), ("", "")])
def test_a_no_needs_a_reason_for_a_no(shop: Shop, waiting: str, code: str, note: str) -> None:
    with pytest.raises(BadRequest):
        reject(shop, waiting, code, note)

    assert shop.state(waiting)[1] == "pending"


def test_a_rejected_order_is_changed_and_sent_again_under_the_same_number(shop: Shop, waiting: str) -> None:
    reject(shop, waiting)
    key = shop.order(waiting)["key"]

    shop.change(waiting, "BIKE 5", by=shop.dora)
    receipt = shop.send(waiting, by=shop.dora)

    assert receipt.outcome is Outcome.RECEIVED
    assert shop.state(waiting) == ("received", "approved", "erp")
    assert shop.order(waiting)["key"] == key


def test_a_claim_keeps_colleagues_away_for_twenty_minutes(shop: Shop, waiting: str) -> None:
    claim(shop, waiting, shop.vera)

    with pytest.raises(Conflict, match="A colleague has"):
        claim(shop, waiting, shop.walter)
    with pytest.raises(Conflict, match="A colleague has"):
        shop.pass_check(waiting, by=shop.walter)
    with pytest.raises(Conflict, match="A colleague has"):
        reject(shop, waiting, by=shop.walter)
    assert queue(shop, shop.walter)[0].claimed_by == "Vera"


def test_a_claim_runs_out(shop: Shop, waiting: str) -> None:
    claim(shop, waiting, shop.vera)
    clock.shift(timedelta(minutes=21))
    try:
        shop.pass_check(waiting, by=shop.walter)
    finally:
        clock.shift(timedelta())

    assert shop.order(waiting)["reviewed_by"] == shop.walter.person_id


def test_a_claim_can_be_given_back_and_renewed(shop: Shop, waiting: str) -> None:
    claim(shop, waiting, shop.vera)
    claim(shop, waiting, shop.vera)
    with shop.holding(shop.vera, waiting) as order:
        review.unclaim(shop.vera, order)

    claim(shop, waiting, shop.walter)

    assert shop.order(waiting)["claimed_by"] == shop.walter.person_id


def test_it_is_decided_once(shop: Shop, waiting: str) -> None:
    shop.pass_check(waiting)

    with pytest.raises(MoveRefused, match="does not wait at the desk"):
        reject(shop, waiting, by=shop.walter)
    with pytest.raises(MoveRefused, match="does not wait at the desk"):
        shop.pass_check(waiting)
    assert len(shop.messages(waiting)) == 1


def test_nobody_decides_an_order_they_placed(shop: Shop, waiting: str) -> None:
    shop.planter.connection.execute("update customer_order set placed_by = %s", [shop.vera.person_id])

    with pytest.raises(NotAllowed, match="someone else"):
        shop.pass_check(waiting, by=shop.vera)


def test_a_buyer_does_not_decide(shop: Shop, waiting: str) -> None:
    with pytest.raises(NotAllowed, match="only the review desk"):
        shop.pass_check(waiting, by=shop.dora)


def test_what_nobody_here_can_decide_is_not_let_pass(shop: Shop, waiting: str) -> None:
    shop.planter.connection.execute("update customer set block = 'all' where id = %s", [shop.gamma["id"]])
    try:
        with pytest.raises(Unprocessable, match="cannot be accepted"):
            shop.pass_check(waiting)
    finally:
        shop.planter.connection.execute("update customer set block = 'none' where id = %s", [shop.gamma["id"]])

    assert shop.state(waiting) == ("in_validation", "pending", "validator")
    assert shop.messages(waiting) == []


def test_a_line_without_a_price_never_drops_out_of_what_is_sent(shop: Shop) -> None:
    """Nothing is truncated in silence: such an order cannot pass before a price is agreed."""
    number = shop.ordered("CUSTOM 1", "BIKE 1")

    with pytest.raises(Unprocessable):
        shop.pass_check(number)

    assert shop.messages(number) == []
