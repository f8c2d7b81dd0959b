"""Company data with its age, settings, own item numbers, the switch between companies, the own password."""

from __future__ import annotations

from collections.abc import Callable

from werkzeug.security import generate_password_hash

from app.security.actor import Actor
from tests.services.company.conftest import Company
from tests.views.portal.browsing import Browser, text_of

Browse = Callable[[Actor], Browser]


def test_company_data_come_from_the_erp_and_say_how_old_they_are(company: Company, browse: Browse) -> None:
    company.planter.connection.execute(
        "update customer set vat_id = 'DE1', credit_limit = 1000, balance = 1234.5, overdue = 10,"
        " payment_terms_name = '<b>30 days</b>', synced_at = '2026-11-02 09:12:00+00' where id = %s",
        [company.customer["id"]],
    )
    company.planter.ship_to(company.customer, "DOCK", name="Dock 4")
    page = browse(company.carol).get("/company")

    words = text_of(page)
    assert "VAT ID DE1" in words
    assert "Open balance USD 1,234.50 USD 10.00 overdue" in words
    assert "Dock 4 DOCK usual" in words
    assert "From our ERP, Mon 2 Nov 09:12." in words
    assert "&lt;b&gt;30 days" in page.text


def test_settings_are_saved_and_count_for_the_company_alone(company: Company, browse: Browse) -> None:
    carol = browse(company.carol)
    saved = carol.post("/company/settings", carol.get("/company"), repeated_reference="block")
    row = company.planter.one("select * from customer_account where customer_id = %(c)s", c=company.customer["id"])

    assert saved.status_code == 303
    assert (row["repeated_reference"], row["substitutes_allowed"]) == ("block", False)
    assert 'value="block" checked' in carol.get("/company").text


def test_pasted_lines_are_taken_and_the_rest_stays_to_be_corrected(company: Company, browse: Browse) -> None:
    carol = browse(company.carol)
    pasted = "4711;BIKE-1\r\n\r\n4712\tBIKE-2\n4713;NOTHING\n4714"
    page = carol.post("/company/items", carol.get("/company/items"), lines=pasted)

    assert page.status_code == 422
    words = text_of(page)
    assert "2 of 4 taken" in words
    assert "Line 4: NOTHING is not in your assortment." in words
    assert "Line 5: Two numbers are needed: yours, then ours." in words
    assert ">4713;NOTHING\n4714;</textarea>" in page.text
    assert "4711 → BIKE-1 Item BIKE-1" in words


def test_numbers_are_found_and_taken_out(company: Company, browse: Browse) -> None:
    carol = browse(company.carol)
    carol.post("/company/items", carol.get("/company/items"), own="4711", ours="bike 1")
    found, none = text_of(carol.get("/company/items?q=471")), text_of(carol.get("/company/items?q=999"))
    assert "4711 → BIKE-1" in found
    assert "None of your numbers looks like “999”." in none

    carol.post("/company/items/remove", carol.get("/company/items"), own="4711")
    assert "4711 is taken out." in text_of(carol.get("/company/items"))
    assert "4711 →" not in text_of(carol.get("/company/items"))


def test_too_much_at_once_is_refused_as_a_whole(company: Company, browse: Browse) -> None:
    carol = browse(company.carol)
    page = carol.post(
        "/company/items", carol.get("/company/items"), lines="\n".join(f"{n};BIKE-1" for n in range(2001))
    )

    assert page.status_code == 422
    assert "These are 2001 lines; 2000 can be taken at once. Nothing was taken." in text_of(page)


def test_a_person_of_two_companies_switches_and_takes_nothing_along(company: Company, browse: Browse) -> None:
    other = Company(company.planter)
    second = company.planter.row(
        "membership", person_id=company.carol.person_id, customer_id=other.customer["id"], roles=["buyer"]
    )
    assert "Switch company" not in browse(company.alice).get("/").text
    carol = browse(company.carol)
    opened_before = carol.get("/company/items")
    assert "Switch company" in opened_before.text
    choices = carol.get("/switch")
    assert f"{other.customer['name']} {other.customer['number']} Buyer" in text_of(choices)

    assert carol.post("/switch", choices, membership=second["id"]).status_code == 303
    assert other.customer["name"] in text_of(carol.get("/"))
    assert company.customer["name"] not in text_of(carol.get("/"))
    assert carol.get("/company").status_code == 403
    assert carol.post("/company/items", opened_before, own="4711", ours="BIKE-1").status_code == 400


def test_a_place_that_is_not_theirs_cannot_be_switched_to(company: Company, browse: Browse) -> None:
    alice = browse(company.alice)
    for wanted in (company.carol.membership_id, "", "x", "9" * 30):
        page = alice.post("/switch", alice.get("/switch"), membership=wanted)
        assert page.status_code == 422
        assert "You cannot work there" in text_of(page)


def test_everybody_can_choose_a_password(company: Company, browse: Browse) -> None:
    company.planter.connection.execute(
        "update ab_user set password = %s where id = (select user_id from person where id = %s)",
        [generate_password_hash("given once", method="pbkdf2:sha256:1"), company.alice.person_id],
    )
    alice, phone = browse(company.alice), browse(company.alice)
    form = alice.get("/password")

    assert "The present password is another one." in text_of(alice.post("/password", form, current="x", new="y" * 12))
    assert "has 12 to 1000 characters" in text_of(alice.post("/password", form, current="given once", new="short"))
    assert alice.post("/password", form, current="given once", new="a long new one").status_code == 303
    assert alice.get("/").status_code == 200
    assert phone.get("/").location.startswith("/sign-in")
