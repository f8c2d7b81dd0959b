"""Switching between companies, choosing a password, and what an administrator does with a person."""

from __future__ import annotations

from decimal import Decimal

import pytest
from werkzeug.security import generate_password_hash

from app.errors import Conflict, NotAllowed, NotFound, Unprocessable
from app.extensions import transaction
from app.security.actor import Actor, Role
from app.security.identity import by_session, by_token, hash_of
from app.services.people import members, passwords, staff, switching
from app.services.people.staff import Details, Place
from app.services.sign_in import SignInRefused
from tests.services.company.conftest import Company, signs_in

PASSWORD = "correct horse battery"


@pytest.fixture
def ada(company: Company) -> Actor:
    return company.planter.person(f"ada-{company.number}", Role.ADMINISTRATOR)


def browser(company: Company, actor: Actor, name: str = "browser") -> str:
    """:returns: the hash of the key of a new session"""
    hashed = hash_of(f"{name}-{actor.membership_id}")
    company.planter.row("sign_in_session", membership_id=actor.membership_id, key_hash=hashed)
    return hashed


def seen_by(key_hash: str) -> Actor | None:
    with transaction():
        return by_session(key_hash)


def with_password(company: Company, actor: Actor) -> None:
    hashed = generate_password_hash(PASSWORD, method="pbkdf2:sha256:1")
    company.planter.connection.execute(
        "update ab_user set password = %s, active = true where id = (select user_id from person where id = %s)",
        [hashed, actor.person_id],
    )


# --- the switch -------------------------------------------------------------------------------------------------------


def test_a_switch_acts_in_this_browser_and_leaves_tokens_where_they_were(company: Company) -> None:
    other = Company(company.planter)
    second = company.planter.row(
        "membership", person_id=company.alice.person_id, customer_id=other.customer["id"], roles=["approver"]
    )
    here, elsewhere = browser(company, company.alice), browser(company, company.alice, "phone")
    company.planter.connection.execute(
        "insert into api_token (membership_id, token_hash, expires_at) values (%s, %s, now() + interval '1 day')",
        [company.alice.membership_id, hash_of("machine")],
    )
    with company.by(company.alice):
        offered = switching.choices(company.alice)
        switching.switch(company.alice, second["id"], key_hash=here)

    assert [(each.company, each.is_active) for each in offered] == [
        (company.customer["name"], True), (other.customer["name"], False),
    ]  # fmt: skip
    switched, phone = seen_by(here), seen_by(elsewhere)
    assert switched is not None
    assert phone is not None
    assert (switched.customer_id, switched.roles, switched.memberships) == (
        other.customer["id"],
        frozenset({Role.APPROVER}),
        2,
    )
    assert phone.customer_id == company.customer["id"]
    with transaction():
        machine = by_token(hash_of("machine"))
    assert machine is not None
    assert machine.customer_id == company.customer["id"]
    assert company.audit("person:switched", company.alice.person_id)[0]["customer_id"] == other.customer["id"]


def test_nobody_switches_to_what_is_not_theirs_or_has_ended(company: Company) -> None:
    key = browser(company, company.alice)
    ended = company.planter.row(
        "membership", person_id=company.alice.person_id, customer_id=company.planter.customer()["id"], roles=["buyer"],
        ended_at="2026-11-01",
    )  # fmt: skip
    for wanted in (company.carol.membership_id, ended["id"], 0):
        with pytest.raises(Unprocessable), company.by(company.alice):
            switching.switch(company.alice, wanted or 0, key_hash=key)
    with pytest.raises(Unprocessable), company.by(company.alice):
        switching.switch(company.alice, company.alice.membership_id or 0, key_hash=browser(company, company.bob))


# --- passwords --------------------------------------------------------------------------------------------------------


def test_a_password_of_ones_own_sends_other_browsers_to_the_sign_in_page(company: Company) -> None:
    with_password(company, company.alice)
    here, elsewhere = browser(company, company.alice), browser(company, company.alice, "phone")
    with company.by(company.alice):
        passwords.change_own(company.alice, PASSWORD, "another long password", key_hash=here)

    assert seen_by(here) is not None
    assert seen_by(elsewhere) is None
    assert signs_in(company.alice.login, "another long password")


@pytest.mark.parametrize(
    ("present", "new"), [("guess", "another long password"), (PASSWORD, "short"), (PASSWORD, "x" * 1001)]
)
def test_without_the_present_password_or_with_a_short_one_nothing_changes(
    company: Company, present: str, new: str
) -> None:
    with_password(company, company.alice)
    with pytest.raises(Unprocessable), company.by(company.alice):
        passwords.change_own(company.alice, present, new, key_hash=browser(company, company.alice))
    assert signs_in(company.alice.login, PASSWORD)


# --- an administrator and a person ------------------------------------------------------------------------------------


def test_disabled_is_out_at_once_and_enabled_signs_in_again(company: Company, ada: Actor) -> None:
    with_password(company, company.alice)
    key, person = browser(company, company.alice), company.alice.person_id or 0
    with company.by(ada):
        staff.disable(ada, person)
    assert seen_by(key) is None
    with pytest.raises(SignInRefused):
        signs_in(company.alice.login, PASSWORD)

    with company.by(ada):
        staff.enable(ada, person)
    assert seen_by(key) is None
    assert signs_in(company.alice.login, PASSWORD)
    assert [len(company.audit(f"person:{verb}", person)) for verb in ("disabled", "enabled")] == [1, 1]


def test_sessions_tokens_and_password_are_closed_one_by_one(company: Company, ada: Actor) -> None:
    key, person = browser(company, company.alice), company.alice.person_id or 0
    company.planter.connection.execute(
        "insert into api_token (membership_id, token_hash, expires_at) values (%s, %s, now() + interval '1 day')",
        [company.alice.membership_id, hash_of(f"t-{company.number}")],
    )
    with company.by(ada):
        assert staff.ways_in(person) == staff.WaysIn(1, 1)
        assert staff.revoke_tokens(ada, person) == 1
        assert staff.ways_in(person) == staff.WaysIn(1, 0)
        assert staff.end_sessions(ada, person) == 1
    assert seen_by(key) is None
    company.planter.connection.execute("update ab_user set active = true")
    with company.by(ada):
        password = staff.new_password(ada, person)
    assert signs_in(company.alice.login, password)
    entries = company.audit("person:password:changed", person)
    assert password not in str(entries)
    assert company.audit("person:sessions:ended", person)[0]["after"] == {"sessions": 1}


def test_details_change_and_the_record_holds_no_name(company: Company, ada: Actor) -> None:
    person = company.alice.person_id or 0
    with company.by(ada):
        staff.change_details(ada, person, Details("Alice Miller", "alice@example.com", "de"))
        assert staff.person(person).name == "Alice Miller"

    (entry,) = company.audit("person:changed", person)
    assert entry["after"] == {"fields": ["email", "language", "name"], "language": "de"}
    assert "Miller" not in str(entry["before"]) + str(entry["after"])


def test_one_person_becomes_a_member_of_a_second_company(company: Company, ada: Actor) -> None:
    other = Company(company.planter)
    place = Place(other.customer["number"], ["buyer"], Decimal(100))
    with company.by(ada):
        staff.add_membership(ada, company.alice.person_id or 0, place)
    with pytest.raises(Conflict, match="there already"), company.by(ada):
        staff.add_membership(ada, company.alice.person_id or 0, place)
    with pytest.raises(Unprocessable, match="no customer NOBODY"), company.by(ada):
        staff.add_membership(ada, company.alice.person_id or 0, Place("NOBODY", ["buyer"], None))
    with pytest.raises(Unprocessable), company.by(ada):
        staff.add_membership(ada, company.alice.person_id or 0, Place("", ["buyer"], None))

    with company.by(ada):
        places = [each.customer_id for each in members.of_person(company.alice.person_id or 0)]
    assert places == [company.customer["id"], other.customer["id"]]


def test_an_account_manager_gets_a_portfolio_by_customer_numbers(company: Company, ada: Actor) -> None:
    with company.by(ada):
        person, _ = staff.create(ada, f"max-{company.number}", Details("Max", "", "en"),
                                 Place("", ["account_manager"], None, [company.customer["number"]]))  # fmt: skip
        (member,) = members.of_person(person)
    assert member.portfolio == (company.customer["id"],)

    with company.by(ada):
        staff.change_membership(ada, member.membership_id, Place("", ["account_manager"], None, []))
    (entry,) = company.audit("person:membership:changed", person)
    assert (entry["before"], entry["after"]) == ({"portfolio": [company.customer["id"]]}, {"portfolio": []})


def test_the_law_of_limits_binds_administrators_too(company: Company, ada: Actor) -> None:
    with pytest.raises(Unprocessable, match="Alice"), company.by(ada):
        staff.end_membership(ada, company.bob.membership_id or 0)
    with pytest.raises(Unprocessable, match="Alice"), company.by(ada):
        staff.change_membership(ada, company.bob.membership_id or 0, Place("", ["company_admin"], None))


def test_nobody_shuts_themselves_out(company: Company, ada: Actor) -> None:
    own = ada.membership_id or 0
    for act in (
        lambda: staff.disable(ada, ada.person_id or 0),
        lambda: staff.end_membership(ada, own),
        lambda: staff.change_membership(ada, own, Place("", ["validator"], None)),
    ):
        with pytest.raises(Unprocessable, match="yourself"), company.by(ada):
            act()


def test_only_administrators_and_only_people_there_are(company: Company, ada: Actor) -> None:
    for act in (staff.disable, staff.enable, staff.end_sessions, staff.revoke_tokens, staff.new_password):
        with pytest.raises(NotAllowed), company.by(company.carol):
            act(company.carol, company.alice.person_id or 0)
        with pytest.raises(NotFound), company.by(ada):
            act(ada, 999_999_999)
