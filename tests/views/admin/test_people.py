"""Ada and people: every way in, opened and closed; roles and settings as they are; the record by person, time, object."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from app.embedded.databases import Addresses
from app.embedded.services import Running
from app.security.actor import Actor, Role
from tests.services.company.conftest import Company, company, planter
from tests.views.admin.world import sign_in, web_app
from tests.views.portal.browsing import Browser, browser_of, text_of

__all__ = ["company", "planter"]
Browse = Callable[[Actor], Browser]


@pytest.fixture(scope="module")
def app(database: Addresses, services: Running) -> Iterator[Flask]:
    with web_app(database, services) as app:
        yield app


@pytest.fixture
def browse(app: Flask, company: Company) -> Browse:
    return lambda actor: browser_of(app, company.planter, actor)


@pytest.fixture
def ada(company: Company, browse: Browse) -> Browser:
    return browse(company.planter.person(f"ada-{company.number}", Role.ADMINISTRATOR))


def access(actor: Actor, verb: str = "access") -> str:
    return f"/admin/people/{actor.person_id}/{verb}"


def test_a_person_is_shown_with_memberships_and_the_way_to_change_them(company: Company, ada: Browser) -> None:
    page = ada.get(f"/admin/people/show/{company.alice.person_id}")

    assert f"{company.customer['number']} {company.customer['name']} Buyer" in text_of(page)
    assert f'href="{access(company.alice)}"' in page.text


def test_a_disabled_person_is_out_at_the_next_click(company: Company, ada: Browser, browse: Browse) -> None:
    alice = browse(company.alice)
    assert alice.get("/orders").status_code == 200

    ada.post(access(company.alice, "disable"), ada.get(access(company.alice)))

    assert alice.get("/orders").location.startswith("/sign-in")
    assert "Enable" in ada.get(access(company.alice)).text


def test_ending_sessions_and_revoking_tokens_say_how_many(company: Company, ada: Browser, browse: Browse) -> None:
    browse(company.alice)
    page = ada.get(access(company.alice))
    assert "1 browser is signed in. 0 API tokens are good." in text_of(page)

    ada.post(access(company.alice, "end-sessions"), page)
    assert "1 browser has to sign in again." in text_of(ada.get(access(company.alice)))
    ada.post(access(company.alice, "revoke-tokens"), page)
    assert "0 tokens open nothing any more." in text_of(ada.get(access(company.alice)))


def test_a_new_password_is_shown_once_and_opens_the_door(company: Company, ada: Browser, app: Flask) -> None:
    company.planter.connection.execute("update ab_user set active = true")
    page = ada.post(access(company.alice, "password"), ada.get(access(company.alice)))
    password = re.search(r'id="password">([^<]+)<', page.text)

    assert password is not None
    assert page.headers["Cache-Control"] == "no-store"
    assert sign_in(app.test_client(), company.alice.login, password[1]).status_code == 303
    assert password[1] not in ada.get(access(company.alice)).text


def test_details_roles_and_limit_are_changed_on_one_page(company: Company, ada: Browser) -> None:
    page = ada.get(access(company.alice))
    ada.post(access(company.alice, "details"), page, name="Alice Miller", language="de")
    ada.post(f"/admin/people/memberships/{company.alice.membership_id}", page, role="buyer", limit="750")

    after = ada.get(access(company.alice))
    assert "Alice Miller" in text_of(after)
    assert 'value="750"' in after.text
    refused = ada.post(f"/admin/people/memberships/{company.bob.membership_id}/end", page)
    assert refused.status_code == 422
    assert "Nobody else could approve an order of Alice Miller" in text_of(refused)


def test_somebody_new_and_a_second_membership(company: Company, ada: Browser) -> None:
    other = Company(company.planter)
    form = ada.get("/admin/people/new")
    made = ada.post("/admin/people/new", form, name="Max", login=f"max-{company.number}", role="account_manager",
                    portfolio=company.customer["number"])  # fmt: skip
    assert "A new password" in text_of(made)

    page = ada.get(access(company.alice))
    ada.post(access(company.alice, "memberships"), page, customer=other.customer["number"], role="buyer", limit="10")
    assert other.customer["name"] in text_of(ada.get(access(company.alice)))
    wrong = ada.post("/admin/people/new", form, name="Eve", login="eve@example.com", customer="NOBODY", role="buyer")
    assert wrong.status_code == 422
    assert "We have no customer NOBODY." in text_of(wrong)
    assert 'value="Eve"' in wrong.text


def test_the_roles_page_says_what_the_policy_says(ada: Browser) -> None:
    page = ada.get("/admin/roles/list/").text
    (row,) = [each for each in page.split("<tr>") if "review:decide" in each]

    assert re.findall(r'class="(yes|no)" data-label="([^"]+)"', row) == [
        ("no", "Buyer"), ("no", "Approver"), ("no", "Company administrator"), ("no", "Account manager"),
        ("yes", "Review desk"), ("no", "Administrator"),
    ]  # fmt: skip


def test_the_settings_page_shows_no_secret(ada: Browser, database: Addresses) -> None:
    page = ada.get("/admin/settings/list/")
    words = text_of(page)

    assert "BUSINESS_TIME_ZONE UTC default" in words
    assert "METRICS_TOKEN set, not shown" in words
    assert "SMTP_URL not set" in words
    assert "scrape-me" not in page.text
    assert database.web not in page.text


def test_the_record_is_found_by_person_period_customer_and_object(
    company: Company, ada: Browser, browse: Browse
) -> None:
    carol, alice = browse(company.carol), company.alice
    address = f"/company/people/{alice.membership_id}"
    carol.post(address, carol.get(address), role="approver")
    known = {"user": company.carol.login, "object": str(alice.person_id), "customer": company.customer["number"]}
    queries = [f"{name}={value}" for name, value in known.items()] + [
        "what=membership",
        "from=2026-01-01",
        "to=2999-01-01",
    ]

    for query in (*queries, "&".join(queries)):
        assert "person:membership:changed" in ada.get(f"/admin/audit/list/?{query}").text, query
    for query in ("user=nobody", "to=2026-01-01", "from=2999-01-01", "object=0", "customer=NOBODY"):
        assert "Nothing fits" in ada.get(f"/admin/audit/list/?{query}").text, query
