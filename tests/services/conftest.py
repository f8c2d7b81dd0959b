"""A shop with its people and the shipped rules, on a real database, in front of an ERP in memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.embedded.databases import Addresses
from app.erp.port import connect
from app.extensions import transaction
from app.security.actor import acting, machine
from app.security.scopes import Scope, entered
from app.services.pricing import erp_speaks_again
from app.services.rulebook import publish_shipped
from tests.factories.planting import Planter
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp


@pytest.fixture(scope="module")
def opened(database: Addresses) -> Iterator[Shop]:
    planter = Planter(database.owner)
    with entered(Scope.staff()), acting(machine("setup")), transaction():
        publish_shipped()
    yield Shop(planter)
    planter.close()


@pytest.fixture
def shop(opened: Shop) -> Shop:
    """Without any order."""
    opened.empty()
    return opened


@pytest.fixture
def erp() -> FakeErp:
    """What the connection `main` leads to during this test."""
    erp = FakeErp()
    connect("main", erp)
    erp_speaks_again()
    return erp
