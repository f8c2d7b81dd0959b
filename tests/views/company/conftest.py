"""The company of the service tests behind the real web application; each person has a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from app.embedded.databases import Addresses
from app.embedded.services import Running
from app.erp.port import connect
from app.security.actor import Actor
from tests.fakes.erp import FakeErp
from tests.services.company.conftest import Company, company, planter
from tests.views.portal.browsing import Browser, browser_of, web_app

__all__ = ["company", "planter"]


@pytest.fixture(scope="module")
def web(database: Addresses, services: Running) -> Iterator[Flask]:
    connect("main", FakeErp())
    with web_app(database, services) as app:
        yield app


@pytest.fixture
def browse(web: Flask, company: Company) -> Callable[[Actor], Browser]:
    """`browse(company.carol)`: her browser, signed in."""
    return lambda actor: browser_of(web, company.planter, actor)
