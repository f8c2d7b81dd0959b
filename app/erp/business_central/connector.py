"""Business Central as an `ErpPort`: the parts put together, nothing more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from app.domain.pricing import Ask
from app.erp.business_central.answers import as_pdf, read_refusal
from app.erp.business_central.auth import TokenKeeper
from app.erp.business_central.invoices import Invoices
from app.erp.business_central.odata import OData, Query, literal
from app.erp.business_central.ordering import Ordering, StagingDoor, StandardDoor
from app.erp.business_central.quarantine import Quarantine, Quarantined
from app.erp.business_central.quoting import Quoting
from app.erp.business_central.reading import Reading
from app.erp.business_central.settings import Settings
from app.erp.business_central.subscriptions import Subscriptions, read_notices
from app.erp.errors import ErpRefused
from app.erp.http import Gate, HttpClient, Observer
from app.erp.port import (
    BalanceRecord,
    Capabilities,
    ChangeNotice,
    ContractRecord,
    CustomerRecord,
    InvoiceRecord,
    ItemRecord,
    OrderRecord,
    OrderToPlace,
    Page,
    PriceRecord,
    Quote,
    QuoteCustomer,
    ShipmentRecord,
    StockRecord,
    SubscriptionRecord,
    TaxRateRecord,
)
from app.erp.transport import Transport


class BusinessCentral:
    """One connection. Threads may share it.

    :param settings: as `Settings.read` takes them
    :param on_call: told of every exchange
    :param gate: asked before every call
    :raises ValueError: settings are missing
    """

    def __init__(
        self, settings: Mapping[str, Any], *, on_call: Observer | None = None, gate: Gate | None = None
    ) -> None:
        self.settings = Settings.read(settings)
        self._transport = Transport(
            allowlist=self.settings.permitted,
            connect=self.settings.connect_timeout,
            read=self.settings.read_timeout,
            total=self.settings.total_timeout,
            ca_file=self.settings.ca_file,
        )
        http = HttpClient(
            self._transport,
            read_refusal=read_refusal,
            secrets=(self.settings.client_secret,),
            on_call=on_call,
            gate=gate,
        )
        signer = TokenKeeper(http, self.settings)
        self._odata = OData(http, signer, self.settings)
        self._quarantine = Quarantine()
        self._reading = Reading(self._odata, self._quarantine, self.settings)
        self._invoices = Invoices(self._odata, self._quarantine, self.settings)
        door = StagingDoor(self._odata) if self.settings.staging else StandardDoor(self._odata)
        self._ordering = Ordering(self._odata, door)
        self._quoting = Quoting(self._odata, self.settings)
        self._subscriptions = Subscriptions(http, signer, self.settings, company=self._odata.company_id)

    @property
    def quarantine(self) -> list[Quarantined]:
        """Rows left out so far; whoever has reported them may clear the list."""
        return self._quarantine.rows

    def close(self) -> None:
        """Give back the connections."""
        self._transport.close()

    # --- reference data and documents

    def items(self, since: str | None) -> Iterator[Page[ItemRecord]]:
        return self._reading.items(since)

    def customers(self, since: str | None) -> Iterator[Page[CustomerRecord]]:
        return self._reading.customers(since)

    def balances(self) -> Iterator[Page[BalanceRecord]]:
        return self._reading.balances()

    def prices(self, since: str | None) -> Iterator[Page[PriceRecord]]:
        return self._reading.prices(since)

    def stock(self, since: str | None) -> Iterator[Page[StockRecord]]:
        return self._reading.stock(since)

    def tax_rates(self, since: str | None) -> Iterator[Page[TaxRateRecord]]:
        return self._reading.tax_rates(since)

    def contracts(self, since: str | None) -> Iterator[Page[ContractRecord]]:
        """Blanket orders are read-only and only in the newest versions: not offered (see `capabilities`)."""
        return iter(())

    def invoices(self, since: str | None) -> Iterator[Page[InvoiceRecord]]:
        return self._invoices.pages(since)

    def shipments(self, since: str | None) -> Iterator[Page[ShipmentRecord]]:
        return self._reading.shipments(since)

    def orders(self, since: str | None) -> Iterator[Page[OrderRecord]]:
        return self._reading.orders(since)

    def invoice_pdf(self, number: str) -> bytes:
        """The invoice as the ERP prints it, made at the time of asking.

        :raises ErpRefused: no such invoice
        :raises ErpMisread: what came is not a PDF file
        """
        query = Query(entity="salesInvoices", filter=f"number eq {literal(number)}")
        raw = next(iter(self._odata.rows(query, operation="invoice_pdf")), None)
        if not isinstance(raw, dict) or not isinstance(raw.get("id"), str):
            raise ErpRefused(f"The ERP has no invoice {number}.")
        path = f"({raw['id']})/pdfDocument/pdfDocumentContent"
        pdf: bytes = self._odata.fetch(path, entity="salesInvoices", operation="invoice_pdf", read=as_pdf)
        return pdf

    # --- orders

    def quote(self, customer: QuoteCustomer, asks: Sequence[Ask], *, on: date, deadline: float) -> Quote:
        return self._quoting.quote(customer, asks, on=on, deadline=deadline)

    def find_order(self, key: str) -> OrderRecord | None:
        return self._ordering.find(key)

    def find_order_by_number(self, number: str) -> OrderRecord | None:
        return self._reading.order(number)

    def create_order(self, order: OrderToPlace) -> OrderRecord:
        return self._ordering.enter(order)

    def change_order(self, order: OrderToPlace) -> OrderRecord:
        raise ErpRefused("This ERP connection cannot change an order. Cancel it and place a new one.")

    def cancel_order(self, key: str) -> OrderRecord:
        return self._ordering.cancel(key)

    # --- being told of changes

    def subscriptions(self) -> Sequence[SubscriptionRecord]:
        return self._subscriptions.all()

    def subscribe(self, entity: str, *, callback: str, secret: str) -> SubscriptionRecord:
        return self._subscriptions.create(entity, callback=callback, secret=secret)

    def renew_subscription(self, key: str, entity: str, *, callback: str, secret: str) -> SubscriptionRecord | None:
        return self._subscriptions.renew(key, entity, callback=callback, secret=secret)

    def cancel_subscription(self, key: str, entity: str) -> None:
        self._subscriptions.cancel(key, entity)

    def read_notices(self, message: object) -> Sequence[ChangeNotice]:
        return read_notices(message)

    def capabilities(self) -> Capabilities:
        return Capabilities(
            unique_order_key=self.settings.staging,
            change_order=False,
            cancel_order=True,
            contracts=False,
            line_discounts=True,
            longest_run_seconds=600,  # the gateway gives up after ten minutes, and may have committed
            subscriptions=self._subscriptions.entities,
        )
