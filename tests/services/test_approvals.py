"""Approval inside the customer's company: asked over the buyer's limit, decided by somebody else, on what was frozen."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.errors import BadRequest, Conflict, NotAllowed, NotFound, Unprocessable
from app.extensions import transaction
from app.security.actor import Role
from app.services import approvals
from app.services.ordering.place import Outcome
from tests.factories.shop import Shop


@pytest.fixture
def waiting(shop: Shop) -> str:
    """8,000 by Alice, whose limit is 5,000."""
    return shop.ordered("BIKE 100")


def test_over_the_limit_an_approver_is_asked(shop: Shop, waiting: str) -> None:
    assert shop.state(waiting) == ("awaiting_approval", "not_checked", "approver")
    assert shop.messages(waiting) == []
    assert "limit" in shop.approval(waiting)["why"]
    assert "5,000.00" in shop.approval(waiting)["why"]


def test_at_the_limit_nobody_is_asked(shop: Shop) -> None:
    shop.planter.item("MEDAL", list_price=Decimal(5000))

    assert shop.state(shop.ordered("MEDAL 1"))[0] == "received"


def test_no_limit_is_not_zero(shop: Shop) -> None:
    number = shop.draft("BIKE 12", by=shop.charlie)

    assert shop.charlie.order_limit is None
    assert shop.send(number, by=shop.charlie).outcome is Outcome.RECEIVED


def test_a_limit_of_zero_lets_nothing_through(shop: Shop) -> None:
    actor = shop.planter.person("nina", Role.BUYER, customer=shop.alpha, limit="0")

    assert shop.send(shop.draft("HELMET 1", by=actor), by=actor).outcome is Outcome.WAITING


def test_approval_places_the_order(shop: Shop, waiting: str) -> None:
    shop.say_yes(waiting)

    assert shop.state(waiting) == ("received", "approved", "erp")
    assert len(shop.messages(waiting)) == 1
    assert shop.approval(waiting)["decided_by"] == shop.bob.person_id


def test_what_was_approved_is_what_is_sent_whatever_the_price_is_by_then(shop: Shop, waiting: str) -> None:
    cheaper = shop.planter.price("BIKE", "60", list_code="SALE")
    shop.say_yes(waiting)
    shop.planter.connection.execute("delete from price where id = %s", [cheaper["id"]])

    assert Decimal(shop.approval(waiting)["snapshot"]["net"]) == 8000
    assert shop.messages(waiting)[0]["body"]["lines"][0]["unit_price"] == "80.000000"


def test_nobody_approves_their_own_order(shop: Shop) -> None:
    both = shop.planter.person("otto", Role.BUYER, Role.APPROVER, customer=shop.alpha, limit="10")
    number = shop.ordered("BIKE 1", by=both)

    with pytest.raises(NotAllowed, match="someone else must approve"):
        shop.say_yes(number, by=both)

    assert shop.state(number)[0] == "awaiting_approval"


def test_a_buyer_does_not_approve(shop: Shop, waiting: str) -> None:
    with pytest.raises(NotAllowed, match="only approvers"):
        shop.say_yes(waiting, by=shop.alice)


def test_an_approver_of_another_company_finds_nothing(shop: Shop, waiting: str) -> None:
    with pytest.raises(NotFound):
        shop.say_yes(waiting, by=shop.dora)
    with shop.scope(shop.dora), transaction():
        assert approvals.waiting_list() == []
    with shop.scope(shop.bob), transaction():
        assert [row.number for row in approvals.waiting_list()] == [waiting]


def test_a_no_needs_a_reason_and_leads_back_to_the_draft(shop: Shop, waiting: str) -> None:
    with pytest.raises(BadRequest, match="needs a reason"):
        shop.say_no(waiting, "  ")

    shop.say_no(waiting, "Wait until January.")

    assert shop.state(waiting) == ("draft", "not_checked", "buyer")
    assert shop.approval(waiting)["reason"] == "Wait until January."
    assert shop.history(waiting)[-1]["after"]["because"] == "Wait until January."


def test_after_a_no_the_order_is_changed_and_asked_about_again(shop: Shop, waiting: str) -> None:
    shop.say_no(waiting)
    shop.change(waiting, "BIKE 90")

    assert shop.send(waiting).outcome is Outcome.WAITING
    assert shop.approval(waiting)["amount"] == 7200


def test_it_is_decided_once(shop: Shop, waiting: str) -> None:
    shop.say_yes(waiting)

    with pytest.raises(Conflict, match="was approved already"):
        shop.say_no(waiting)


def test_approving_judges_with_the_facts_of_this_moment(shop: Shop, waiting: str) -> None:
    shop.planter.connection.execute("update customer set block = 'all' where id = %s", [shop.alpha["id"]])
    try:
        with pytest.raises(Unprocessable, match="cannot go out"):
            shop.say_yes(waiting)
    finally:
        shop.planter.connection.execute("update customer set block = 'none' where id = %s", [shop.alpha["id"]])

    assert shop.state(waiting)[0] == "awaiting_approval"
    assert shop.approval(waiting)["state"] == "waiting"


def test_an_approved_order_with_a_point_for_the_desk_goes_there(shop: Shop) -> None:
    number = shop.ordered("BIKE 100", "CUSTOM 1")

    shop.say_yes(number)

    assert shop.state(number) == ("in_validation", "pending", "validator")
