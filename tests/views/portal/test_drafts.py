"""The draft on a page without script: started from a list, changed, kept through every kind of trouble."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest

from app.domain.quantities import plain
from app.security.actor import Actor
from tests.factories.shop import Shop
from tests.views.portal.browsing import Browser, fields_of, text_of

Browse = Callable[[Actor], Browser]


def lines(shop: Shop, number: str) -> list[str]:
    return [f"{line['typed_item']} {plain(line['quantity'])} {line['unit']}" for line in shop.lines_of(number)]


def started(shop: Shop, browser: Browser, pasted: str, **head: str) -> str:
    """:returns: the number of the draft that was started"""
    answer = browser.post("/drafts", browser.get("/drafts/new"), pasted=pasted, **head)
    assert answer.status_code == 303, text_of(answer)
    return answer.location.rsplit("/", 1)[-1]


def test_a_pasted_list_becomes_a_draft_at_ones_own_prices(shop: Shop, browse: Browse) -> None:
    alice = browse(shop.alice)

    number = started(shop, alice, "BIKE 5\nHELMET 2", reference="PO-1")

    page = text_of(alice.get(f"/drafts/{number}"))
    assert lines(shop, number) == ["BIKE 5 PCS", "HELMET 2 PCS"]
    assert "USD 400.00" in page
    assert "80.00 each · age not known" in page
    assert "Why this price" in page
    assert "Before tax and freight USD 460.00" in page


def test_what_cannot_be_read_stays_in_the_field_and_the_rest_is_taken(shop: Shop, browse: Browse) -> None:
    alice = browse(shop.alice)

    answer = alice.post("/drafts", alice.get("/drafts/new"), pasted="BIKE 5\nNOBODY-7 3\nBIKE 1,000")

    assert answer.status_code == 422
    assert "1 of 3 new lines taken, 2 to look at" in text_of(answer)
    assert fields_of(answer)["pasted"] == "NOBODY-7 3\nBIKE 1,000"
    assert fields_of(answer)["quantity-1"] == "5"


def test_the_same_form_twice_starts_one_draft(shop: Shop, browse: Browse) -> None:
    alice = browse(shop.alice)
    page = alice.get("/drafts/new")

    first = alice.post("/drafts", page, pasted="BIKE 5")
    second = alice.post("/drafts", page, pasted="BIKE 5")

    assert first.location == second.location
    assert alice.post("/drafts", alice.get("/drafts/new"), pasted="BIKE 5").location != first.location


def test_lines_are_changed_taken_out_and_added_in_one_go(shop: Shop, browse: Browse) -> None:
    number, alice = shop.draft("BIKE 5", "HELMET 2"), browse(shop.alice)
    page = alice.get(f"/drafts/{number}")

    answer = alice.post(
        f"/drafts/{number}",
        page,
        quantity__1="1",
        unit__1="BOX",
        remove__2="on",
        pasted="HELMET 7",
        wished="2027-01-04",
    )

    assert answer.status_code == 303
    assert lines(shop, number) == ["BIKE 1 BOX", "HELMET 7 PCS"]
    assert str(shop.order(number)["requested_date"]) == "2027-01-04"


def test_a_quantity_that_cannot_be_read_saves_nothing_and_loses_nothing(shop: Shop, browse: Browse) -> None:
    number, alice = shop.draft("BIKE 5", "HELMET 2"), browse(shop.alice)

    answer = alice.post(
        f"/drafts/{number}", alice.get(f"/drafts/{number}"), quantity__1="five", quantity__2="9", reference="PO-9"
    )

    typed = fields_of(answer)
    assert answer.status_code == 422
    assert (typed["quantity-1"], typed["quantity-2"], typed["reference"]) == ("five", "9", "PO-9")
    assert "“five” is not a quantity we can read" in text_of(answer)
    assert lines(shop, number) == ["BIKE 5 PCS", "HELMET 2 PCS"]


def test_a_draft_somebody_else_changed_meanwhile_is_shown_with_what_was_typed(shop: Shop, browse: Browse) -> None:
    number, alice = shop.draft("BIKE 5", "HELMET 2", "CUSTOM 1"), browse(shop.alice)
    old = alice.get(f"/drafts/{number}")
    shop.change(number, "BIKE 5", "CUSTOM 1")

    answer = alice.post(f"/drafts/{number}", old, quantity__1="8", quantity__2="3", pasted="BIKE 1 BOX")

    typed = fields_of(answer)
    assert answer.status_code == 409
    assert "Alice changed it" in text_of(answer)
    assert typed["quantity-1"] == "8"
    assert typed["pasted"].splitlines() == ["HELMET 3 PCS", "BIKE 1 BOX"]
    assert lines(shop, number) == ["BIKE 5 PCS", "CUSTOM 1 PCS"]
    assert alice.post(f"/drafts/{number}", answer).status_code == 303
    assert lines(shop, number) == ["BIKE 8 PCS", "CUSTOM 1 PCS", "HELMET 3 PCS", "BIKE 1 BOX"]


def test_points_stand_first_and_an_offer_is_taken_with_one_press(shop: Shop, browse: Browse) -> None:
    number, alice = shop.draft("BIKE 5", "NOBODY-KNOWS 1"), browse(shop.alice)
    page = alice.get(f"/drafts/{number}")

    assert page.text.index("NOBODY-KNOWS") < page.text.index('id="line-1"')
    assert "1 point to change before it can be sent" in text_of(page)
    assert 'href="#line-2">Show what to change' in page.text

    answer = alice.post(f"/drafts/{number}", page, take=offer(page.text, "Take out"), quantity__1="6")

    assert answer.status_code == 303
    assert lines(shop, number) == ["BIKE 6 PCS"]
    assert ">Send order</button>" in alice.get(f"/drafts/{number}").text


def offer(page: str, label: str) -> str:
    """What the button with this label sends."""
    buttons = re.findall(r'name="take" value="([^"]+)"[^>]*>(.*?)</button>', page, re.S)
    return next(unescape(value) for value, words in buttons if label in words)


@pytest.mark.parametrize("button", ["[]", "x|1|y", "item-unknown|99|take-out", "|||", "[" * 5000])
def test_a_button_nobody_made_does_nothing(shop: Shop, browse: Browse, button: str) -> None:
    number, alice = shop.draft("BIKE 5"), browse(shop.alice)

    answer = alice.post(f"/drafts/{number}", alice.get(f"/drafts/{number}"), take=button)

    assert answer.status_code == 303
    assert "not open any more" in text_of(alice.get(f"/drafts/{number}"))
    assert lines(shop, number) == ["BIKE 5 PCS"]


def test_a_number_nobody_knows_comes_back_with_the_nearest_ones_to_take(shop: Shop, browse: Browse) -> None:
    number, alice = shop.draft("BIKE 5"), browse(shop.alice)

    answer = alice.post(f"/drafts/{number}", alice.get(f"/drafts/{number}"), pasted="HELMET 2\nHELMETT 3")

    assert "1 of 2 new lines taken, 1 to look at" in text_of(answer)
    button = unescape(re.findall(r'name="instead" value="([^"]+)"', answer.text)[0])
    assert alice.post(f"/drafts/{number}", answer, instead=button).status_code == 303
    assert lines(shop, number) == ["BIKE 5 PCS", "HELMET 2 PCS", "HELMET 3 PCS"]


def test_a_price_that_changed_meanwhile_stands_beside_the_old_one(shop: Shop, browse: Browse) -> None:
    number, alice = shop.draft("BIKE 5"), browse(shop.alice)
    shop.planter.connection.execute("update price set unit_price = 82 where list_code = 'DEALER'")
    try:
        page = alice.get(f"/drafts/{number}")
        assert "Now 82.00 each; it was 80.00 when this draft was saved." in text_of(page)
        assert "USD 400.00" in text_of(page)

        alice.post(f"/drafts/{number}", page, anew="1")

        assert "USD 410.00" in text_of(alice.get(f"/drafts/{number}"))
    finally:
        shop.planter.connection.execute("update price set unit_price = 80 where list_code = 'DEALER'")


def test_five_hundred_lines_come_in_pages_and_turning_one_saves(shop: Shop, browse: Browse) -> None:
    number, alice = shop.draft(*["BIKE 1", "HELMET 1"] * 250), browse(shop.alice)
    page = alice.get(f"/drafts/{number}")
    shown = [name for name in fields_of(page) if name.startswith("quantity-")]
    assert len(shown) == 50

    answer = alice.post(f"/drafts/{number}", page, **{shown[0].replace("-", "__"): "7", "go": "10"})

    assert answer.location.endswith(f"/drafts/{number}?page=10")
    assert sum(1 for line in lines(shop, number) if line.split()[1] == "7") == 1
    assert len(lines(shop, number)) == 500


def test_more_lines_than_one_order_takes_are_kept_in_the_field(shop: Shop, browse: Browse) -> None:
    alice, pasted = browse(shop.alice), "\n".join(["BIKE 1"] * 2001)

    answer = alice.post("/drafts", alice.get("/drafts/new"), pasted=pasted)

    assert answer.status_code == 422
    assert "it would be 2,001 lines; 2,000 can go in one order" in text_of(answer)
    assert fields_of(answer)["pasted"] == pasted
    assert shop.planter.all("select 1 from customer_order") == []


def test_what_happens_next_is_said_before_sending(shop: Shop, browse: Browse) -> None:
    alice, dora = browse(shop.alice), browse(shop.dora)

    large, small = shop.draft("BIKE 100"), shop.draft("BIKE 1")
    over_credit = shop.draft("BIKE 20", by=shop.dora)

    waits = text_of(alice.get(f"/drafts/{large}"))
    assert "Bob approves, since it is over your limit of USD 5,000.00; that sends it." in waits
    assert "Send to Bob for approval" in waits
    assert "It goes to us; our rules check it at once" in text_of(alice.get(f"/drafts/{small}"))
    assert "Our desk looks at 1 point" in text_of(dora.get(f"/drafts/{over_credit}"))


def test_an_approver_reads_a_draft_and_cannot_change_it(shop: Shop, browse: Browse) -> None:
    number, bob = shop.draft("BIKE 5"), browse(shop.bob)

    assert bob.get(f"/drafts/{number}").location == f"/orders/{number}"
    assert bob.post(f"/drafts/{number}", quantity__1="9").status_code == 403


def test_a_draft_of_another_company_is_not_found(shop: Shop, browse: Browse) -> None:
    number, charlie = shop.draft("BIKE 5"), browse(shop.charlie)

    assert charlie.get(f"/drafts/{number}").status_code == 404
    assert charlie.post(f"/drafts/{number}", version="1", quantity__1="9").status_code == 404
    assert charlie.post(f"/drafts/{number}/send", version="1").status_code == 404
    assert lines(shop, number) == ["BIKE 5 PCS"]


@pytest.mark.parametrize("number", ["P-", "P-1'", "P-99999999999999999999", "x", "P-٣"])
def test_what_cannot_be_a_number_is_not_found(shop: Shop, browse: Browse, number: str) -> None:
    assert browse(shop.alice).get(f"/drafts/{number}").status_code == 404
    assert browse(shop.alice).get(f"/orders/{number}").status_code == 404


def test_signs_no_keyboard_types_are_left_out(shop: Shop, browse: Browse) -> None:
    alice = browse(shop.alice)

    number = started(shop, alice, "BIKE\x00 5", reference="PO\x00 <b>1</b>")

    assert shop.order(number)["reference"] == "PO <b>1</b>"
    assert "<b>1</b>" not in alice.get(f"/drafts/{number}").text
