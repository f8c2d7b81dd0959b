"""The whole application on a real database, and everybody who might knock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app import create_app
from app.clock import now
from app.embedded.databases import Addresses
from app.embedded.services import Running
from app.erp.port import connect
from app.extensions import session, transaction
from app.security.actor import acting, machine
from app.security.scopes import Scope, entered
from app.services.rulebook import publish_shipped
from config import Settings
from tests.factories.planting import Planter
from tests.fakes.erp import FakeErp
from tests.security.callers import Callers


@pytest.fixture(scope="module")
def portal(database: Addresses, services: Running) -> Iterator[Flask]:
    """Forms need no token here, so that a form can be sent without being read first; one test turns that on."""
    settings = {"PORTICO_ENV": "test", "DATABASE_URL": database.web, "REDIS_URL": services.redis_url}
    application = create_app(Settings.from_environment(settings))
    application.config["WTF_CSRF_ENABLED"] = False
    connect("main", FakeErp())
    with entered(Scope.staff()), acting(machine("setup")), transaction():
        publish_shipped()
    yield application
    session.remove()
    application.extensions["portico_engine"].dispose()


@pytest.fixture(scope="module")
def callers(database: Addresses, portal: Flask) -> Iterator[Callers]:
    planter = Planter(database.owner)
    yield Callers(planter, portal, now())
    planter.close()
