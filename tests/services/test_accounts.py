"""People come in with a hashed password, leave at once, and every step of it is on record."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from app.embedded.databases import Addresses, dsn
from app.errors import Conflict, NotFound, Unprocessable
from app.extensions import session, transaction
from app.security.actor import Role, acting, machine
from app.security.identity import by_token, hash_of
from app.security.scopes import Scope, enter, leave
from app.services import accounts
from app.services.sign_in import SignInRefused, sign_in

PASSWORD = "a long password"


@pytest.fixture(autouse=True)
def _acting(database: Addresses) -> Iterator[None]:
    with acting(machine("cli")):
        yield


@pytest.fixture(scope="module")
def customer_id(database: Addresses) -> int:
    with psycopg.connect(dsn(database.owner)) as owner:
        row = owner.execute(
            "insert into customer (number, name, currency, source, erp_key) values ('C1', 'One', 'USD', 'main', '1')"
            " returning id"
        ).fetchone()
    assert row is not None
    return int(row[0])


def signs_in(login: str) -> bool:
    with transaction():
        key = sign_in(login, PASSWORD, ip="127.0.0.1")
    leave()
    return bool(key)


def recorded(kind: str, number: str) -> list[Any]:
    enter(Scope.staff())
    rows = session.execute(
        text("select tag, actor_kind, after from audit_event where object_kind = :kind and object_number = :number"),
        {"kind": kind, "number": number},
    ).all()
    leave()
    return [tuple(row) for row in rows]


def test_a_person_signs_in_with_any_spelling_of_the_login() -> None:
    with transaction():
        person_id = accounts.create_person(" Emma ", "Emma", PASSWORD, email="emma@example.com")
        accounts.add_membership(person_id, customer_id=None, roles=[Role.VALIDATOR])
    assert signs_in("EMMA")
    assert recorded("person", str(person_id))[0] == ("person:created", "cli", {"is_demo": False, "language": "en"})


def test_the_password_is_kept_as_a_slow_hash_and_the_address_not_at_all() -> None:
    with transaction():
        person_id = accounts.create_person("kim", "Kim", PASSWORD, email="kim@example.com")
    with transaction():
        query = "select username, u.email, password from ab_user u join person p on p.user_id = u.id where p.id = :id"
        username, email, password = session.execute(text(query), {"id": person_id}).one()
    assert password.startswith("scrypt:")
    assert "kim" not in username + email


def test_a_login_is_given_once_and_a_short_password_not_at_all() -> None:
    with transaction():
        accounts.create_person("lee", "Lee", PASSWORD)
    with pytest.raises(Conflict, match="lee"), transaction():
        accounts.create_person("LEE", "Another Lee", PASSWORD)
    with pytest.raises(Unprocessable, match="5 characters"), transaction():
        accounts.create_person("short", "Short", "12345")


def test_roles_of_customers_and_of_the_seller_do_not_mix(customer_id: int) -> None:
    with transaction():
        person_id = accounts.create_person("mixed", "Mixed", PASSWORD)
    for roles, whose in (([Role.ADMINISTRATOR], customer_id), ([Role.BUYER], None), ([], customer_id)):
        with pytest.raises(Unprocessable), transaction():
            accounts.add_membership(person_id, customer_id=whose, roles=roles)


def test_several_people_and_their_records_fit_into_one_transaction(customer_id: int) -> None:
    with transaction():
        for login in ("one", "two"):
            person_id = accounts.create_person(login, login, PASSWORD)
            accounts.add_membership(
                person_id, customer_id=customer_id, roles=[Role.BUYER, Role.APPROVER], order_limit=Decimal(0)
            )
    assert recorded("person", str(person_id))[1] == (
        "person:membership:added",
        "cli",
        {"customer": customer_id, "roles": ["approver", "buyer"], "order_limit": "0", "portfolio": []},
    )


def test_the_scope_that_was_there_goes_on_afterwards() -> None:
    enter(Scope.staff())
    with transaction():
        accounts.create_person("scoped", "Scoped", PASSWORD)
        assert session.execute(text("select current_user")).scalar() == "portico_staff"
    leave()
    with transaction():
        accounts.create_person("unscoped", "Unscoped", PASSWORD)
        assert session.execute(text("select current_user")).scalar() == "portico_web"


def test_a_token_works_until_it_is_revoked_and_is_stored_only_as_a_hash(customer_id: int) -> None:
    with transaction():
        person_id = accounts.create_person("robot", "Robot", PASSWORD)
        accounts.add_membership(person_id, customer_id=customer_id, roles=[Role.BUYER])
        token = accounts.create_token("Robot", days=30, label="warehouse")
    with transaction():
        actor = by_token(hash_of(token))
        assert actor is not None
        assert (actor.login, actor.customer_id) == ("robot", customer_id)
        token_id, stored = session.execute(text("select id, token_hash from api_token")).one()
    assert token.startswith("pt_")
    assert len(token) == 46
    assert token not in stored
    with transaction():
        accounts.revoke_token(token_id)
        accounts.revoke_token(token_id)
    assert by_token(hash_of(token)) is None
    assert [tag for tag, _, _ in recorded("token", str(token_id))] == ["token:created", "configuration:changed"]


def test_a_disabled_person_is_out_everywhere_at_once() -> None:
    with transaction():
        person_id = accounts.create_person("gone", "Gone", PASSWORD)
        accounts.add_membership(person_id, customer_id=None, roles=[Role.VALIDATOR])
        token = accounts.create_token("gone", days=1)
    assert signs_in("gone")
    with transaction():
        accounts.disable_person("gone")
    assert by_token(hash_of(token)) is None
    assert (
        session.execute(
            text(
                "select count(*) from sign_in_session where ended_at is null and membership_id in"
                " (select id from membership where person_id = :id)"
            ),
            {"id": person_id},
        ).scalar()
        == 0
    )
    with pytest.raises(SignInRefused):
        signs_in("gone")


def test_unknown_people_and_tokens_are_named() -> None:
    with pytest.raises(NotFound, match="nobody-here"):
        accounts.disable_person("nobody-here")
    with pytest.raises(NotFound, match="999"):
        accounts.revoke_token(999)
    with transaction():
        accounts.create_person("jobless", "Jobless", PASSWORD)
    with pytest.raises(NotFound, match="no membership"):
        accounts.create_token("jobless", days=1)
