"""People and a little data for tests of pages, written past every scope as the owner of the tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from psycopg.types.json import Jsonb
from werkzeug.security import generate_password_hash
from werkzeug.test import TestResponse

from app import create_app
from app.embedded.databases import Addresses, dsn
from app.embedded.services import Running
from app.extensions import session
from config import Settings

PASSWORD = "portico-demo"
_HASHED = generate_password_hash(PASSWORD, method="pbkdf2:sha256:1")  # quick; the real one is slow on purpose


@contextmanager
def web_app(database: Addresses, services: Running, **settings: str) -> Iterator[Flask]:
    """The application on this module's database."""
    given = {
        "PORTICO_ENV": "test",
        "DATABASE_URL": database.web,
        "REDIS_URL": services.redis_url,
        "METRICS_TOKEN": "scrape-me",
        **settings,
    }
    app = create_app(Settings.from_environment(given))
    yield app
    session.remove()
    app.extensions["portico_engine"].dispose()


class World:
    """Writes rows as the owner."""

    def __init__(self, database: Addresses) -> None:
        self._owner = dsn(database.owner)

    def run(self, sql: str, *values: Any) -> Any:
        """:returns: the first value of the first row, if there is one"""
        with psycopg.connect(self._owner, autocommit=True) as connection:
            found = connection.execute(sql, values)
            row = found.fetchone() if found.description else None
        return row[0] if row else None

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._owner, autocommit=True) as connection:
            return connection.execute(sql, values).fetchall()

    def add(self, table: str, **values: Any) -> int:
        """:returns: the id of the new row"""
        columns, places = ", ".join(values), ", ".join(["%s"] * len(values))
        return self.run(f"insert into {table} ({columns}) values ({places}) returning id", *values.values())

    def customer(self, number: str, name: str = "Riders Company") -> int:
        known = self.run("select id from customer where number = %s", number)
        return known or self.run(
            "insert into customer (source, erp_key, number, name, currency, credit_limit, balance)"
            " values ('main', %s, %s, %s, 'USD', 50000, 1234.5) returning id",
            str(uuid4()), number, name,
        )  # fmt: skip

    def person(self, login: str, *roles: str, customer: int | None = None) -> int:
        """Somebody with the password of the demo; known ones stay as they are."""
        known = self.run("select id from person where login = %s", login)
        if known:
            return known
        user = self.run(
            "insert into ab_user (id, first_name, last_name, username, email, password, active)"
            " values (nextval('ab_user_id_seq'), '', '', %s, %s, %s, true) returning id",
            f"u-{login}", f"{login}@users.invalid", _HASHED,
        )  # fmt: skip
        person = self.run(
            "insert into person (user_id, login, name) values (%s, %s, %s) returning id",
            user,
            login,
            login.capitalize(),
        )
        self.run(
            "insert into membership (person_id, customer_id, roles) values (%s, %s, %s)", person, customer, list(roles)
        )
        return person

    def order(self, number: str, customer: int, placed_by: int, **more: Any) -> int:
        values = {
            "customer_id": customer, "source": "main", "number": number, "key": f"P0{number:0>16}".upper()[:18],
            "currency": "USD", "net": "663.35", "placed_by": placed_by, "placed_by_name": "Alice", **more,
        }  # fmt: skip
        return self.add("customer_order", **values)

    def dead_message(self, order: int, customer: int) -> int:
        return self.run(
            "insert into outbox_message (customer_id, order_id, order_key, order_version, connection, kind, body, state,"
            " attempts, reason_code, reason) values (%s, %s, %s, 1, 'main', 'create_order', %s, 'dead', 3, 'erp_refused',"
            " 'The ERP does not take item BK-1.') returning id",
            customer, order, uuid4().hex[:18].upper(), Jsonb({"lines": []}),
        )  # fmt: skip


def fill(world: World, customer: int, order: int) -> None:
    """A row or more in every table that has a screen, all belonging to one customer and one order."""
    _reference(world)
    _documents(world, customer)
    message = world.dead_message(order, customer)
    call = {
        "customer_id": customer, "order_id": order, "message_id": message, "connection": "main", "method": "POST",
        "operation": "create_order", "url": "http://erp", "started_at": "now", "milliseconds": 12, "status": 400,
        "outcome": "refused",
    }  # fmt: skip
    world.add("erp_call", **call)
    world.add("rule_set", version="abc", texts=Jsonb({"a.yml": "rule: a"}), valid_from="now")
    world.add("sync_state", source="main", entity="items", fresh_at="now", rows=60)
    line = {
        "order_id": order, "customer_id": customer, "line_number": 1, "typed_item": "BK-1", "item_number": "BK-1",
        "quantity": 24, "unit": "PCS", "base_quantity": 24, "unit_price": "27.6395", "net": "663.35",
    }  # fmt: skip
    world.add("order_line", **line)
    _finding(world, customer, order)
    world.run("insert into customer_account (customer_id, account_manager) values (%s, 'Max Berg')", customer)
    world.add("customer_item_number", customer_id=customer, own_number="RIDE-1", item_number="BK-1")
    _seller(world, customer, order)


def _seller(world: World, customer: int, order: int) -> None:
    world.add("seller_profile", version=1, name="Portico", colour="#0c5c68")
    world.add("terms", version=1, texts=Jsonb({"en": "Pay in 30 days."}))
    mail = {
        "customer_id": customer, "order_id": order, "kind": "receipt", "dedup": "receipt:P-10391:1", "language": "en",
        "to_name": "Alice", "to_address": "alice@example.com", "subject": "We have your order P-10391",
        "body_text": "We have your order. <script>alert(1)</script>", "body_html": "<p>We have your order.</p>",
        "state": "kept", "reason": "No mail server is set, so it is kept here to be read.",
    }  # fmt: skip
    world.add("mail", **mail)
    difference = {"what": "quantity", "line": 1, "ours": "24 PCS", "theirs": "12 PCS"}
    detail = {"facts": {"number": "101047", "state": "open"}, "differences": [difference]}
    drift = {"kind": "lines_differ", "object_type": "order", "object": "P-10391", "detail": Jsonb(detail), "seen_in": 1}
    world.add("drift", source="main", customer_id=customer, **drift)


def _reference(world: World) -> None:
    world.run(
        "insert into item (source, erp_key, number, name, base_unit, list_price) select 'main', 'k' || n, 'BK-' || n,"
        " 'Bike ' || n, 'PCS', 27.6395 from generate_series(1, 60) n"
    )
    world.run("insert into item_unit (item_id, source, code, factor) select id, 'main', 'BOX', 12 from item limit 1")
    price = {"list_code": "DEALER", "assigned_to": "group", "source_code": "DEALER", "unit_price": "27.6395"}
    world.add("price", source="main", erp_key="p", item_number="BK-1", currency="USD", **price)
    world.add("stock", source="main", erp_key="s", item_number="BK-1", warehouse="07", quantity=36)


def _documents(world: World, customer: int) -> None:
    own = {"source": "main", "erp_key": "d", "customer_id": customer}
    sums = {"currency": "USD", "net": 100, "tax": 8, "gross": 108}
    day = "2026-11-23"
    world.add("ship_to", code="MAIN", name="Dock", **own)
    world.add("invoice", number="103120", issued_on=day, remaining=108, status="Open", **own, **sums)
    world.add("shipment", number="1", shipped_on=day, **own)
    world.add("erp_order", number="101047", channel="Phone", status="Released", ordered_on=day, **own, **sums)


def _finding(world: World, customer: int, order: int) -> None:
    own = {"order_id": order, "customer_id": customer}
    judgement = world.add("judgement", order_version=1, rule_set_version="abc", facts=Jsonb({}), **own)
    texts = {
        "message": {"en": "This order takes your account over its limit."},
        "fix": {"en": "Send it, we decide today."},
        "desk": {"en": "over by 2,632.55 (5.3 %)"},
    }
    found = {"rule": "credit-limit", "layer": "finance", "outcome": "review", "texts": Jsonb(texts)}
    world.add("finding", judgement_id=judgement, **own, **found)


def csrf_of(page: TestResponse) -> str:
    """The token of the first form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found is not None, page.text
    return found[1]


def sign_in(client: FlaskClient, login: str, password: str = PASSWORD, *, to: str = "") -> TestResponse:
    """Fill in the sign-in page and send it."""
    address = f"/sign-in?next={to}" if to else "/sign-in"
    form = {"csrf_token": csrf_of(client.get("/sign-in")), "login": login, "password": password}
    return client.post(address, data=form)
