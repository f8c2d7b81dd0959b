"""Settings of a customer: its own by its administrator, "always look" by whoever looks after it; each is on record."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.errors import NotAllowed, NotFound, Unprocessable
from app.extensions import current_scope
from app.security.actor import Actor, Role
from app.services.company import settings
from tests.factories.planting import Row
from tests.services.company.conftest import Company


def stored(company: Company) -> Row:
    return company.planter.one("select * from customer_account where customer_id = %(c)s", c=company.customer["id"])


def manager(company: Company, *customers: int) -> Actor:
    return company.planter.person(f"max-{company.number}", Role.ACCOUNT_MANAGER, portfolio=customers)


def test_a_company_decides_how_a_repeated_po_number_is_treated(company: Company) -> None:
    with company.by(company.carol):
        settings.change(company.carol, repeated_reference="block", substitutes_allowed=True)

    row = stored(company)
    assert (row["repeated_reference"], row["substitutes_allowed"], row["always_look"]) == ("block", True, False)
    (entry,) = company.audit("company:settings:changed", company.customer["number"])
    assert (entry["before"], entry["after"]) == ({"repeated_reference": "offer"}, {"repeated_reference": "block"})


def test_afterwards_the_customer_is_back_in_its_own_scope(company: Company) -> None:
    with company.by(company.carol):
        settings.change(company.carol, repeated_reference="notice", substitutes_allowed=False)
        assert current_scope.get() == company.carol.scope.values()


def test_only_what_exists_is_taken_and_only_from_the_administrator(company: Company) -> None:
    with pytest.raises(Unprocessable), company.by(company.carol):
        settings.change(company.carol, repeated_reference="ignore", substitutes_allowed=True)
    with pytest.raises(NotAllowed), company.by(company.alice):
        settings.change(company.alice, repeated_reference="block", substitutes_allowed=True)

    assert (
        company.planter.all("select 1 from customer_account where customer_id = %(c)s", c=company.customer["id"]) == []
    )


def test_the_account_manager_has_every_order_looked_at(company: Company) -> None:
    maxine = manager(company, company.customer["id"])
    with company.by(maxine):
        settings.always_look(maxine, company.customer["id"], True)

    assert stored(company)["always_look"]
    (entry,) = company.audit("company:settings:changed", company.customer["number"])
    assert (entry["actor_id"], entry["after"]) == (maxine.person_id, {"always_look": True})


def test_an_administrator_may_too_and_nobody_else(company: Company) -> None:
    ada = company.planter.person(f"ada-{company.number}", Role.ADMINISTRATOR)
    with company.by(ada):
        settings.always_look(ada, company.customer["id"], True)
    with pytest.raises(NotFound), company.by(manager(company)):
        settings.always_look(manager(Company(company.planter)), company.customer["id"], False)
    vera = replace(ada, roles=frozenset({Role.VALIDATOR}))
    for actor in (vera, company.carol):
        with pytest.raises(NotAllowed), company.by(actor):
            settings.always_look(actor, company.customer["id"], False)

    assert stored(company)["always_look"]
