"""A house in which all is well, with two administrators who read different languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from app.clock import now
from app.jobs import alerts as jobs
from app.security.actor import Role
from app.services.alerts import start_alerts
from app.services.notifications.places import start_places
from config import Settings
from tests.factories.planting import Row
from tests.factories.shop import Shop

TABLES = ("alert", "mail", "erp_line", "erp_call", "erp_call_minute", "drift", "sync_state", "schedule_tick")


@dataclass
class House:
    """`watch` is what the scheduler rings for."""

    shop: Shop

    def row(self, table: str, **values: Any) -> Row:
        return self.shop.planter.row(table, **values)

    def change(self, statement: str, *values: Any) -> None:
        self.shop.planter.connection.execute(statement, values)

    def alerts(self) -> list[Row]:
        return self.shop.planter.all("select * from alert order by id")

    def open(self) -> list[str]:
        return [row["kind"] for row in self.alerts() if row["cleared_at"] is None]

    def mails(self) -> list[Row]:
        return self.shop.planter.all("select * from mail where kind = 'alert' order by id")

    def watch(self) -> None:
        jobs.watch()


def ago(**time: float) -> Any:
    """A moment in the past."""
    return now() - timedelta(**time)


@pytest.fixture(scope="module")
def _readers(opened: Shop) -> None:
    opened.planter.person("adam", Role.ADMINISTRATOR)
    change = opened.planter.connection.execute
    change("update person set email = login || '@example.com', language = 'en'")
    change("update person set language = 'de' where login = 'adam'")


@pytest.fixture
def house(shop: Shop, _readers: None) -> House:
    house = House(shop)
    for table in TABLES:
        house.change(f"delete from {table}")
    start_alerts(vars(Settings.from_environment({})))
    start_places("https://orders.example.com")
    return house
