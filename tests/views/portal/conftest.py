"""The shop of the service tests, behind the real web application; each person has a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from app.embedded.databases import Addresses
from app.embedded.services import Running
from app.security.actor import Actor
from tests.factories.shop import Shop
from tests.services.conftest import erp, opened, shop
from tests.views.portal.browsing import Browser, browser_of, web_app

__all__ = ["erp", "opened", "shop"]


@pytest.fixture(scope="module")
def web(opened: Shop, database: Addresses, services: Running) -> Iterator[Flask]:
    with web_app(database, services) as app:
        yield app


@pytest.fixture
def browse(web: Flask, shop: Shop, erp: object) -> Callable[[Actor], Browser]:
    """`browse(shop.alice)`: her browser, signed in."""
    return lambda actor: browser_of(web, shop.planter, actor)
