"""A company of its own for each test: alice buys up to 5,000, bob approves, carol administers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest

from app.embedded.databases import Addresses
from app.extensions import transaction
from app.security.actor import Actor, Role, acting
from app.security.scopes import entered, leave
from app.services.sign_in import sign_in
from tests.factories.planting import Planter, Row

_numbers = count(1)


def signs_in(login: str, password: str) -> str:
    """:returns: the key for the browser"""
    try:
        with transaction():
            return sign_in(login, password, ip="203.0.113.20")
    finally:
        leave()


class Company:
    """People with logins like alice-3, and what the record says of them."""

    def __init__(self, planter: Planter) -> None:
        self.planter, self.number = planter, next(_numbers)
        self.customer = planter.customer(name=f"Company {self.number}")
        self.alice = self.person("alice", Role.BUYER, limit="5000")
        self.bob = self.person("bob", Role.APPROVER)
        self.carol = self.person("carol", Role.COMPANY_ADMIN)

    def person(self, name: str, *roles: Role, limit: str | None = None, customer: Row | None = None) -> Actor:
        return self.planter.person(
            f"{name}-{self.number}", *roles, customer=self.customer if customer is None else customer, limit=limit
        )

    @contextmanager
    def by(self, actor: Actor) -> Iterator[None]:
        """One transaction, done by this person in their scope."""
        with entered(actor.scope), acting(actor, "203.0.113.7"), transaction():
            yield

    def membership(self, actor: Actor) -> Row:
        return self.planter.one("select * from membership where id = %(id)s", id=actor.membership_id)

    def audit(self, tag: str, number: str | int | None = None) -> list[Row]:
        return self.planter.all(
            "select * from audit_event where tag = %(tag)s and (%(n)s::text is null or object_number = %(n)s) order by id",
            tag=tag,
            n=None if number is None else str(number),
        )


@pytest.fixture(scope="module")
def planter(database: Addresses) -> Iterator[Planter]:
    planter = Planter(database.owner)
    for number in ("BIKE-1", "BIKE-2", "HELMET"):
        planter.item(number)
    yield planter
    planter.close()


@pytest.fixture
def company(planter: Planter) -> Company:
    return Company(planter)
