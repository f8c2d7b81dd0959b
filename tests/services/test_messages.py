"""Questions to the buyer, answers, and notes that never leave the house."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.domain.order_states import Ball
from app.errors import BadRequest, Conflict, MoveRefused, NotAllowed
from app.extensions import session, transaction
from app.security.actor import Actor
from app.services import claims, messages, review, review_queries
from app.services.ordering.reading import sheet
from tests.factories.shop import Shop


@pytest.fixture
def waiting(shop: Shop) -> str:
    """Over the credit limit of Dora's company."""
    return shop.ordered("BIKE 20", by=shop.dora)


def ask(shop: Shop, number: str, words: str = "Is Friday all right?", by: Actor | None = None) -> None:
    with shop.holding(by or shop.vera, number) as order:
        messages.ask(by or shop.vera, order, words)


def answer(shop: Shop, number: str, words: str = "Yes.", by: Actor | None = None) -> None:
    with shop.holding(by or shop.dora, number) as order:
        messages.answer(by or shop.dora, order, words)


def note(shop: Shop, number: str, words: str) -> None:
    with shop.holding(shop.vera, number) as order:
        messages.note(shop.vera, order, words)


def in_queue(shop: Shop) -> list[str]:
    with shop.scope(shop.vera), transaction():
        return [row.number for row in review_queries.queue()]


def read_by(shop: Shop, actor: Actor, number: str) -> list[tuple[str, str]]:
    with shop.scope(actor), transaction():
        return [(row.side, row.body) for row in messages.conversation(sheet(number).order)]


def test_a_question_gives_the_ball_to_the_buyer_and_says_what_comes_next(shop: Shop, waiting: str) -> None:
    ask(shop, waiting)

    assert shop.state(waiting) == ("in_validation", "pending", "buyer")
    assert in_queue(shop) == []
    with shop.scope(shop.dora), transaction():
        found = sheet(waiting)
        assert found.next_step == "Answer our question; then our desk goes on."
        assert [(each.side, each.is_question, each.body) for each in found.messages] == [
            ("desk", True, "Is Friday all right?")
        ]


def test_the_answer_brings_it_back_to_the_desk(shop: Shop, waiting: str) -> None:
    ask(shop, waiting)
    answer(shop, waiting)

    assert shop.state(waiting) == ("in_validation", "pending", "validator")
    assert in_queue(shop) == [waiting]
    assert read_by(shop, shop.vera, waiting) == [("desk", "Is Friday all right?"), ("buyer", "Yes.")]
    assert shop.tags(waiting)[-2:] == ["order:question:asked", "order:question:answered"]


def test_who_asks_gives_it_back_to_the_queue(shop: Shop, waiting: str) -> None:
    with shop.holding(shop.vera, waiting) as order:
        claims.claim(shop.vera, order)
    ask(shop, waiting)

    assert shop.order(waiting)["claimed_by"] is None


def test_an_order_can_be_decided_while_the_question_is_open(shop: Shop, waiting: str) -> None:
    ask(shop, waiting)
    shop.pass_check(waiting)

    assert shop.state(waiting) == ("in_validation", "approved", "erp")
    with pytest.raises(MoveRefused, match="not at our desk"):
        answer(shop, waiting)


def test_a_colleagues_order_is_not_asked_about(shop: Shop, waiting: str) -> None:
    with shop.holding(shop.walter, waiting) as order:
        claims.claim(shop.walter, order)

    with pytest.raises(Conflict, match="A colleague has"):
        ask(shop, waiting)


@pytest.mark.parametrize("words", ["", "  \n ", "x" * (messages.LONGEST + 1)])
def test_nothing_and_too_much_are_not_sent(shop: Shop, waiting: str, words: str) -> None:
    with pytest.raises(BadRequest):
        ask(shop, waiting, words)

    assert shop.state(waiting)[2] == Ball.VALIDATOR


def test_only_the_desk_asks_and_only_the_buyer_answers(shop: Shop, waiting: str) -> None:
    with pytest.raises(NotAllowed):
        ask(shop, waiting, by=shop.dora)
    with pytest.raises(NotAllowed):
        answer(shop, waiting, by=shop.vera)


def test_an_inside_note_is_shown_to_no_customer_whoever_asks(shop: Shop, waiting: str) -> None:
    """The database hides it: even a query without any condition finds nothing."""
    note(shop, waiting, "pays late, but pays")
    ask(shop, waiting)

    assert ("inside", "pays late, but pays") in read_by(shop, shop.vera, waiting)
    with shop.scope(shop.dora), transaction():
        assert session.execute(text("select side from order_message")).scalars().all() == ["desk"]
        assert [each.side for each in sheet(waiting).messages] == ["desk"]


def test_the_record_of_an_inside_note_belongs_to_us(shop: Shop, waiting: str) -> None:
    note(shop, waiting, "pays late, but pays")

    entry = next(each for each in shop.history(waiting) if each["tag"] == "order:note:written")
    assert entry["customer_id"] is None
    assert "pays late" not in str(entry)


def test_a_note_given_with_the_approval_stays_inside_also_after_a_rejection(shop: Shop, waiting: str) -> None:
    with shop.holding(shop.vera, waiting) as order:
        review.reject(shop.vera, order, "credit_limit", "Please pay first.")
    shop.change(waiting, "BIKE 19", by=shop.dora)
    shop.send(waiting, by=shop.dora)
    with shop.holding(shop.vera, waiting) as order:
        review.approve(shop.vera, order, *shop.dossier(order), note="trust them once")

    assert shop.order(waiting)["review_note"] == ""
    assert ("inside", "trust them once") in read_by(shop, shop.vera, waiting)
    assert read_by(shop, shop.dora, waiting) == []
