"""The customer's own price for items of any number: from the ERP live, else from the mirror with its age.

Facts for the arithmetic of `app.domain.pricing`; lists, drafts, orders and the API all come here. A live call is made
with no transaction open and a short deadline; an ERP that was silent a moment ago is not asked again at once.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import structlog
from sqlalchemy import Row, text

from app.clock import now
from app.domain.pricing import Ask, Price, PriceLine, PriceSource, resolve
from app.erp.errors import ErpError
from app.erp.port import QuoteCustomer, connected
from app.extensions import session, transaction
from app.services.catalogue.items import ItemFacts
from app.services.customers import CustomerFacts
from app.services.live_calls import line_is_closed, place

log = structlog.get_logger()

LIVE_DEADLINE = 0.8  # seconds a buyer waits for the ERP's word
SILENCE = 5.0  # seconds an ERP that did not answer is left alone by live calls


class Promise(StrEnum):
    """How sure a price is: the ERP's word, our mirror, our mirror while the ERP is silent, or no price yet."""

    CONFIRMED = "confirmed"
    MIRROR = "mirror"
    LAST_KNOWN = "last_known"
    ON_REQUEST = "on_request"


@dataclass(frozen=True, slots=True)
class Prices:
    """One price an ask, in order, and how old they are. `as_of` None: no sync has run yet."""

    prices: tuple[Price, ...]
    as_of: datetime | None
    promise: Promise

    def promise_of(self, price: Price) -> Promise:
        return Promise.ON_REQUEST if price.on_request else self.promise


_silent_until: dict[str, float] = {}

_LINES = text("""
    select list_code, list_name, assigned_to, source_code, item_number, unit, minimum_quantity, currency, unit_price,
           discount_percent, valid_from, valid_to
      from price
     where source = :source and item_number = any(:items) and withdrawn_at is null
       and (assigned_to = 'all' or customer_id = :customer or (assigned_to = 'group' and source_code = :price_group))
       and (valid_to is null or valid_to >= :on) and (valid_from is null or valid_from <= :on)""")

_FRESH_AT = text("select fresh_at from sync_state where source = :source and entity = 'prices'")


def ask_for(item: ItemFacts, quantity: Decimal, unit: str) -> Ask:
    """How the resolver is asked: with the item's units and list price."""
    return Ask(
        item=item.number,
        quantity=quantity,
        unit=unit,
        factor=item.units.get(unit, Decimal(1)),
        base_unit=item.base_unit,
        list_price=item.list_price,
    )


def from_mirror(customer: CustomerFacts, asks: Sequence[Ask], *, on: date, promise: Promise = Promise.MIRROR) -> Prices:
    """Price the asks with what the last sync brought; two statements for any number of asks."""
    rows = session.execute(
        _LINES,
        {
            "source": customer.source,
            "items": sorted({ask.item for ask in asks}),
            "customer": customer.id,
            "price_group": customer.price_group,
            "on": on,
        },
    )
    fresh_at = session.execute(_FRESH_AT, {"source": customer.source}).scalar()
    return Prices(tuple(_resolved(customer, asks, _lines(rows), on)), fresh_at, promise)


def live(customer: CustomerFacts, asks: Sequence[Ask], *, on: date) -> Prices | None:
    """Ask the ERP. Call it with no transaction open.

    :returns: None when the ERP does not answer in time, is known to be silent, or has enough to do with live calls; the
        mirror then counts as last known
    """
    if not asks or time.monotonic() < _silent_until.get(customer.source, 0.0):
        return None
    with transaction():
        if not line_is_closed(customer.source):
            return None
    with place(customer.source, "prices") as free:
        if not free:
            log.info("live_price_not_asked", source=customer.source)
            return None
        return _quoted(customer, asks, on)


def _quoted(customer: CustomerFacts, asks: Sequence[Ask], on: date) -> Prices | None:
    try:
        quote = connected(customer.source).quote(
            QuoteCustomer(customer.number, customer.price_group, customer.currency), asks, on=on, deadline=LIVE_DEADLINE
        )
    except ErpError as problem:
        log.info("live_price_not_available", source=customer.source, outcome=problem.outcome, reason=problem.reason)
        if problem.exchange is not None:  # it was asked; else our own pace held the call back, which is over at once
            _silent_until[customer.source] = time.monotonic() + SILENCE
        return None
    return Prices(quote.prices, quote.as_of, Promise.CONFIRMED)


def erp_speaks_again() -> None:
    """Forget that an ERP was silent; the next live call asks it."""
    _silent_until.clear()


def _lines(rows: Iterable[Row[Any]]) -> Iterable[PriceLine]:
    for row in rows:
        yield PriceLine(
            list_code=row.list_code,
            list_name=row.list_name,
            source=PriceSource(row.assigned_to),
            source_code=row.source_code,
            item=row.item_number,
            unit=row.unit,
            minimum_quantity=row.minimum_quantity,
            currency=row.currency,
            unit_price=row.unit_price,
            discount_percent=row.discount_percent,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )


def _resolved(customer: CustomerFacts, asks: Sequence[Ask], lines: Iterable[PriceLine], on: date) -> list[Price]:
    return resolve(
        asks,
        lines,
        customer=customer.number,
        price_group=customer.price_group,
        currency=customer.currency,
        on=on,
    )


def explanation(price: Price) -> list[dict[str, str | None]]:
    """The steps as they are stored with an order line and shown to the buyer; the last step's price is what counts."""
    return [
        {
            "kind": step.kind.value,
            "source": step.code,
            "name": step.name,
            "from_quantity": f"{step.minimum_quantity.normalize():f}",
            "percent": None if step.percent is None else f"{step.percent.normalize():f}",
            "unit_price": f"{step.unit_price.normalize():f}",
            "valid_from": step.valid_from.isoformat() if step.valid_from else None,
            "valid_to": step.valid_to.isoformat() if step.valid_to else None,
        }
        for step in price.steps
    ]


def fresh(moment: datetime | None) -> bool:
    """Whether mirrored prices are young enough to be shown without a warning (a day)."""
    return moment is not None and (now() - moment).total_seconds() < 86_400
