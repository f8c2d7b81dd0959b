"""Dead letters on their pages: found in the list and on the order, and settled there, with nothing typed lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from app.erp.port import Exchange, file_exchange
from app.security.actor import Actor
from tests.factories.shop import Shop
from tests.fakes.erp import MOMENT, FakeErp, Trouble
from tests.views.portal.browsing import Browser, fields_of, text_of

Browse = Callable[[Actor], Browser]
Call = Callable[..., Any]
Id = Callable[[str], int]


def test_the_list_says_why_whose_and_for_how_long(shop: Shop, browse: Browse, dead: str) -> None:
    shop.planter.connection.execute("update outbox_message set finished_at = now() - interval '20 minutes'")
    page = text_of(browse(shop.vera).get("/dead-letters"))

    assert f"{dead} Alpha USD 460.00 The ERP does not take the order as it is." in page
    assert "“The customer is blocked for orders.” for 20 min nobody has it" in page


def test_one_letter_shows_each_call_and_is_settled_by_sending_it_again(
    shop: Shop, browse: Browse, dead: str, letter_id: Id, bring: Call
) -> None:
    vera, path = browse(shop.vera), f"/dead-letters/{letter_id(dead)}"
    page = vera.get(path)
    assert "Call 1 of 1 · enter the order refused" in text_of(page)
    assert "answer 400 · 12 ms" in text_of(page)

    answer = vera.post(f"{path}/retry", page, next=None)

    assert (answer.status_code, answer.location) == (303, "/dead-letters")
    assert bring() == "done"


def test_what_the_erp_says_is_text_and_only_text(
    shop: Shop, browse: Browse, erp: FakeErp, letter_id: Id, bring: Call
) -> None:
    nasty = "<script>alert(1)</script> {{ 7 * 7 }}"
    erp.refusal = nasty
    erp.during = lambda operation: file_exchange(
        Exchange(operation, "POST", f"https://erp/{nasty}", MOMENT, 3, 400, "refused", nasty, nasty)
    )
    erp.will("create_order", Trouble.REFUSED)
    number = shop.ordered("BIKE 5")
    bring()

    for path in ("/dead-letters", f"/dead-letters/{letter_id(number)}", f"/orders/{number}"):
        page = browse(shop.ada).get(path).text
        assert "<script>alert" not in page, path
        assert "&lt;script&gt;alert(1)" in page, path


def test_it_is_taken_up_and_given_back(shop: Shop, browse: Browse, dead: str, letter_id: Id) -> None:
    vera, path = browse(shop.vera), f"/dead-letters/{letter_id(dead)}"
    vera.post(f"{path}/take-up", vera.get(path))

    theirs = text_of(browse(shop.ada).get(path))
    assert "Vera has it since" in theirs
    assert "Send again" not in theirs
    assert "with Vera" in text_of(browse(shop.ada).get("/dead-letters"))
    vera.post(f"{path}/put-down", vera.get(path))
    assert "Send again" in text_of(browse(shop.ada).get(path))


def test_handing_over_shows_what_differs_before_it_is_taken(
    shop: Shop, browse: Browse, dead: str, letter_id: Id, by_hand: Call, erp: FakeErp
) -> None:
    by_hand(dead)
    erp.by_hand["101047"] = replace(erp.by_hand["101047"], net=Decimal(450))
    ada, path = browse(shop.ada), f"/dead-letters/{letter_id(dead)}"

    shown = ada.post(f"{path}/hand-over", ada.get(path), erp_number="101047")
    assert shown.status_code == 409
    assert "It comes to USD 450.00 before tax; the order came to USD 460.00." in text_of(shown)

    ada.post(f"{path}/hand-over", shown)
    assert shop.messages(dead)[0]["state"] == "handed_over"
    assert "Handed over as 101047; it is never sent again." in text_of(ada.get(path))


def test_a_refusal_keeps_what_was_typed(shop: Shop, browse: Browse, dead: str, letter_id: Id) -> None:
    vera, path = browse(shop.vera), f"/dead-letters/{letter_id(dead)}"

    answer = vera.post(f"{path}/give-back", vera.get(path), note="Please call me first.")
    assert (answer.status_code, fields_of(answer)["note"]) == (400, "Please call me first.")
    answer = vera.post(f"{path}/hand-over", vera.get(path), erp_number="999")
    assert (answer.status_code, fields_of(answer)["erp_number"]) == (422, "999")
    answer = vera.post(f"{path}/correct", vera.get(path), reference="X" * 40, comment="Ring twice.")
    assert (answer.status_code, fields_of(answer)["comment"]) == (422, "Ring twice.")


def test_a_letter_that_changed_since_it_was_opened_is_left_alone(
    shop: Shop, browse: Browse, dead: str, letter_id: Id
) -> None:
    vera, path = browse(shop.vera), f"/dead-letters/{letter_id(dead)}"
    page = vera.get(path)
    shop.planter.connection.execute("update customer_order set version = version + 1")

    assert vera.post(f"{path}/retry", page).status_code == 409
    assert shop.messages(dead)[0]["state"] == "dead"


def test_the_order_page_shows_staff_the_lane_and_sends_it_again(
    shop: Shop, browse: Browse, dead: str, letter_id: Id, bring: Call
) -> None:
    ada = browse(shop.ada)
    page = ada.get(f"/orders/{dead}")
    assert "ERP lane" in text_of(page)
    assert "enter the order refused" in text_of(page)

    answer = ada.post(f"/dead-letters/{letter_id(dead)}/retry", page)

    assert answer.location == f"/orders/{dead}"
    assert bring() == "done"
    assert f"Key {shop.order(dead)['key']}" in text_of(ada.get(f"/orders/{dead}"))


def test_the_buyer_reads_one_sentence_and_nothing_of_the_erp(shop: Shop, browse: Browse, dead: str) -> None:
    page = text_of(browse(shop.alice).get(f"/orders/{dead}"))

    assert "We settle that and go on; there is nothing to do until then." in page
    for inside in ("ERP lane", "blocked for orders", "dead-letters", shop.order(dead)["key"]):
        assert inside not in page


def test_the_buyer_sees_what_was_corrected(shop: Shop, browse: Browse, dead: str, letter_id: Id) -> None:
    vera, path = browse(shop.vera), f"/dead-letters/{letter_id(dead)}"
    assert vera.post(f"{path}/correct", vera.get(path), reference="PO-2").status_code == 303

    page = text_of(browse(shop.alice).get(f"/orders/{dead}"))
    assert f"{dead} PO-2" in page
    assert "Corrected for our order system and sent again" in page


def test_one_that_waits_is_not_entered_by_hand_before_it_is_taken_out(
    shop: Shop, browse: Browse, erp: FakeErp, letter_id: Id
) -> None:
    number = shop.ordered("BIKE 5")
    vera, path = browse(shop.vera), f"/dead-letters/{letter_id(number)}"

    assert "Do not enter them by hand: they would be double." in text_of(vera.get("/dead-letters?show=waiting"))
    vera.post(f"{path}/take-out", vera.get(path))

    assert "yours since" in text_of(vera.get(path))
    assert "to be entered in the ERP by a person" in text_of(vera.get(path))


def test_a_number_is_put_right_by_two(shop: Shop, browse: Browse, erp: FakeErp, by_hand: Call, bring: Call) -> None:
    number = shop.ordered("BIKE 5")
    bring()
    by_hand(number, "101050")
    vera, ada = browse(shop.vera), browse(shop.ada)
    why = "101050 is the one that ships."
    form = vera.get(f"/dead-letters/relink/{number}")
    vera.post(f"/dead-letters/relink/{number}", form, erp_number="101050", reason=why)

    assert "You asked for it, so a colleague decides." in text_of(vera.get("/dead-letters?show=relinks"))
    page = ada.get("/dead-letters?show=relinks")
    assert why in text_of(page)
    row = shop.planter.one("select id from relink where state = 'asked'")
    ada.post(f"/dead-letters/relinks/{row['id']}/agree", page)
    assert shop.order(number)["erp_number"] == "101050"


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_people_of_customers_do_not_come_in(shop: Shop, browse: Browse, dead: str, letter_id: Id, who: str) -> None:
    browser = browse(getattr(shop, who))
    for path in ("/dead-letters", f"/dead-letters/{letter_id(dead)}", f"/dead-letters/relink/{dead}"):
        assert browser.get(path).status_code == 403


def test_all_of_it_is_there_in_german(shop: Shop, browse: Browse, dead: str, letter_id: Id) -> None:
    shop.planter.connection.execute("update person set language = 'de' where login = 'vera'")
    try:
        page = text_of(browse(shop.vera).get(f"/dead-letters/{letter_id(dead)}"))
    finally:
        shop.planter.connection.execute("update person set language = 'en' where login = 'vera'")
    assert "Das ERP nimmt den Auftrag so nicht an." in page
    assert "Unverändert erneut senden" in page
