"""The review desk: claim, approve, reject with a reason; never one's own order, never twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from app import clock
from app.errors import BadRequest, Conflict, MoveRefused, NotAllowed, Unprocessable
from app.extensions import transaction
from app.security.actor import Actor
from app.services import claims, messages, rejection, review, review_queries
from app.services.ordering.place import Outcome
from app.services.ordering.reading import sheet
from app.services.second_look import Difference
from app.words import use_language
from tests.factories.shop import Shop


@pytest.fixture
def waiting(shop: Shop) -> str:
    """Over the credit limit of Dora's company."""
    return shop.ordered("BIKE 20", by=shop.dora)


def queue(shop: Shop, actor: Actor) -> list[review_queries.QueueRow]:
    with shop.scope(actor), transaction():
        return review_queries.queue()


def reject(shop: Shop, number: str, code: str = "credit_limit", note: str = "", by: Actor | None = None) -> None:
    with shop.holding(by or shop.vera, number) as order:
        review.reject(by or shop.vera, order, code, note)


def claim(shop: Shop, number: str, by: Actor) -> None:
    with shop.holding(by, number) as order:
        claims.claim(by, order)


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
        claims.unclaim(shop.vera, order)

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


# --- always look ------------------------------------------------------------------------------------------------------


@pytest.fixture
def new_customer(shop: Shop) -> Iterator[Callable[..., None]]:
    """Sets how the orders of Alice's company are looked at; as before afterwards."""

    def look(**settings: object) -> None:
        for name, value in settings.items():
            shop.planter.connection.execute(
                f"update customer_account set {name} = %s where customer_id = %s", [value, shop.alpha["id"]]
            )

    yield look
    look(always_look=False, look_at_first=0)


def test_the_first_orders_of_a_customer_come_to_the_desk_and_the_next_one_passes(
    shop: Shop, new_customer: Callable[..., None]
) -> None:
    new_customer(look_at_first=2)
    numbers = [shop.ordered("BIKE 1") for _ in range(3)]

    assert [shop.state(number)[:2] for number in numbers] == [
        ("in_validation", "pending"),
        ("in_validation", "pending"),
        ("received", "approved"),
    ]
    assert [row.points[0]["desk"]["en"] for row in queue(shop, shop.vera)] == [
        "Order 1 of this customer; the first 2 are looked at.",
        "Order 2 of this customer; the first 2 are looked at.",
    ]


def test_later_orders_do_not_settle_an_earlier_one(shop: Shop, new_customer: Callable[..., None]) -> None:
    new_customer(look_at_first=1)
    first = shop.ordered("BIKE 1")
    shop.ordered("BIKE 1")

    with shop.holding(shop.vera, first) as order:
        found = review.approve(shop.vera, order, *shop.dossier(order), seen=judgement(shop, first))

    assert (found.worse, found.closed) == ((), ())


def test_a_customer_without_settings_is_new(shop: Shop) -> None:
    shop.planter.connection.execute("delete from customer_account where customer_id = %s", [shop.beta["id"]])
    try:
        assert shop.state(shop.ordered("BIKE 1", by=shop.charlie))[0] == "in_validation"
    finally:
        shop.planter.row("customer_account", customer_id=shop.beta["id"], look_at_first=0)


def test_every_order_of_a_marked_customer_comes_to_the_desk_and_says_so(
    shop: Shop, new_customer: Callable[..., None]
) -> None:
    new_customer(always_look=True)
    number = shop.ordered("BIKE 1")

    point = shop.findings(number)[0]
    assert shop.state(number)[2] == "validator"
    assert (point["rule"], point["outcome"], point["facts"]) == (
        "always-look",
        "review",
        {"customer.always_look": True},
    )
    assert set(point["texts"]["desk"]) == {"en", "de"}


# --- judged again -----------------------------------------------------------------------------------------------------


def judgement(shop: Shop, number: str) -> int:
    """The last one, as a page shows it."""
    return int(shop.findings(number)[0]["judgement_id"])


def approve(shop: Shop, number: str, seen: int) -> Difference:
    with shop.holding(shop.vera, number) as order:
        return review.approve(shop.vera, order, *shop.dossier(order), seen=seen)


@pytest.fixture
def owes(shop: Shop) -> Iterator[Callable[[int], None]]:
    """Sets what Dora's company owes; nothing afterwards."""

    def owe(amount: int) -> None:
        shop.planter.connection.execute("update customer set balance = %s where id = %s", [amount, shop.gamma["id"]])

    owe(0)
    yield owe
    owe(0)


def test_what_became_worse_is_shown_before_it_passes(shop: Shop, waiting: str, owes: Callable[[int], None]) -> None:
    seen = judgement(shop, waiting)
    owes(900)

    found = approve(shop, waiting, seen)

    assert [(each.look.rule, dict(each.changed)) for each in found.worse] == [
        ("credit-limit", {"customer.balance": ("0.0000", "900.0000")})
    ]
    assert shop.state(waiting)[1] == "pending"
    assert approve(shop, waiting, judgement(shop, waiting)).worse == ()
    assert shop.state(waiting)[1] == "approved"


def test_a_point_nobody_has_seen_is_shown_first(shop: Shop, owes: Callable[[int], None]) -> None:
    owes(800)
    number = shop.ordered("BIKE 1", by=shop.dora)
    assert shop.state(number)[0] == "received"
    number = shop.ordered("CUSTOM 1", "BIKE 1", by=shop.dora)
    seen = judgement(shop, number)
    owes(1800)

    assert [each.look.rule for each in approve(shop, number, seen).worse] == ["credit-limit"]


def test_what_became_better_closes_its_point(shop: Shop, owes: Callable[[int], None]) -> None:
    owes(990)
    number = shop.ordered("BIKE 5", by=shop.dora)
    seen = judgement(shop, number)
    owes(0)

    found = approve(shop, number, seen)

    assert [look.rule for look in found.closed] == ["credit-limit"]
    assert shop.state(number)[1] == "approved"


# --- what the buyer reads ---------------------------------------------------------------------------------------------


def test_a_reason_names_the_item_and_whom_to_ask(shop: Shop) -> None:
    shop.planter.connection.execute(
        "update customer_account set account_manager = 'max', account_manager_phone = '+1 425 555 0142'"
        " where customer_id = %s", [shop.alpha["id"]],
    )  # fmt: skip
    number = shop.ordered("BIKE 1", "CUSTOM 2")

    with shop.holding(shop.vera, number) as order, use_language("en"):
        price = rejection.said(order, "price_to_agree")
        account = rejection.said(order, "account_stopped")

    assert price.words == "This quantity of CUSTOM Item CUSTOM needs a price agreed first."
    assert price.next_step == "Ask max, +1 425 555 0142 for a quote."
    assert account.next_step == "Call max, +1 425 555 0142."


def test_without_its_facts_a_reason_is_said_in_general(shop: Shop) -> None:
    number = shop.ordered("BIKE 20", "HELMET 1", by=shop.dora)

    with shop.holding(shop.vera, number) as order:
        assert rejection.said(order, "item_not_available").words == "We cannot supply an item and have no date yet."


def test_the_buyer_reads_after_it_what_the_desk_read_before(shop: Shop, waiting: str) -> None:
    with shop.holding(shop.vera, waiting) as order:
        before = rejection.said(order, "item_not_available")
    reject(shop, waiting, "item_not_available")

    with shop.scope(shop.dora), transaction():
        assert sheet(waiting).rejection == before
    assert before.words == "We cannot supply BIKE Item BIKE and have no date yet."


# --- the queue --------------------------------------------------------------------------------------------------------


def test_the_queue_is_asked_in_parts(shop: Shop, waiting: str) -> None:
    priced = shop.ordered("CUSTOM 1", reference="PO-77")
    claim(shop, priced, shop.vera)

    def numbers(**asked: Any) -> list[str]:
        with shop.scope(shop.vera), transaction():
            return [row.number for row in review_queries.queue(review_queries.Asked(**asked))]

    assert numbers(layer="finance") == [waiting]
    assert numbers(layer="business") == [priced]
    assert numbers(claimed_by=shop.vera.person_id) == [priced]
    assert numbers(words="po-77") == [priced]
    assert numbers(words="gamma") == [waiting]
    assert numbers(words="%") == []


def test_the_queue_counts_what_waits_and_what_was_done(shop: Shop, waiting: str) -> None:
    with shop.scope(shop.vera), transaction():
        before = review_queries.tally(shop.vera.person_id)
    shop.ordered("BIKE 1")
    asked = shop.ordered("CUSTOM 1")
    with shop.holding(shop.vera, asked) as order:
        messages.ask(shop.vera, order, "Which one?")
    shop.pass_check(waiting)

    with shop.scope(shop.vera), transaction():
        after = review_queries.tally(shop.vera.person_id)
    assert (before.waiting, before.layers["finance"]) == (1, 1)
    assert (after.waiting, dict(after.others)) == (0, {"buyer": 1})
    assert (after.done - before.done, after.by_rules - before.by_rules) == (1, 1)


def test_after_a_decision_the_next_free_order_follows(shop: Shop, waiting: str) -> None:
    taken, free = shop.ordered("CUSTOM 1"), shop.ordered("CUSTOM 2")
    claim(shop, taken, shop.walter)

    with shop.scope(shop.vera), transaction():
        first = review_queries.next_number(
            review_queries.Asked(), after_id=shop.order(waiting)["id"], person_id=shop.vera.person_id
        )
        around = review_queries.next_number(
            review_queries.Asked(), after_id=shop.order(free)["id"], person_id=shop.vera.person_id
        )
    assert (first, around) == (free, waiting)


def test_the_same_point_decided_before_is_remembered_with_our_note(shop: Shop, waiting: str) -> None:
    with shop.holding(shop.vera, waiting) as order:
        review.approve(shop.vera, order, *shop.dossier(order), note="pays on the 30th")
    again = shop.ordered("BIKE 20", by=shop.dora)

    with shop.scope(shop.walter), transaction():
        order = shop.order(again)
        before = review_queries.decided_before(order["customer_id"], ["credit-limit"], without_order=order["id"])
        other = review_queries.decided_before(order["customer_id"], ["vat-id-form"], without_order=order["id"])
    assert [(row.number, row.by, row.note) for row in before] == [(waiting, "Vera", "pays on the 30th")]
    assert list(other) == []


def test_a_claim_is_renewed_by_its_holder_alone(shop: Shop, waiting: str) -> None:
    claim(shop, waiting, shop.vera)
    until = shop.order(waiting)["claimed_until"]
    clock.shift(timedelta(minutes=10))
    try:
        for actor in (shop.walter, shop.vera):
            with shop.scope(actor), transaction():
                claims.renew(actor, waiting)
            moved = shop.order(waiting)["claimed_until"] - until
            assert (moved > timedelta(minutes=9)) is (actor is shop.vera)
    finally:
        clock.shift(timedelta())


def test_a_finding_that_leads_elsewhere_does_not_name_its_item(shop: Shop) -> None:
    """Line 2 has no price; that says nothing about what cannot be delivered."""
    number = shop.ordered("BIKE 1", "CUSTOM 2")

    with shop.holding(shop.vera, number) as order:
        assert rejection.said(order, "item_not_available").words == "We cannot supply an item and have no date yet."
