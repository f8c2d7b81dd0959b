"""Max's customers and nobody else's: the list, one customer with owners and ages, and "always look"."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.security.actor import Actor, Role
from tests.services.company.conftest import Company
from tests.views.portal.browsing import Browser, text_of

Browse = Callable[[Actor], Browser]


@pytest.fixture
def maxine(company: Company) -> Actor:
    return company.planter.person(f"max-{company.number}", Role.ACCOUNT_MANAGER, portfolio=[company.customer["id"]])


def test_the_list_shows_money_orders_and_what_waits(company: Company, browse: Browse, maxine: Actor) -> None:
    other = Company(company.planter)
    company.planter.connection.execute(
        "update customer set credit_limit = 1000, balance = 1500, block = 'ship' where id = %s",
        [company.customer["id"]],
    )
    for number, process, validation in ((1, "in_validation", "pending"), (2, "delivered", "approved")):
        company.planter.row(
            "customer_order", customer_id=company.customer["id"], number=f"P-{company.number}0{number}", process=process,
            validation=validation, currency="USD", placed_by=company.alice.person_id, submitted_at="2026-11-20 10:00+00",
        )  # fmt: skip
    page = text_of(browse(maxine).get("/portfolio"))

    assert (
        f"{company.customer['name']} {company.customer['number']} USD 1,500.00 of USD 1,000.00 stopped over the limit"
        in page
    )
    assert "1 at the desk 1 open order last order Fri 20 Nov" in page
    assert other.customer["number"] not in page


def test_signing_in_leads_to_the_portfolio(company: Company, browse: Browse, maxine: Actor) -> None:
    assert browse(maxine).get("/").location == "/portfolio"
    assert browse(maxine).get("/sign-in").location == "/portfolio"


def test_one_customer_with_facts_prices_orders_and_people(company: Company, browse: Browse, maxine: Actor) -> None:
    customer = company.customer
    company.planter.connection.execute(
        "update customer set balance_as_of = '2026-11-02 09:12:00+00' where id = %s", [customer["id"]]
    )
    company.planter.price("BIKE-1", "71.50", customer=customer, list_code=f"CONTRACT-{company.number}", currency="USD")
    company.planter.row(
        "erp_order", customer_id=customer["id"], source="main", number=f"10{company.number}", channel="phone",
        status="released", ordered_on="2026-11-20", currency="USD", net=300, tax=0, gross=300,
    )  # fmt: skip
    page = text_of(browse(maxine).get(f"/portfolio/{customer['id']}"))

    assert "ERP, Mon 2 Nov 09:12" in page
    assert f"CONTRACT-{company.number}" in page
    assert "BIKE-1 Item BIKE-1 0 71.50 USD" in page
    assert f"10{company.number} USD 300.00 by telephone · Confirmed · Fri 20 Nov" in page
    assert f"Alice-{company.number} Buyer" in page


def test_customers_of_others_are_not_there_even_for_somebody_who_sees_all_rows(
    company: Company, browse: Browse
) -> None:
    both = company.planter.person(f"both-{company.number}", Role.ACCOUNT_MANAGER, Role.ADMINISTRATOR,
                                  portfolio=[Company(company.planter).customer["id"]])  # fmt: skip
    browser = browse(both)

    assert browser.get(f"/portfolio/{company.customer['id']}").status_code == 404
    assert company.customer["number"] not in browser.get("/portfolio").text
    assert "No customer is assigned to you yet" in text_of(
        browse(company.planter.person(f"none-{company.number}", Role.ACCOUNT_MANAGER)).get("/portfolio")
    )


def test_always_look_is_set_and_taken_back(company: Company, browse: Browse, maxine: Actor) -> None:
    browser, address = browse(maxine), f"/portfolio/{company.customer['id']}"
    browser.post(f"{address}/look", browser.get(address), always_look="yes")
    assert "every order of this customer comes to the desk" in text_of(browser.get(address))
    assert "always looked at" in text_of(browser.get("/portfolio"))

    browser.post(f"{address}/look", browser.get(address))
    assert "always looked at" not in text_of(browser.get("/portfolio"))
    assert len(company.audit("company:settings:changed", company.customer["number"])) == 2


def test_the_setting_of_a_foreign_customer_cannot_be_reached(company: Company, browse: Browse, maxine: Actor) -> None:
    foreign, browser = Company(company.planter), browse(maxine)
    form = browser.get(f"/portfolio/{company.customer['id']}")

    assert browser.post(f"/portfolio/{foreign.customer['id']}/look", form, always_look="yes").status_code == 404
