"""Carol lets people in and out and sets what they may do: within her company, her three roles, and never to a dead end."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from app.errors import Conflict, NotAllowed, NotFound, Unprocessable
from app.extensions import transaction
from app.security.actor import Role
from app.security.identity import by_session, by_token, hash_of
from app.services.people import company as people
from app.services.people import members
from app.services.people.company import Newcomer
from app.services.sign_in import SignInRefused
from tests.services.company.conftest import Company, signs_in

EVE = Newcomer("Eve@Example.com", "Eve", "eve@example.com", "de", ["buyer"], Decimal(100))


def newcomer(company: Company, **values: object) -> Newcomer:
    return replace(EVE, login=f"eve-{company.number}", **values)  # type: ignore[arg-type]


def gate(company: Company, actor_membership: int) -> str:
    """A browser and a machine that act in a membership. :returns: the secret of both"""
    secret = f"secret-{actor_membership}"
    company.planter.row("sign_in_session", membership_id=actor_membership, key_hash=hash_of(secret))
    company.planter.connection.execute(
        "insert into api_token (membership_id, token_hash, expires_at) values (%s, %s, now() + interval '1 day')",
        [actor_membership, hash_of(secret)],
    )
    return secret


def test_somebody_new_comes_in_with_a_password_that_is_shown_once(company: Company) -> None:
    with company.by(company.carol):
        password = people.add(company.carol, newcomer(company))
    key = signs_in(f"EVE-{company.number}", password)
    with transaction():
        eve = by_session(hash_of(key))

    assert eve is not None
    assert (eve.customer_id, eve.roles, eve.order_limit) == (
        company.customer["id"],
        frozenset({Role.BUYER}),
        Decimal(100),
    )
    stored = company.planter.one("select password from ab_user u join person p on p.user_id = u.id where p.id = %(p)s",
                                 p=eve.person_id)  # fmt: skip
    assert stored["password"].startswith("scrypt:")
    assert [entry["actor_id"] for entry in company.audit("person:created", eve.person_id)] == [company.carol.person_id]
    added = company.audit("person:membership:added", eve.person_id)
    assert (added[0]["customer_id"], added[0]["after"]["order_limit"]) == (company.customer["id"], "100")


def test_a_login_somebody_has_is_not_given_twice(company: Company) -> None:
    with pytest.raises(Conflict, match="has the login"), company.by(company.carol):
        people.add(company.carol, replace(EVE, login=company.alice.login.upper()))


@pytest.mark.parametrize("role", ["administrator", "validator", "account_manager", "erp_service", "emperor", ""])
def test_carol_gives_no_role_that_is_not_of_a_company(company: Company, role: str) -> None:
    with pytest.raises(Unprocessable), company.by(company.carol):
        people.add(company.carol, newcomer(company, roles=["buyer", role]))
    with pytest.raises(Unprocessable), company.by(company.carol):
        people.change(company.carol, company.alice.membership_id or 0, roles=[role], order_limit=None)

    assert company.membership(company.alice)["roles"] == ["buyer"]


def test_roles_and_limit_change_and_the_record_holds_what_was_and_what_is(company: Company) -> None:
    alice = company.alice.membership_id or 0
    with company.by(company.carol):
        people.change(company.carol, alice, roles=["buyer", "approver"], order_limit=None)

    row = company.membership(company.alice)
    assert (row["roles"], row["order_limit"]) == (["approver", "buyer"], None)
    (entry,) = company.audit("person:membership:changed", company.alice.person_id)
    assert entry["before"] == {"roles": ["buyer"], "order_limit": "5000"}
    assert entry["after"] == {"roles": ["approver", "buyer"], "order_limit": None}
    assert entry["customer_id"] == company.customer["id"]


def test_saving_what_is_so_already_leaves_no_trace(company: Company) -> None:
    with company.by(company.carol):
        people.change(company.carol, company.alice.membership_id or 0, roles=["buyer"], order_limit=Decimal("5000.00"))

    assert company.audit("person:membership:changed", company.alice.person_id) == []


def test_no_limit_is_not_zero(company: Company) -> None:
    with company.by(company.carol):
        people.change(company.carol, company.alice.membership_id or 0, roles=["buyer"], order_limit=Decimal(0))

    assert company.membership(company.alice)["order_limit"] == 0


def test_who_leaves_is_out_with_every_browser_and_machine(company: Company) -> None:
    alice = company.alice.membership_id or 0
    secret = gate(company, alice)
    with company.by(company.carol):
        people.end(company.carol, alice)

    with transaction():
        assert by_session(hash_of(secret)) is None
        assert by_token(hash_of(secret)) is None
    gates = company.planter.one(
        "select s.ended_at is not null as session, t.revoked_at is not null as token from sign_in_session s"
        " join api_token t on t.membership_id = s.membership_id where s.membership_id = %(m)s",
        m=alice,
    )
    assert gates == {"session": True, "token": True}
    assert company.audit("person:membership:ended", company.alice.person_id)[0]["before"]["roles"] == ["buyer"]
    with pytest.raises(SignInRefused):
        signs_in(company.alice.login, "whatever")
    with pytest.raises(Conflict, match="not in the company any more"), company.by(company.carol):
        people.end(company.carol, alice)


def test_a_limit_that_only_the_buyer_could_approve_is_refused_when_saved(company: Company) -> None:
    bob, alice = company.bob.membership_id or 0, company.alice.membership_id or 0
    with pytest.raises(Unprocessable, match="Nobody else could approve an order of Alice"), company.by(company.carol):
        people.end(company.carol, bob)
    with pytest.raises(Unprocessable, match="Alice"), company.by(company.carol):
        people.change(company.carol, bob, roles=["buyer"], order_limit=None)

    with company.by(company.carol):
        people.change(company.carol, alice, roles=["buyer"], order_limit=None)
        people.end(company.carol, bob)
    with pytest.raises(Unprocessable, match="goes over the order limit"), company.by(company.carol):
        people.change(company.carol, alice, roles=["buyer", "approver"], order_limit=Decimal(10))
    with pytest.raises(Unprocessable, match="Eve"), company.by(company.carol):
        people.add(company.carol, newcomer(company))


def test_carol_cannot_take_herself_out(company: Company) -> None:
    company.person("clara", Role.COMPANY_ADMIN)
    carol = company.carol.membership_id or 0
    with pytest.raises(Unprocessable, match="yourself"), company.by(company.carol):
        people.end(company.carol, carol)
    with pytest.raises(Unprocessable, match="yourself"), company.by(company.carol):
        people.change(company.carol, carol, roles=["buyer"], order_limit=None)


def test_a_company_keeps_an_administrator_who_can_sign_in(company: Company) -> None:
    clara = company.person("clara", Role.COMPANY_ADMIN)
    company.planter.connection.execute("update person set active = false where id = %s", [company.carol.person_id])
    with pytest.raises(Conflict, match="the last one"), company.by(company.carol):
        people.end(company.carol, clara.membership_id or 0)


def test_whose_right_was_taken_while_they_waited_changes_nothing(company: Company) -> None:
    company.person("clara", Role.COMPANY_ADMIN)
    company.planter.connection.execute("update membership set roles = '{buyer}' where id = %s",
                                       [company.carol.membership_id])  # fmt: skip
    with pytest.raises(NotAllowed, match="any more"), company.by(company.carol):
        people.end(company.carol, company.alice.membership_id or 0)


def test_people_of_another_company_are_not_there(company: Company, planter: object) -> None:
    other = Company(company.planter)
    stranger = other.alice.membership_id or 0
    for act in (
        lambda: people.change(company.carol, stranger, roles=["buyer"], order_limit=None),
        lambda: people.end(company.carol, stranger),
    ):
        with pytest.raises(NotFound), company.by(company.carol):
            act()
    with company.by(company.carol):
        found = {each.person_id for each in members.of_company(company.customer["id"])}
    assert found == {company.alice.person_id, company.bob.person_id, company.carol.person_id}


def test_only_a_company_administrator_may(company: Company) -> None:
    for actor in (company.alice, company.bob):
        with pytest.raises(NotAllowed), company.by(actor):
            people.add(actor, newcomer(company))
        with pytest.raises(NotAllowed), company.by(actor):
            people.end(actor, company.alice.membership_id or 0)


def test_last_seen_is_the_last_use_of_a_browser_in_this_membership(company: Company) -> None:
    gate(company, company.alice.membership_id or 0)
    with company.by(company.carol):
        seen = {each.person_id: each.last_seen for each in members.of_company(company.customer["id"])}

    assert seen[company.alice.person_id or 0] is not None
    assert seen[company.bob.person_id or 0] is None
