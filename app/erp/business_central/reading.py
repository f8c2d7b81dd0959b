"""The streams of reference data and documents: which entity sets each is read from, and in what pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from app.erp.business_central import documents, mapping
from app.erp.business_central.cursor import Cursor
from app.erp.business_central.fields import Row, Unreadable
from app.erp.business_central.joined import Children, Family, Joined
from app.erp.business_central.odata import OData, Query, literal
from app.erp.business_central.paging import Walk, changed, newest
from app.erp.business_central.quarantine import Quarantine
from app.erp.business_central.settings import Settings
from app.erp.errors import ErpMisread
from app.erp.port import (
    BalanceRecord,
    CustomerRecord,
    ItemRecord,
    OrderRecord,
    Page,
    PriceRecord,
    ShipmentRecord,
    StockRecord,
    TaxRateRecord,
)

T = TypeVar("T")

_ITEMS = Family("items", "number", {"itemUnits": "itemNumber", "itemPlanning": "itemNumber"}, mapping.item, whole=True)
_SHIPMENTS = Family("salesShipments", "number", {"shipmentLines": "shipmentNumber"}, documents.shipment, whole=False)
_ORDERS = Family("orderStates", "orderNumber", {"orderLineStates": "orderNumber"}, documents.order, whole=False)
_OF_CUSTOMERS = {"customerDetails": "customerNumber", "shipToAddresses": "customerNumber"}
_LOOK_UPS = ("paymentTerms", "taxAreas")


class Reading:
    """Everything the connector reads as a stream."""

    def __init__(self, odata: OData, quarantine: Quarantine, settings: Settings) -> None:
        self._odata, self._quarantine, self._settings = odata, quarantine, settings
        self._walk = Walk(odata, settings.page_size, settings.overlap)
        self._documents = replace(self._walk, size=min(settings.page_size, settings.document_page_size))

    def items(self, since: str | None) -> Iterator[Page[ItemRecord]]:
        return Joined(self._walk, _ITEMS, self._quarantine).pages(Cursor.read(since))

    def prices(self, since: str | None) -> Iterator[Page[PriceRecord]]:
        def read(row: Row) -> PriceRecord | None:
            return mapping.price(row, self._settings.local_currency)

        return self._single("priceListLines", since, read)

    def stock(self, since: str | None) -> Iterator[Page[StockRecord]]:
        return self._single("stockByLocation", since, mapping.stock)

    def tax_rates(self, since: str | None) -> Iterator[Page[TaxRateRecord]]:
        return self._single("taxRates", since, mapping.tax_rate)

    def shipments(self, since: str | None) -> Iterator[Page[ShipmentRecord]]:
        return Joined(self._documents, _SHIPMENTS, self._quarantine).pages(Cursor.read(since))

    def orders(self, since: str | None) -> Iterator[Page[OrderRecord]]:
        return Joined(self._documents, _ORDERS, self._quarantine).pages(Cursor.read(since))

    def order(self, number: str) -> OrderRecord | None:
        """The order of this number in `orderStates`, where it stays after it was posted or deleted.

        :raises ErpMisread: it is there and cannot be read
        """
        query = Query(entity="orderStates", filter=f"orderNumber eq {literal(number.upper())}")
        parents = list(self._odata.rows(query, operation="find_order_by_number", size=10))
        lines = Query(entity="orderLineStates", filter=query.filter)
        children = list(self._odata.rows(lines, operation="find_order_by_number")) if parents else []
        try:
            return next((documents.order(Row(raw), {lines.entity: [*map(Row, children)]}) for raw in parents), None)
        except Unreadable as unreadable:
            raise ErpMisread(f"The ERP's order {number} cannot be read: {unreadable.reason}.") from unreadable

    def customers(self, since: str | None) -> Iterator[Page[CustomerRecord]]:
        """A change of payment terms or tax areas concerns many customers, so all of them are read again."""
        cursor = Cursor.read(since)
        look_ups, moved = self._look_ups()
        if any(cursor.mark(entity) not in (None, mark) for entity, mark in moved.items()):
            cursor = Cursor()
        cursor = replace(cursor, marks={**cursor.marks, **{entity: mark for entity, mark in moved.items() if mark}})

        def read(row: Row, children: Children) -> CustomerRecord:
            return mapping.customer(row, children, look_ups)

        family = Family("customers", "number", _OF_CUSTOMERS, read, whole=True)
        yield from Joined(self._walk, family, self._quarantine).pages(cursor)

    def balances(self) -> Iterator[Page[BalanceRecord]]:
        query = Query(entity="customers", expand="customerFinancialDetail")
        for page in self._odata.pages(query, operation="read_balances"):
            yield Page(tuple(self._quarantine.kept("customers", page.rows, mapping.balance)), "")

    def _single(self, entity: str, since: str | None, read: Callable[[Row], T | None]) -> Iterator[Page[T]]:
        cursor = Cursor.read(since)
        for step in changed(self._walk, entity, cursor):
            rows = tuple(self._quarantine.kept(entity, step.rows, read))
            after = cursor.paused(step.next, step.high) if step.next else cursor.marked(**{entity: step.mark})
            yield Page(rows, after.written())

    def _look_ups(self) -> tuple[mapping.LookUps, dict[str, datetime | None]]:
        raw: dict[str, list[Any]] = {
            entity: list(self._odata.rows(Query(entity=entity), operation=f"read_{entity}")) for entity in _LOOK_UPS
        }
        terms = dict(self._quarantine.kept("paymentTerms", raw["paymentTerms"], mapping.terms))
        areas = dict(self._quarantine.kept("taxAreas", raw["taxAreas"], mapping.tax_area))
        moved = {entity: newest(rows, None) for entity, rows in raw.items()}
        return mapping.LookUps(terms, areas), moved
