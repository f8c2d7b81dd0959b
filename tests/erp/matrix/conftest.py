"""A sandbox ERP of this folder with its own store, and connectors with deadlines of fractions of a second."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.embedded.databases import Addresses
from app.erp.business_central.connector import BusinessCentral
from app.erp.errors import ErpError
from app.erp.port import LineToPlace, OrderToPlace, connect
from app.erp.sandbox.server import Sandbox
from app.extensions import transaction
from app.security.actor import acting, machine
from app.security.scopes import Scope, entered
from app.services.delivery import delivery
from app.services.pricing import erp_speaks_again
from app.services.rulebook import publish_shipped
from tests.erp.business_central.conftest import Erp
from tests.factories.planting import Planter
from tests.factories.shop import Shop
from tests.world import wait_until

CUSTOMER, ITEM, HELMET = "AW00000001", "BK-M18B-40", "HL-U509"
SOON = date.today() + timedelta(days=20)
_keys = itertools.count(1)


class MisbehavingErp(Erp):
    """`fault` plans what happens to the next order that is entered, `spoil` what happens to a page that is read."""

    def impatient(self, **settings: Any) -> BusinessCentral:
        """Gives up within fractions of a second; it is signed in already, which may take longer."""
        connector = self.connector(**{"read_timeout": 0.5, "total_timeout": 0.6, **settings})
        wait_until(lambda: self._knows(connector))
        return connector

    def _knows(self, connector: BusinessCentral) -> bool:
        with suppress(ErpError):
            return connector.find_order("NONE") is None
        return False

    def fault(self, kind: str, **fields: Any) -> None:
        self.control("faults", {"kind": kind, "match": "portalOrders$", "method": "POST", **fields})

    def spoil(self, page: str, **fault: Any) -> None:
        self.control("faults", {"match": f"{page}$", "method": "GET", **fault})

    def behave(self) -> None:
        self.control("faults", method="DELETE")

    def documents(self, key: str) -> list[dict[str, Any]]:
        """What the ERP holds under a key."""
        found: list[dict[str, Any]] = self.control(f"orders?key={key}", method="GET")["value"]
        return found

    def requests(self, after: int = 0) -> list[dict[str, Any]]:
        """Everything it was asked since that entry of its ledger."""
        found: list[dict[str, Any]] = self.control(f"ledger?kind=request&after={after}", method="GET")["value"]
        return found

    def so_far(self) -> int:
        """The number of the last entry of its ledger."""
        return max((entry["sequence"] for entry in self.requests()), default=0)


@pytest.fixture(scope="session")
def sandbox_of_the_matrix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("matrix") / "store.sqlite", port=0, speed=0)
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def erp(sandbox_of_the_matrix: Sandbox) -> Iterator[MisbehavingErp]:
    erp = MisbehavingErp(sandbox_of_the_matrix)
    yield erp
    erp.behave()
    erp.control("clock", {"ahead_seconds": 0})


def an_order() -> OrderToPlace:
    """Two lines under a key of their own; the price of the first has four decimals."""
    lines = (
        LineToPlace(1, ITEM, "Bike", Decimal(4), "PCS", Decimal("300.1249"), Decimal(0), SOON),
        LineToPlace(2, HELMET, "Helmet", Decimal(2), "PCS", Decimal(20), Decimal(0), SOON),
    )
    return OrderToPlace(f"MX{next(_keys):06}", CUSTOMER, "4711", "USD", "MAIN", SOON, "", lines)


# --- one level up: orders of a shop on a real database, delivered to that ERP ----------------------------------------


@pytest.fixture(scope="module")
def opened(database: Addresses) -> Iterator[Shop]:
    """A shop whose first customer and two of whose items are known to the sandbox."""
    planter = Planter(database.owner)
    with entered(Scope.staff()), acting(machine("setup")), transaction():
        publish_shipped()
    shop = Shop(planter)
    known = {"number": CUSTOMER, "id": shop.alpha["id"]}
    planter.connection.execute("update customer set number = %(number)s, erp_key = %(number)s where id = %(id)s", known)
    for number, amount in ((ITEM, "300.1249"), (HELMET, "20")):
        planter.item(number, list_price=Decimal(amount))
    yield shop
    planter.close()


@pytest.fixture
def shop(opened: Shop, erp: MisbehavingErp) -> Shop:
    """Without orders; the connection `main` leads to the sandbox."""
    opened.empty()
    connect("main", erp.connector())
    erp_speaks_again()
    return opened


class Courier:
    """Delivers, as the worker does; waits are shortened to nothing."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def order(self) -> str:
        """:returns: the number of an order of two lines, wanted soon, whose message waits"""
        return self._shop.ordered(f"{ITEM} 4", f"{HELMET} 2", requested_date=SOON)

    def step(self) -> str | None:
        """One try of what is due; what came of it, None when nothing may be taken."""
        with entered(Scope.staff()):
            came = delivery().step("main")
        return came if isinstance(came, str) else None

    def hurry(self) -> None:
        """Every waiting message is due, every lease is over, the line is open."""
        change = self._shop.planter.connection.execute
        change("update outbox_message set due_at = now(), lease_until = null where state = 'waiting'")
        change("delete from erp_line")

    def finish(self, most: int = 6) -> list[str | None]:
        """Try until nothing waits; what each try came to."""
        came: list[str | None] = []
        while self._waits() and len(came) < most:
            self.hurry()
            came.append(self.step())
        return came

    def _waits(self) -> bool:
        return bool(self._shop.planter.all("select 1 from outbox_message where state = 'waiting'"))


@pytest.fixture
def courier(shop: Shop) -> Courier:
    return Courier(shop)
