"""The database as each of its roles sees it, and the catalog that says why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import psycopg
import pytest

from app.embedded.databases import Addresses, dsn
from tests.factories.planting import Planter

Enter = Callable[..., AbstractContextManager[psycopg.Connection[Any]]]


@pytest.fixture(scope="module")
def planter(database: Addresses) -> Iterator[Planter]:
    planter = Planter(database.owner)
    yield planter
    planter.close()


@pytest.fixture
def owner(database: Addresses) -> Iterator[psycopg.Connection[Any]]:
    """A transaction of the owner, undone after the test."""
    with psycopg.connect(dsn(database.owner)) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def as_role(database: Addresses) -> Enter:
    """`with as_role("portico_customer", customer=1) as connection`: a transaction in that scope, undone afterwards."""

    @contextmanager
    def enter(
        role: str | None, *, customer: object = "", customers: object = "", login: str = "web"
    ) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(dsn(getattr(database, login))) as connection:
            settings = {"role": role or "none", "app.customer": str(customer), "app.customers": str(customers)}
            for name, value in settings.items():
                connection.execute("select set_config(%s, %s, true)", [name, value])
            yield connection
            connection.rollback()

    return enter
