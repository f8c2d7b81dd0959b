"""Invoices as a stream that also notices payments.

`remainingAmount` and with it `status` are computed by the ERP; a payment does not move `lastModifiedDateTime`. So the
cursor remembers what was open and how much of it, the open ones are looked over every time, and those that changed or
are not open any more are read again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from app.domain.quantities import plain
from app.erp.business_central import documents
from app.erp.business_central.cursor import Cursor
from app.erp.business_central.fields import Row
from app.erp.business_central.odata import OData, Query
from app.erp.business_central.paging import Walk, changed
from app.erp.business_central.quarantine import Quarantine
from app.erp.business_central.settings import Settings
from app.erp.port import InvoiceRecord, InvoiceStatus, Page

_ENTITY = "salesInvoices"
_LINES = "salesInvoiceLines"
_FETCHED_AT_ONCE = 100


class Invoices:
    """Reads `salesInvoices`."""

    def __init__(self, odata: OData, quarantine: Quarantine, settings: Settings) -> None:
        self._odata, self._quarantine = odata, quarantine
        size = min(settings.page_size, settings.document_page_size)
        self._walk = Walk(odata, size, settings.overlap)

    def pages(self, since: str | None) -> Iterator[Page[InvoiceRecord]]:
        """Changed invoices, then those with other payments. The last page may be empty."""
        cursor = Cursor.read(since)
        told = dict(cursor.open)
        for step in changed(self._walk, _ENTITY, cursor, expand=_LINES):
            rows = tuple(self._quarantine.kept(_ENTITY, step.rows, documents.invoice))
            _remember(told, rows)
            after = cursor.paused(step.next, step.high) if step.next else cursor.marked(**{_ENTITY: step.mark})
            after = replace(after, open=dict(told))
            yield Page(rows, after.written())
        now_open = dict(self._open())
        differing = [number for number in {**told, **now_open} if told.get(number) != now_open.get(number)]
        for start in range(0, len(differing), _FETCHED_AT_ONCE):
            yield Page(tuple(self._by_numbers(differing[start : start + _FETCHED_AT_ONCE])), after.written())
        yield Page((), replace(after, open=now_open).written())

    def _open(self) -> Iterator[tuple[str, str]]:
        query = Query(entity=_ENTITY, filter="status eq 'Open'")
        raw = self._odata.rows(query, operation="read_open_invoices")
        yield from self._quarantine.kept(_ENTITY, raw, _open_amount)

    def _by_numbers(self, numbers: list[str]) -> Iterator[InvoiceRecord]:
        raw = self._odata.any_of(
            Query(entity=_ENTITY, expand=_LINES), "number", numbers, operation="read_paid_invoices"
        )
        yield from self._quarantine.kept(_ENTITY, raw, documents.invoice)


def _open_amount(row: Row) -> tuple[str, str]:
    return row.key("number"), _amount(row.number("remainingAmount"))


def _remember(told: dict[str, str], invoices: tuple[InvoiceRecord, ...]) -> None:
    for invoice in invoices:
        if invoice.status is InvoiceStatus.OPEN:
            told[invoice.number] = _amount(invoice.remaining)
        else:
            told.pop(invoice.number, None)


def _amount(value: Decimal) -> str:
    """The same text for 5, 5.0 and 5.00."""
    return plain(value)
