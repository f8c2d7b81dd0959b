"""A mirror written with the worker's login, and read the way the seller's staff sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from app.embedded.databases import Addresses, dsn
from app.extensions import session, start_database, transaction
from app.security.scopes import Scope, entered
from app.services.reference_sync import EntityResult, sync
from tests.services.reference_sync.fake_port import FakePort

_TABLES = (
    "invoice_line, invoice, shipment_line, shipment, erp_order_line, erp_order, stock, tax_rate, price, item_unit, item,"
    " ship_to, customer, sync_state"
)


@pytest.fixture(scope="module")
def worker(database: Addresses) -> Iterator[Addresses]:
    engine = start_database(database.worker)
    yield database
    session.remove()
    engine.dispose()


@pytest.fixture
def mirror(worker: Addresses) -> Callable[..., list[Any]]:
    """Asks the mirror; it is empty at the start of each test."""
    with psycopg.connect(dsn(worker.owner)) as owner:
        owner.execute(f"truncate {_TABLES} cascade")

    def ask(statement: str, **values: Any) -> list[Any]:
        with entered(Scope.sync()), transaction():
            rows = session.execute(text(statement), values)
            return [row[0] if len(row) == 1 else tuple(row) for row in rows]

    return ask


@pytest.fixture
def port() -> FakePort:
    return FakePort()


@pytest.fixture
def run(mirror: object, port: FakePort) -> Callable[..., dict[str, EntityResult]]:
    """A run on the fake ERP; what it said is left in `said`."""

    def go(*, full: bool = False, entities: tuple[str, ...] | None = None) -> dict[str, EntityResult]:
        results = sync(port, "main", full=full, say=port.said.append, entities=entities)
        return {result.entity: result for result in results}

    return go
