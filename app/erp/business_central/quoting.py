"""Prices of this moment: the ERP's own price lines for the asked items, run through the portal's resolver.

Creates no document. All reading shares one deadline; chunks are read side by side, within the five calls at a time that
Business Central works on for one user.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from app import clock
from app.domain.pricing import Ask, PriceLine, resolve
from app.erp.business_central import mapping
from app.erp.business_central.fields import Row, Unreadable
from app.erp.business_central.odata import OData, Query
from app.erp.business_central.settings import Settings
from app.erp.errors import ErpMisread
from app.erp.port import Quote, QuoteCustomer
from app.erp.transport import within

_SIDE_BY_SIDE = 4
_ITEMS_A_CALL = 100


class Quoting:
    """Answers `quote`."""

    def __init__(self, odata: OData, settings: Settings) -> None:
        self._odata, self._settings = odata, settings

    def quote(self, customer: QuoteCustomer, asks: Sequence[Ask], *, on: date, deadline: float) -> Quote:
        """:raises ErpMisread: a price line of an asked item cannot be read, so that its price would be a guess"""
        as_of = clock.now()
        items = list(dict.fromkeys(ask.item for ask in asks))
        with within(deadline):
            rows = self._side_by_side([*self._queries("priceListLines", "assetNo", items), *self._list_prices(items)])
        lines: list[PriceLine] = []
        list_prices: dict[str, Decimal] = {}
        for entity, raw in rows:
            if entity == "items":
                number, price = _read(raw, _list_price)
                list_prices[number] = price
            elif (record := _read(raw, self._price)) is not None and record.active:
                lines.append(record.line)
        current = [replace(ask, list_price=list_prices.get(ask.item)) for ask in asks]
        prices = resolve(
            current,
            lines,
            customer=customer.number,
            price_group=customer.price_group,
            currency=customer.currency,
            on=on,
        )
        return Quote(tuple(prices), as_of)

    def _price(self, row: Row) -> Any:
        return mapping.price(row, self._settings.local_currency)

    def _list_prices(self, items: Sequence[str]) -> Iterator[Query]:
        return self._queries("items", "number", items)

    def _queries(self, entity: str, field: str, items: Sequence[str]) -> Iterator[Query]:
        for chosen in self._odata.filters(entity, field, items, most=_ITEMS_A_CALL):
            yield Query(entity=entity, filter=chosen)

    def _side_by_side(self, queries: Sequence[Query]) -> list[tuple[str, Any]]:
        def read(query: Query) -> list[tuple[str, Any]]:
            return [(query.entity, raw) for raw in self._odata.rows(query, operation="quote")]

        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:  # each call keeps the deadline and files its exchange with us
            running = [pool.submit(copy_context().run, read, query) for query in queries]
            return [row for each in running for row in each.result()]


def _list_price(row: Row) -> tuple[str, Decimal]:
    return row.key("number"), row.not_negative("unitPrice")


def _read(raw: Any, read: Callable[[Row], Any]) -> Any:
    try:
        return read(Row(raw))
    except Unreadable as unreadable:
        raise ErpMisread(f"A price of the ERP cannot be read: {unreadable.reason}.") from unreadable
