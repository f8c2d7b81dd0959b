"""Plants rows with the owner's login, straight into tables: what the sync, or the past, has left behind.

A test names what matters; every other column that must have a value gets one, and rows it refers to are planted too.
Not for what services do: tests call those.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from app.embedded.databases import dsn
from app.security.actor import Actor, Role

Row = dict[str, Any]

_COLUMNS = """
    select a.attname as name, format_type(a.atttypid, null) as kind,
           a.attnotnull and not a.atthasdef and a.attidentity = '' and a.attgenerated = '' as needed
      from pg_attribute a where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped"""
_KEYS = """
    select k.confrelid::regclass::text as parent,
           array(select attname from unnest(k.conkey) with ordinality c(n, i)
                   join pg_attribute on attrelid = k.conrelid and attnum = n order by i)::text[] as columns,
           array(select attname from unnest(k.confkey) with ordinality c(n, i)
                   join pg_attribute on attrelid = k.confrelid and attnum = n order by i)::text[] as targets
      from pg_constraint k where k.contype = 'f' and k.conrelid = %s::regclass"""


_CHECKS = """
    select a.attname as name, pg_get_constraintdef(k.oid) as rule
      from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and k.conkey = array[a.attnum]
     where k.contype = 'c' and k.conrelid = %s::regclass"""
_FIRST_CHOICE = re.compile(r"ARRAY\['([^']+)'")


@dataclass(frozen=True)
class Shape:
    """Columns with their types, those that need a value, the first of a column's choices, and the foreign keys."""

    kinds: dict[str, str]
    needed: tuple[str, ...]
    choices: dict[str, str]
    keys: tuple[Row, ...]


class Planter:
    """Writes rows past every service. One customer's rows never refer to another's."""

    def __init__(self, owner_url: str) -> None:
        self.connection = psycopg.connect(dsn(owner_url), autocommit=True, row_factory=dict_row)
        self._shapes: dict[str, Shape] = {}
        self._numbers = count(1)

    def close(self) -> None:
        self.connection.close()

    def all(self, query: str, **values: Any) -> list[Row]:
        """Read anything, past every scope."""
        return self.connection.execute(query, values).fetchall()

    def one(self, query: str, **values: Any) -> Row:
        (row,) = self.all(query, **values)
        return row

    def row(self, table: str, **values: Any) -> Row:
        """A row of a table.

        :returns: the row as it is stored
        """
        shape = self._shape(table)
        self._plant_parents(shape, values)
        for column in shape.needed:
            values.setdefault(column, shape.choices.get(column) or self._some(shape.kinds[column], column))
        adapted = {name: self._adapted(shape.kinds[name], value) for name, value in values.items()}
        statement = sql.SQL("insert into {} ({}) values ({}) returning *").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, adapted)),
            sql.SQL(", ").join(map(sql.Placeholder, adapted)),
        )
        planted = self.connection.execute(statement, adapted).fetchone()
        assert planted is not None
        return planted

    # nouns

    def customer(self, **values: Any) -> Row:
        number = f"C{next(self._numbers):05}"
        usual = {"source": "main", "number": number, "erp_key": number, "name": f"Company {number}"}
        return self.row("customer", **{**usual, "currency": "USD", "price_group": "DEALER", "country": "US", **values})

    def ship_to(self, customer: Row, code: str = "MAIN", **values: Any) -> Row:
        usual = {"source": customer["source"], "code": code, "is_default": True}
        return self.row("ship_to", customer_id=customer["id"], **{**usual, **values})

    def item(self, number: str, *, stock: int = 1000, units: dict[str, int] | None = None, **values: Any) -> Row:
        """An item with its units and with pieces in one warehouse."""
        usual = {"source": "main", "number": number, "erp_key": number, "name": f"Item {number}", "base_unit": "PCS"}
        item = self.row("item", **{**usual, "list_price": Decimal(100), **values})
        for code, factor in {"PCS": 1, **(units or {})}.items():
            self.row("item_unit", item_id=item["id"], source=item["source"], code=code, factor=factor)
        if stock:
            self.row("stock", source=item["source"], item_number=number, warehouse="WEST", quantity=stock)
        return item

    def price(self, item: str, amount: str | None = None, *, customer: Row | None = None, **values: Any) -> Row:
        """A price line: for one customer, for a group (`source_code`), or for all."""
        source_code = customer["number"] if customer else values.pop("group", "")
        assigned = "customer" if customer else "group" if source_code else "all"
        usual: Row = {
            "source": "main",
            "item_number": item,
            "list_code": "LIST",
            "unit_price": amount and Decimal(amount),
            "assigned_to": assigned,
            "source_code": source_code,
            "customer_id": customer and customer["id"],
        }
        return self.row("price", **{**usual, **values})

    def person(
        self,
        login: str,
        *roles: Role,
        customer: Row | None = None,
        limit: str | None = None,
        portfolio: Sequence[int] = (),
    ) -> Actor:
        """Somebody with a membership, as they are when they have come through a door."""
        person = self.row("person", login=login, name=login.capitalize())
        customer_id: int | None = customer["id"] if customer else None
        order_limit = None if limit is None else Decimal(limit)
        membership = self.row(
            "membership",
            person_id=person["id"],
            customer_id=customer_id,
            roles=[role.value for role in roles],
            order_limit=order_limit,
            portfolio=list(portfolio),
        )
        return Actor(
            person_id=person["id"],
            membership_id=membership["id"],
            name=person["name"],
            login=login,
            language="en",
            roles=frozenset(roles),
            customer_id=customer_id,
            order_limit=order_limit,
            portfolio=tuple(portfolio),
        )

    # how

    def _shape(self, table: str) -> Shape:
        if table not in self._shapes:
            columns = self.connection.execute(_COLUMNS, [table]).fetchall()
            keys = self.connection.execute(_KEYS, [table]).fetchall()
            checks = self.connection.execute(_CHECKS, [table]).fetchall()
            choices = {each["name"]: found[1] for each in checks if (found := _FIRST_CHOICE.search(each["rule"]))}
            kinds = {column["name"]: column["kind"] for column in columns}
            needed = tuple(column["name"] for column in columns if column["needed"])
            self._shapes[table] = Shape(kinds, needed, choices, tuple(keys))
        return self._shapes[table]

    def _plant_parents(self, shape: Shape, values: Row) -> None:
        for key in shape.keys:
            missing = [column for column in key["columns"] if column in shape.needed and column not in values]
            if not missing:
                continue
            parent_shape = self._shape(key["parent"])
            shared = {"customer_id", "source"} & values.keys() & parent_shape.kinds.keys()
            parent = self.row(key["parent"], **{name: values[name] for name in shared})
            for column, target in zip(key["columns"], key["targets"], strict=True):
                values.setdefault(column, parent[target])

    def _some(self, kind: str, column: str) -> Any:
        number = next(self._numbers)
        return {
            "text": f"{column}-{number}",
            "character varying": f"{column}-{number}",
            "bigint": number,
            "integer": number,
            "numeric": Decimal(1),
            "boolean": False,
            "date": date(2026, 11, 24),
            "timestamp with time zone": datetime.now(UTC),
            "jsonb": {},
            "text[]": ["buyer"],
        }[kind]

    def _adapted(self, kind: str, value: Any) -> Any:
        return Jsonb(value) if kind == "jsonb" and value is not None else value
