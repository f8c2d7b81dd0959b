"""The desk: the queue says why; an order is claimed, approved, or rejected with a reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.security.actor import Actor
from tests.factories.shop import Shop
from tests.views.portal.browsing import Browser, fields_of, text_of

Browse = Callable[[Actor], Browser]


@pytest.fixture
def number(shop: Shop) -> str:
    """An order over its customer's credit limit."""
    return shop.ordered("BIKE 20", by=shop.dora, reference="PO-1")


def test_the_queue_says_why_each_order_is_here(shop: Shop, browse: Browse, number: str) -> None:
    page = text_of(browse(shop.vera).get("/desk"))

    assert f"{number} Gamma PO-1" in page
    assert "USD 1,600.00 1 line" in page
    assert "Over by 600.00" in page


def test_an_empty_queue_says_so(shop: Shop, browse: Browse) -> None:
    assert "The queue is empty." in text_of(browse(shop.vera).get("/desk"))


def test_an_order_shows_layers_facts_and_credit(shop: Shop, browse: Browse, number: str) -> None:
    page = text_of(browse(shop.vera).get(f"/desk/{number}"))

    assert "integrity: passed" in page
    assert "finance We will look Over by 600.00" in page
    assert "customer.credit_limit 1000" in page
    assert "Limit USD 1,000.00" in page
    assert "over by USD 600.00" in page


def test_claiming_keeps_colleagues_off_and_giving_back_lets_them(shop: Shop, browse: Browse, number: str) -> None:
    vera, walter = browse(shop.vera), browse(shop.walter)

    vera.post(f"/desk/{number}/claim", vera.get(f"/desk/{number}"))

    assert "yours until" in text_of(vera.get("/desk"))
    theirs = text_of(walter.get(f"/desk/{number}"))
    assert "Vera has it until" in theirs
    assert "Your words to the buyer" not in theirs
    assert walter.post(f"/desk/{number}/approve", version=str(shop.order(number)["version"])).status_code == 409

    vera.post(f"/desk/{number}/unclaim", vera.get(f"/desk/{number}"))
    assert "Your words to the buyer" in text_of(walter.get(f"/desk/{number}"))


def test_approving_hands_the_order_to_the_erp(shop: Shop, browse: Browse, number: str) -> None:
    vera = browse(shop.vera)

    answer = vera.post(f"/desk/{number}/approve", vera.get(f"/desk/{number}"), inside="pays on the 30th")

    assert answer.location == "/desk"
    assert shop.state(number) == ("in_validation", "approved", "erp")
    assert len(shop.messages(number)) == 1


def test_a_rejection_without_a_reason_keeps_what_was_typed(shop: Shop, browse: Browse, number: str) -> None:
    vera = browse(shop.vera)

    answer = vera.post(f"/desk/{number}/reject", vera.get(f"/desk/{number}"), note="Please call me first.")

    assert answer.status_code == 400
    assert "A rejection needs a reason that the buyer reads." in text_of(answer)
    assert fields_of(answer)["note"] == "Please call me first."
    assert shop.state(number)[1] == "pending"


def test_the_reason_other_needs_words(shop: Shop, browse: Browse, number: str) -> None:
    vera = browse(shop.vera)

    answer = vera.post(f"/desk/{number}/reject", vera.get(f"/desk/{number}"), reason_code="other", note="no")

    assert answer.status_code == 400
    assert fields_of(answer)["reason_code"] == "other"
    assert shop.state(number)[1] == "pending"


def test_a_rejection_goes_back_to_the_buyer(shop: Shop, browse: Browse, number: str) -> None:
    vera = browse(shop.vera)

    vera.post(f"/desk/{number}/reject", vera.get(f"/desk/{number}"), reason_code="credit_limit")

    assert shop.state(number) == ("in_validation", "rejected", "buyer")
    assert "does not wait at the desk any more" in text_of(vera.get(f"/desk/{number}"))


def test_what_changed_since_it_was_opened_is_not_decided(shop: Shop, browse: Browse, number: str) -> None:
    vera = browse(shop.vera)
    page = vera.get(f"/desk/{number}")
    shop.planter.connection.execute("update customer_order set version = version + 1 where number = %s", [number])

    answer = vera.post(f"/desk/{number}/approve", page)

    assert answer.status_code == 409
    assert shop.state(number)[1] == "pending"


def test_what_became_worse_is_said_before_it_is_approved(shop: Shop, browse: Browse, number: str) -> None:
    vera = browse(shop.vera)
    page = vera.get(f"/desk/{number}")
    shop.planter.connection.execute("update customer set balance = 900 where id = %s", [shop.gamma["id"]])
    try:
        asked = vera.post(f"/desk/{number}/approve", page, inside="pays on the 30th")
        assert "Still approve?" in text_of(asked)
        assert "Open invoices rose by USD 900.00. Over by 1,500.00" in text_of(asked)
        assert fields_of(asked)["inside"] == "pays on the 30th"
        assert shop.state(number)[1] == "pending"

        vera.post(f"/desk/{number}/approve", asked)
        assert shop.state(number)[1] == "approved"
    finally:
        shop.planter.connection.execute("update customer set balance = 0 where id = %s", [shop.gamma["id"]])


def test_after_a_decision_the_next_order_opens_in_the_same_part_of_the_queue(
    shop: Shop, browse: Browse, number: str
) -> None:
    later = shop.ordered("BIKE 30", by=shop.dora)
    shop.ordered("CUSTOM 1")
    vera = browse(shop.vera)

    answer = vera.post(f"/desk/{later}/approve", vera.get(f"/desk/{later}?show=finance"))

    assert answer.location == f"/desk/{number}?show=finance"


def test_a_question_goes_to_the_buyer_who_answers_on_the_page_of_the_order(
    shop: Shop, browse: Browse, number: str
) -> None:
    vera, dora = browse(shop.vera), browse(shop.dora)
    vera.post(f"/desk/{number}/ask", vera.get(f"/desk/{number}"), question="Is Friday all right?")

    page = dora.get(f"/orders/{number}")
    assert "Our desk asks" in text_of(page)
    assert "Is Friday all right?" in text_of(page)
    assert "buyer 1" in text_of(vera.get("/desk"))

    dora.post(f"/orders/{number}/answer", page, answer="Friday is fine.")
    assert "Friday is fine." in text_of(vera.get(f"/desk/{number}"))
    assert shop.state(number)[2] == "validator"


def test_a_note_inside_is_on_no_page_and_in_no_answer_to_the_buyer(shop: Shop, browse: Browse, number: str) -> None:
    vera, dora = browse(shop.vera), browse(shop.dora)

    vera.post(f"/desk/{number}/note", vera.get(f"/desk/{number}"), inside="pays late, but pays")

    assert "Inside only · Vera" in text_of(vera.get(f"/desk/{number}"))
    for path in (f"/orders/{number}", "/orders", "/"):
        assert "pays late" not in dora.get(path).text


def test_the_desk_sees_what_the_buyer_will_read_in_the_buyers_language(shop: Shop, browse: Browse, number: str) -> None:
    shop.planter.connection.execute("update person set language = 'de' where id = %s", [shop.dora.person_id])
    try:
        page = text_of(browse(shop.vera).get(f"/desk/{number}"))
    finally:
        shop.planter.connection.execute("update person set language = 'en' where id = %s", [shop.dora.person_id])

    assert "Dora reads, in Deutsch:" in page
    assert "Der Auftrag übersteigt das Kreditlimit Ihres Kontos." in page
    assert "The order goes over the limit of your account." in page


def test_looking_at_ones_own_order_keeps_it(shop: Shop, browse: Browse, number: str) -> None:
    vera, walter = browse(shop.vera), browse(shop.walter)
    vera.post(f"/desk/{number}/claim", vera.get(f"/desk/{number}"))
    shop.planter.connection.execute(
        "update customer_order set claimed_until = now() + interval '2 minutes' where number = %s", [number]
    )
    left = (
        "select claimed_until - now() > interval '19 minutes' as renewed from customer_order where number = %(number)s"
    )

    walter.get(f"/desk/{number}")
    assert not shop.planter.one(left, number=number)["renewed"]
    vera.get(f"/desk/{number}")
    assert shop.planter.one(left, number=number)["renewed"]


def test_an_order_says_why_a_person_looks_at_all_of_this_customer(shop: Shop, browse: Browse) -> None:
    change = "update customer_account set always_look = %s where customer_id = %s"
    shop.planter.connection.execute(change, [True, shop.alpha["id"]])
    try:
        number = shop.ordered("BIKE 1")
        assert "Always looked at; this customer is marked so." in text_of(browse(shop.vera).get("/desk"))
        assert "A person at our desk looks at every order of your company." in text_of(
            browse(shop.alice).get(f"/orders/{number}")
        )
    finally:
        shop.planter.connection.execute(change, [False, shop.alpha["id"]])


def test_keys_can_be_switched_off_and_on_again(shop: Shop, browse: Browse, number: str) -> None:
    vera = browse(shop.vera)
    assert 'data-keys="on"' in vera.get("/desk").text

    vera.post("/desk/keys", vera.get("/desk"), next="/desk")
    assert 'data-keys="off"' in vera.get(f"/desk/{number}").text

    vera.post("/desk/keys", vera.get("/desk"), next="/desk")
    assert 'data-keys="on"' in vera.get("/desk").text


def test_a_long_queue_goes_on_where_the_page_ended(
    shop: Shop, browse: Browse, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = shop.ordered("CUSTOM 1")
    monkeypatch.setattr("app.views.desk.queue.PAGE", 1)
    vera = browse(shop.vera)
    first = vera.get("/desk")

    assert number in first.text
    assert later not in first.text
    assert later in vera.get(f"/desk?after={shop.order(number)['id']}").text


def test_the_desk_is_closed_to_everybody_else(shop: Shop, browse: Browse, number: str) -> None:
    for actor in (shop.alice, shop.dora, shop.bob, shop.ada):
        browser = browse(actor)
        assert browser.get("/desk").status_code == 403
        assert browser.get(f"/desk/{number}").status_code == 403
        assert browser.post(f"/desk/{number}/approve", version="1").status_code == 403
    assert shop.state(number)[1] == "pending"
