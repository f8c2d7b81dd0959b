"""The API in this process, in front of a shop and an ERP in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app import create_app
from app.clock import now
from app.embedded.databases import Addresses
from app.embedded.services import Running
from app.erp.port import connect
from app.extensions import session, transaction
from app.security.actor import Actor, acting, machine
from app.security.identity import hash_of
from app.security.scopes import Scope, entered
from app.services.rulebook import publish_shipped
from config import Settings
from tests.factories.planting import Planter
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp

Ask = Callable[..., TestResponse]


@pytest.fixture(scope="module")
def portal(database: Addresses, services: Running) -> Iterator[Flask]:
    settings = {"PORTICO_ENV": "test", "DATABASE_URL": database.web, "REDIS_URL": services.redis_url}
    application = create_app(Settings.from_environment(settings))
    with entered(Scope.staff()), acting(machine("setup")), transaction():
        publish_shipped()
    yield application
    session.remove()
    application.extensions["portico_engine"].dispose()


@pytest.fixture(scope="module")
def opened(database: Addresses, portal: Flask) -> Iterator[Shop]:
    planter = Planter(database.owner)
    shop = Shop(planter)
    planter.item("CAGE", stock=5000, units={"BOX": 12, "PAL": 480}, list_price=Decimal("5.994"))
    for actor in (shop.alice, shop.bob, shop.carol, shop.charlie, shop.vera):
        planter.row(
            "api_token",
            membership_id=actor.membership_id,
            token_hash=hash_of(f"pt_{actor.login}"),
            expires_at=now().replace(year=now().year + 1, day=1),
        )
    yield shop
    planter.close()


@pytest.fixture
def shop(opened: Shop) -> Shop:
    opened.empty()
    return opened


@pytest.fixture
def erp() -> FakeErp:
    erp = FakeErp()
    connect("main", erp)
    return erp


@pytest.fixture
def ask(portal: Flask, shop: Shop, erp: FakeErp) -> Ask:
    """One request as somebody: `ask(shop.alice, "GET", "/invoices")`."""

    def asking(actor: Actor, method: str, path: str, **more: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer pt_{actor.login}", **more.pop("headers", {})}
        return portal.test_client().open(f"/api/v1{path}", method=method, headers=headers, **more)

    return asking
