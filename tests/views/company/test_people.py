"""Carol's pages of people: what she reads, what she changes, what is refused in words, and how soon it counts."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask

from app.security.actor import Actor
from tests.services.company.conftest import Company
from tests.views.admin.world import sign_in
from tests.views.portal.browsing import Browser, text_of

Browse = Callable[[Actor], Browser]


def address(actor: Actor, verb: str = "") -> str:
    return f"/company/people/{actor.membership_id}{verb}"


def test_carol_reads_who_is_in_her_company_with_roles_and_limits(company: Company, browse: Browse) -> None:
    other = Company(company.planter)
    page = text_of(browse(company.carol).get("/company/people"))

    assert f"Alice-{company.number} alice-{company.number} Buyer · up to USD 5,000.00 without approval" in page
    assert f"Bob-{company.number} bob-{company.number} Approver · places no orders not here yet" in page
    assert "you" in page
    assert f"alice-{other.number}" not in page


def test_only_she_finds_the_way_there(company: Company, browse: Browse) -> None:
    assert 'href="/company"' in browse(company.carol).get("/orders").text
    assert 'href="/company"' not in browse(company.alice).get("/orders").text
    refused = browse(company.alice).get("/company/people")
    assert refused.status_code == 403
    assert "only company administrators may do this" in refused.text


def test_a_new_colleague_signs_in_with_the_password_that_was_shown(
    company: Company, browse: Browse, web: Flask
) -> None:
    carol, login = browse(company.carol), f"eve-{company.number}"
    page = carol.post(
        "/company/people", carol.get("/company/people/new"), name="Eve", login=login, limit="250", role="buyer"
    )

    assert page.headers["Cache-Control"] == "no-store"
    password = re.search(r'id="password">([^<]+)<', page.text)
    assert password is not None
    client = web.test_client()
    assert sign_in(client, login, password[1]).status_code == 303
    assert company.customer["name"] in text_of(client.get("/"))
    assert "up to USD 250.00 without approval" in text_of(carol.get("/company/people"))


def test_what_cannot_be_saved_is_said_and_what_was_typed_stays(company: Company, browse: Browse) -> None:
    carol = browse(company.carol)
    form = carol.get("/company/people/new")
    for typed, words in (
        ({"login": company.alice.login}, "has the login"),
        ({"limit": "5,000"}, "is not an amount we can read"),
        ({"email": "nobody"}, "is not a mail address"),
        ({"role": None}, "without a role"),
        ({"role": "administrator"}, "cannot be given here"),
    ):
        fields = {"name": "Eve", "login": "eve@example.com", "role": "buyer", **typed}
        page = carol.post("/company/people", form, **fields)
        assert page.status_code in (409, 422), words
        assert words in text_of(page)
        assert 'value="Eve"' in page.text


def test_a_right_that_is_taken_is_gone_at_the_next_click(company: Company, browse: Browse) -> None:
    alice, carol = browse(company.alice), browse(company.carol)
    assert alice.get("/drafts/new").status_code == 200

    form = carol.get(address(company.alice))
    saved = carol.post(address(company.alice), form, role="approver")

    assert saved.status_code == 303
    assert alice.get("/drafts/new").status_code == 403
    assert "Saved" in text_of(carol.get("/company/people"))


def test_a_limit_nobody_could_approve_is_refused_in_words(company: Company, browse: Browse) -> None:
    carol = browse(company.carol)
    page = carol.post(address(company.bob, "/end"), carol.get(address(company.bob)))

    assert page.status_code == 422
    assert f"Nobody else could approve an order of Alice-{company.number}" in text_of(page)
    assert "Make somebody else an approver first" in text_of(page)


def test_who_is_taken_out_is_asked_to_sign_in_and_listed_apart(company: Company, browse: Browse) -> None:
    alice, carol = browse(company.alice), browse(company.carol)
    assert alice.get("/").status_code == 200

    carol.post(address(company.alice, "/end"), carol.get(address(company.alice)))

    assert alice.get("/").location.startswith("/sign-in")
    page = text_of(carol.get("/company/people"))
    assert page.index("Not here any more") < page.index(f"alice-{company.number}")
    assert "left your company" in text_of(carol.get(address(company.alice)))


def test_her_own_page_offers_no_way_out(company: Company, browse: Browse) -> None:
    carol = browse(company.carol)
    page = carol.get(address(company.carol))

    assert "Take out of the company" not in page.text
    assert carol.post(address(company.carol, "/end"), page).status_code == 422
