"""The kinds of reference data in the order they are read: what others refer to comes first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.erp.port import ErpPort, Page
from app.services.reference_sync import balances, children, queries, tables
from app.services.reference_sync.mirror import Lines, Mirror, Turn, Written, owned
from app.services.reference_sync.staging import At
from app.services.reference_sync.writing import write_documents, write_page


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One kind of reference data.

    :param read: the stream of the port; pages after a cursor, or all of them
    :param write: merges the rows of a page
    :param mirror: its table; None for what only adds to another
    :param feeds: entities that may hold rows set aside for want of a row of this one
    """

    name: str
    read: Callable[[ErpPort, str | None], Iterator[Page[Any]]]
    write: Callable[[At, Sequence[Any], Turn], Written]
    mirror: Mirror | None
    feeds: tuple[str, ...] = ()


def _items(at: At, rows: Sequence[Any], turn: Turn) -> Written:
    written = write_page(at, tables.ITEMS, rows, turn)
    units = children.replace_units(at, tables.UNITS, rows, turn)
    written.changed |= units.changed
    written.set_aside += units.set_aside
    return written


def _customers(at: At, rows: Sequence[Any], turn: Turn) -> Written:
    """A customer that was set aside takes its addresses along: its number may be another's here."""
    written = write_page(at, tables.CUSTOMERS, rows, turn)
    kept = queries.keys_on_page(at, tables.CUSTOMERS)
    customers = [row for row in rows if row.erp_key in kept]
    addresses = write_page(at, tables.SHIP_TOS, owned(customers, "ship_tos"), turn)
    written.set_aside += addresses.set_aside
    written.changed |= children.owners_of_addresses(at, addresses.changed)
    written.changed |= children.withdraw_other_addresses(at, turn)
    return written


def _plain(mirror: Mirror) -> Callable[[At, Sequence[Any], Turn], Written]:
    return lambda at, rows, turn: write_page(at, mirror, rows, turn)


def _documents(mirror: Mirror, lines: Lines) -> Callable[[At, Sequence[Any], Turn], Written]:
    def write(at: At, rows: Sequence[Any], turn: Turn) -> Written:
        return write_documents(at, mirror, lines, rows=rows, turn=turn)

    return write


_OF_CUSTOMERS = ("prices", "balances", "orders", "shipments", "invoices")

ENTITIES: Mapping[str, Entity] = {
    entity.name: entity
    for entity in (
        Entity(
            name="items",
            read=lambda port, since: port.items(since),
            write=_items,
            mirror=tables.ITEMS,
            feeds=("prices", "stock"),
        ),
        Entity(
            name="customers",
            read=lambda port, since: port.customers(since),
            write=_customers,
            mirror=tables.CUSTOMERS,
            feeds=_OF_CUSTOMERS,
        ),
        Entity(
            name="tax_rates",
            read=lambda port, since: port.tax_rates(since),
            write=_plain(tables.TAX_RATES),
            mirror=tables.TAX_RATES,
        ),
        Entity(
            name="prices",
            read=lambda port, since: port.prices(since),
            write=_plain(tables.PRICES),
            mirror=tables.PRICES,
        ),
        Entity(
            name="stock", read=lambda port, since: port.stock(since), write=_plain(tables.STOCK), mirror=tables.STOCK
        ),
        Entity(name="balances", read=lambda port, since: port.balances(), write=balances.write, mirror=None),
        Entity(
            name="orders",
            read=lambda port, since: port.orders(since),
            write=_documents(tables.ORDERS, tables.ORDER_LINES),
            mirror=tables.ORDERS,
        ),
        Entity(
            name="shipments",
            read=lambda port, since: port.shipments(since),
            write=_documents(tables.SHIPMENTS, tables.SHIPMENT_LINES),
            mirror=tables.SHIPMENTS,
        ),
        Entity(
            name="invoices",
            read=lambda port, since: port.invoices(since),
            write=_documents(tables.INVOICES, tables.INVOICE_LINES),
            mirror=tables.INVOICES,
        ),
    )
}
EVERYTHING = tuple(ENTITIES)
DOCUMENTS = ("orders", "shipments", "invoices")
