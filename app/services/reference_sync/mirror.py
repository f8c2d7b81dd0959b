"""How one kind of record of the port becomes rows of one table: described here, carried out in `queries`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from psycopg import sql
from sqlalchemy import BigInteger, Integer, Numeric, Table
from sqlalchemy.dialects import postgresql

ALWAYS = sql.SQL("true")


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the temporary table, filled from the attribute at `path` of a record.

    :param limit: numbers have to stay below it; None for everything else
    """

    name: str
    path: str
    type: str = "text"
    limit: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """One table and where its columns come from.

    :param fields: column of the table to attribute of the record
    :param page_only: columns needed for the way in that the table does not have
    :param label: SQL that names a row for a person, from the page `p`
    :param computed: columns made from the page `p`
    :param on_change: columns whose new value also depends on the row `t` that is there
    :param natural: columns that are unique within the source, besides the ERP's key
    :param adopts: a record made anew in the ERP under the same natural key takes over the row. Never for customers:
        somebody else may have got the number, and the row carries people and orders.
    :param customer: which rows have to name a known customer, in `customer_number`; None for none
    :param item: whether every row has to name a known item
    :param withdrawn: which rows are not in force, though the ERP still has them; None for none
    """

    table: Table
    fields: Mapping[str, str]
    page_only: Mapping[str, Field] = field(default_factory=dict)
    label: sql.Composable
    computed: Mapping[str, sql.Composable] = field(default_factory=dict)
    on_change: Mapping[str, sql.Composable] = field(default_factory=dict)
    natural: tuple[str, ...] = ()
    adopts: bool = False
    customer: sql.Composable | None = None
    item: bool = False
    withdrawn: sql.Composable | None = None

    @property
    def page(self) -> sql.Identifier:
        """The temporary table."""
        return sql.Identifier(f"page_{self.table.name}")

    @property
    def name(self) -> sql.Identifier:
        return sql.Identifier(self.table.name)

    def columns(self) -> list[Field]:
        """What is copied, in order."""
        return fields_of(self.table, self.fields) + list(self.page_only.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Rows that belong to a record of `owner` and are replaced with it, such as the lines of an order.

    :param records: attribute of the owner that holds them
    :param parent: column that refers to the owner
    :param key: column that tells them apart within the owner
    :param fields: column to attribute of the line
    """

    table: Table
    owner: Mirror
    records: str
    parent: str
    key: str
    fields: Mapping[str, str]

    @property
    def page(self) -> sql.Identifier:
        return sql.Identifier(f"page_{self.table.name}")

    @property
    def name(self) -> sql.Identifier:
        return sql.Identifier(self.table.name)

    def columns(self) -> list[Field]:
        return [Field("owner_key", "owner.erp_key"), *fields_of(self.table, self.fields)]


@dataclass(frozen=True, slots=True)
class Owned:
    """A line together with its owner; `place` counts from 1."""

    owner: Any
    row: Any
    place: int


def owned(owners: Sequence[Any], records: str) -> list[Owned]:
    """All lines of all owners."""
    return [Owned(owner, row, place) for owner in owners for place, row in enumerate(getattr(owner, records), start=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One page being written.

    :param at: when; never before the run began, even if the clock was set back
    :param full: everything is being read, so rows that come are marked as seen
    """

    source: str
    at: datetime
    full: bool

    def values(self) -> dict[str, Any]:
        return {"source": self.source, "moment": self.at}


@dataclass(slots=True)
class Written:
    """What a page did: ids of the rows that changed, how many are new, and a sentence for each row set aside."""

    changed: set[int] = field(default_factory=set)
    new: int = 0
    set_aside: list[str] = field(default_factory=list)


def fields_of(table: Table, fields: Mapping[str, str]) -> list[Field]:
    """The columns with their types as the table has them."""
    dialect = postgresql.dialect()
    return [
        Field(name, path, table.c[name].type.compile(dialect=dialect), _limit(table.c[name].type))
        for name, path in fields.items()
    ]


def _limit(kind: Any) -> Decimal | None:
    if isinstance(kind, Numeric):
        return Decimal(10) ** ((kind.precision or 0) - (kind.scale or 0))
    if isinstance(kind, BigInteger):
        return Decimal(2**63)
    return Decimal(2**31) if isinstance(kind, Integer) else None
