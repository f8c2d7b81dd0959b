"""A wrong ERP number put right: one person asks, a second one decides, both see what differs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from app.errors import Conflict, NotAllowed, Unprocessable
from app.services import dead_letters
from app.services.dead_letters import RelinkRow
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp

Call = Callable[..., Any]
WHY = "Entered twice by mistake; 101050 is the one that ships."


@pytest.fixture
def confirmed(shop: Shop, erp: FakeErp, bring: Call, by_hand: Call) -> str:
    """An order the ERP holds as SO-101, and once more as 101050."""
    shop.planter.connection.execute("delete from relink")
    number = shop.ordered("BIKE 5", "HELMET 2")
    assert bring() == "done"
    by_hand(number, "101050")
    return number


@pytest.fixture
def asked(shop: Shop, confirmed: str, as_actor: Call) -> RelinkRow:
    as_actor(shop.vera, dead_letters.ask_relink, confirmed, "101050", WHY)
    return next(iter(as_actor(shop.ada, lambda _: dead_letters.relinks(number=confirmed))))


def test_nothing_changes_before_a_second_person_has_agreed(shop: Shop, confirmed: str, asked: RelinkRow) -> None:
    assert (asked.old_number, asked.new_number, asked.asked_by_name) == ("SO-101", "101050", "Vera")
    assert shop.order(confirmed)["erp_number"] == "SO-101"


def test_who_asked_does_not_decide(shop: Shop, confirmed: str, asked: RelinkRow, as_actor: Call) -> None:
    for agree in (True, False):
        with pytest.raises(NotAllowed, match="second person"):
            as_actor(shop.vera, dead_letters.decide_relink, asked.id, agree=agree)


def test_a_yes_puts_the_number_right_and_is_recorded_with_both_people(
    shop: Shop, confirmed: str, asked: RelinkRow, as_actor: Call
) -> None:
    as_actor(shop.ada, dead_letters.decide_relink, asked.id, agree=True)

    assert shop.order(confirmed)["erp_number"] == "101050"
    assert [line["confirmed"] for line in shop.lines_of(confirmed)] == [5, 2]
    who = {entry["tag"]: entry["actor_id"] for entry in shop.history(confirmed)}
    assert (who["relink:asked"], who["relink:decided"]) == (shop.vera.person_id, shop.ada.person_id)
    row = shop.planter.one("select * from relink")
    assert (row["state"], row["reason"], row["decided_by_name"]) == ("agreed", WHY, "Ada")


def test_a_no_leaves_it_as_it_was(shop: Shop, confirmed: str, asked: RelinkRow, as_actor: Call) -> None:
    as_actor(shop.ada, dead_letters.decide_relink, asked.id, agree=False)

    assert shop.order(confirmed)["erp_number"] == "SO-101"
    assert shop.planter.one("select state from relink")["state"] == "refused"


def test_a_document_that_changed_since_is_shown_again_before_anybody_agrees(
    shop: Shop, confirmed: str, asked: RelinkRow, erp: FakeErp, as_actor: Call
) -> None:
    erp.by_hand["101050"] = replace(erp.by_hand["101050"], net=Decimal(1))

    with pytest.raises(Conflict, match="changed in the ERP"):
        as_actor(shop.ada, dead_letters.decide_relink, asked.id, agree=True)
    shown = as_actor(shop.ada, lambda _: dead_letters.relinks())[0]
    assert [each.words for each in shown.differences] == [
        "It comes to USD 1.00 before tax; the order came to USD 460.00."
    ]
    as_actor(shop.ada, dead_letters.decide_relink, asked.id, agree=True)
    assert shop.order(confirmed)["hold_reason"] == "erp_differs"


def test_an_order_that_moved_on_meanwhile_is_looked_at_again(
    shop: Shop, confirmed: str, asked: RelinkRow, as_actor: Call
) -> None:
    with pytest.raises(Conflict, match="changed since you opened it"):
        as_actor(shop.ada, dead_letters.decide_relink, asked.id, agree=True, seen=asked.version - 1)


@pytest.mark.parametrize(
    ("number", "why", "said"),
    [
        ("101050", "wrong", "at least 10|needs to read why"),
        ("SO-101", WHY, "is SO-101 already"),
        ("999", WHY, "has no order 999"),
    ],
)
def test_what_cannot_be_asked_is_said(
    shop: Shop, confirmed: str, as_actor: Call, number: str, why: str, said: str
) -> None:
    with pytest.raises(Unprocessable, match=said):
        as_actor(shop.vera, dead_letters.ask_relink, confirmed, number, why)


def test_a_document_of_another_customer_or_order_is_refused(
    shop: Shop, confirmed: str, erp: FakeErp, as_actor: Call, bring: Call
) -> None:
    other = shop.ordered("BIKE 1")
    bring()
    with pytest.raises(Unprocessable, match=f"is {other} already"):
        as_actor(shop.vera, dead_letters.ask_relink, confirmed, shop.order(other)["erp_number"], WHY)
    erp.by_hand["101050"] = replace(erp.by_hand["101050"], customer_number="SOMEBODY")
    with pytest.raises(Unprocessable, match="belongs to customer"):
        as_actor(shop.vera, dead_letters.ask_relink, confirmed, "101050", WHY)
