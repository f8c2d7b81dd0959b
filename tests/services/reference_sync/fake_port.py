"""An ERP made of dataclasses: pages per stream, which can be told to stop answering in the middle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from app.domain.pricing import PriceLine, PriceSource
from app.erp.errors import ErpUnavailable
from app.erp.port import (
    BalanceRecord,
    Block,
    Channel,
    CustomerRecord,
    ErpOrderStatus,
    InvoiceLineRecord,
    InvoiceRecord,
    InvoiceStatus,
    ItemRecord,
    OrderLineRecord,
    OrderRecord,
    Page,
    PriceRecord,
    ShipmentLineRecord,
    ShipmentRecord,
    ShipToRecord,
    StockRecord,
    TaxRateRecord,
    UnitRecord,
)
from app.extensions import session

MOMENT = datetime(2026, 5, 4, 7, 30, tzinfo=UTC)
DAY = date(2026, 5, 4)


@dataclass(frozen=True)
class Unreadable:
    entity: str
    key: str
    reason: str


@dataclass
class FakePort:
    """`pages[stream]` is everything the ERP has to tell, in order; a cursor counts the pages already told."""

    pages: dict[str, list[list[Any]]] = field(default_factory=dict)
    stops_at: dict[str, int] = field(default_factory=dict)
    unreadable: dict[str, list[Unreadable]] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    quarantine: list[Any] = field(default_factory=list)

    def tell(self, stream: str, *rows: Any) -> None:
        self.pages.setdefault(stream, []).append(list(rows))

    def forget(self, stream: str) -> None:
        """From now on the stream begins anew, as after a change of the data in the ERP."""
        self.pages[stream] = []

    def _stream(self, name: str, since: str | None) -> Iterator[Page[Any]]:
        self.asked.append((name, since))
        told = self.pages.get(name, [])
        for number in range(int(since or 0), len(told)):
            assert not (session.registry.has() and session().in_transaction()), "the ERP is waited for in a transaction"
            if self.stops_at.get(name) == number:
                raise ErpUnavailable("The ERP does not answer.")
            self.quarantine += self.unreadable.pop(name, [])
            yield Page(tuple(told[number]), str(number + 1))

    def items(self, since: str | None) -> Iterator[Page[Any]]:
        return self._stream("items", since)

    def customers(self, since: str | None) -> Iterator[Page[Any]]:
        return self._stream("customers", since)

    def balances(self) -> Iterator[Page[Any]]:
        return self._stream("balances", None)

    def prices(self, since: str | None) -> Iterator[Page[Any]]:
        return self._stream("prices", since)

    def stock(self, since: str | None) -> Iterator[Page[Any]]:
        return self._stream("stock", since)

    def tax_rates(self, since: str | None) -> Iterator[Page[Any]]:
        return self._stream("tax_rates", since)

    def invoices(self, since: str | None) -> Iterator[Page[Any]]:
        return self._stream("invoices", since)

    def shipments(self, since: str | None) -> Iterator[Page[Any]]:
        return self._stream("shipments", since)

    def orders(self, since: str | None) -> Iterator[Page[Any]]:
        return self._stream("orders", since)


def item(number: str, *, units: dict[str, str] | None = None, **changes: Any) -> ItemRecord:
    usual = ItemRecord(
        erp_key=f"key-{number}",
        number=number,
        name=f"Name of {number}",
        description="",
        category="BIKES",
        gtin="",
        blocked=False,
        base_unit="PCS",
        units=tuple(UnitRecord(code, Decimal(factor)) for code, factor in (units or {"PCS": "1"}).items()),
        list_price=Decimal("12.5"),
        tax_group="GOODS",
        lead_time_days=3,
        minimum_quantity=None,
        order_multiple=None,
        discontinued_on=None,
        substitute_number="",
        modified_at=MOMENT,
    )
    return replace(usual, **changes)


def customer(number: str, *, codes: tuple[str, ...] = (), **changes: Any) -> CustomerRecord:
    usual = CustomerRecord(
        erp_key=f"key-{number}",
        number=number,
        name=f"Name of {number}",
        address_line1="",
        address_line2="",
        city="",
        state="",
        country="US",
        postal_code="",
        email="",
        phone="",
        currency="USD",
        price_group="DEALER",
        salesperson="",
        vat_id="",
        tax_area="WA",
        payment_terms_code="30D",
        payment_terms_name="30 days",
        payment_days=30,
        prepayment=False,
        credit_limit=None,
        block=Block.NONE,
        ship_tos=tuple(ship_to(f"{number}-{code}", code) for code in codes),
        modified_at=MOMENT,
    )
    return replace(usual, **changes)


def ship_to(erp_key: str, code: str) -> ShipToRecord:
    return ShipToRecord(
        erp_key=erp_key,
        code=code,
        name=f"Gate {code}",
        address_line1="",
        address_line2="",
        city="",
        state="",
        country="US",
        postal_code="",
        contact="",
        phone="",
        is_default=False,
    )


def price(erp_key: str, number: str, amount: str, *, buyer: str = "", active: bool = True) -> PriceRecord:
    line = PriceLine(
        list_code="CONTRACT" if buyer else "DEALER",
        list_name="",
        source=PriceSource.CUSTOMER if buyer else PriceSource.GROUP,
        source_code=buyer or "DEALER",
        item=number,
        unit="",
        minimum_quantity=Decimal(0),
        currency="USD",
        unit_price=Decimal(amount),
        discount_percent=None,
        valid_from=None,
        valid_to=None,
    )
    return PriceRecord(erp_key, line, active, MOMENT)


def stock(number: str, quantity: str) -> StockRecord:
    return StockRecord(f"stock-{number}", number, "MAIN", "Main", "", None, Decimal(quantity), MOMENT)


def tax_rate(area: str, percent: str) -> TaxRateRecord:
    return TaxRateRecord(f"tax-{area}", area, "GOODS", Decimal(percent), MOMENT)


def balance(number: str, amount: str) -> BalanceRecord:
    return BalanceRecord(number, Decimal(amount), Decimal(0))


def order(number: str, buyer: str, *, lines: int = 1, shipped: str = "0", **changes: Any) -> OrderRecord:
    usual = OrderRecord(
        erp_key=f"key-{number}",
        number=number,
        key=f"p0{number.lower()}",
        customer_number=buyer,
        reference="PO-1",
        channel=Channel.PORTAL,
        status=ErpOrderStatus.RELEASED,
        ordered_on=DAY,
        currency="USD",
        net=Decimal(10),
        tax=Decimal(1),
        gross=Decimal(11),
        lines=tuple(_order_line(place, shipped) for place in range(1, lines + 1)),
        modified_at=MOMENT,
    )
    return replace(usual, **changes)


def _order_line(place: int, shipped: str) -> OrderLineRecord:
    return OrderLineRecord(
        line_number=place,
        item_number="A",
        name="Name of A",
        unit="PCS",
        quantity=Decimal(5),
        unit_price=Decimal(2),
        discount_percent=Decimal(0),
        net=Decimal(10),
        shipped=Decimal(shipped),
        invoiced=Decimal(0),
        cancelled=Decimal(0),
        confirmed_date=None,
    )


def shipment(number: str, buyer: str, *, key: str = "", quantities: tuple[str, ...] = ("5",)) -> ShipmentRecord:
    return ShipmentRecord(
        erp_key=f"key-{number}",
        number=number,
        customer_number=buyer,
        order_number="S1",
        order_key=key,
        shipped_on=DAY,
        carrier="XRQ",
        tracking_number="1Z",
        tracking_url="",
        lines=tuple(ShipmentLineRecord(1, "A", "PCS", Decimal(quantity)) for quantity in quantities),
        modified_at=MOMENT,
    )


def invoice(number: str, buyer: str, *, key: str = "", remaining: str = "11") -> InvoiceRecord:
    return InvoiceRecord(
        erp_key=f"key-{number}",
        number=number,
        customer_number=buyer,
        order_number="S1",
        order_key=key,
        issued_on=DAY,
        due_on=None,
        currency="USD",
        net=Decimal(10),
        tax=Decimal(1),
        gross=Decimal(11),
        remaining=Decimal(remaining),
        status=InvoiceStatus.OPEN if Decimal(remaining) else InvoiceStatus.PAID,
        lines=(InvoiceLineRecord(1, "A", "Name of A", "PCS", Decimal(5), Decimal(2), Decimal(10)),),
        modified_at=MOMENT,
    )
