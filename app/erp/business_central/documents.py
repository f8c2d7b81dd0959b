"""Orders, shipments and invoices: what Business Central's rows mean in the words of the port."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from app.erp.business_central.fields import Row
from app.erp.business_central.joined import Children
from app.erp.business_central.paging import CHANGED
from app.erp.port import (
    Channel,
    ChargeRecord,
    ErpOrderStatus,
    InvoiceLineRecord,
    InvoiceRecord,
    InvoiceStatus,
    OrderLineRecord,
    OrderRecord,
    ShipmentLineRecord,
    ShipmentRecord,
)

_CHANNELS = {"Portal": Channel.PORTAL, "Phone": Channel.PHONE, "Mail": Channel.MAIL, "EDI": Channel.EDI}
# Own ways of a company to take orders must not hide those orders: anything else is OTHER (see _channel).
_RELEASE = {
    "Open": ErpOrderStatus.OPEN,
    "Pending Approval": ErpOrderStatus.IN_REVIEW,
    "Pending Prepayment": ErpOrderStatus.IN_REVIEW,
    "Released": ErpOrderStatus.RELEASED,
    "Posted": ErpOrderStatus.POSTED,
    "Deleted": ErpOrderStatus.CANCELLED,
}
# `salesOrders.status` is derived: Draft stands for the ERP's Open, Open for Released (base app, Sales Order Buffer).
_STANDARD_STATUS = {
    "Draft": ErpOrderStatus.OPEN,
    "In Review": ErpOrderStatus.IN_REVIEW,
    "Open": ErpOrderStatus.RELEASED,
}
_INVOICES = {
    "Draft": InvoiceStatus.DRAFT,
    "In Review": InvoiceStatus.DRAFT,
    "Open": InvoiceStatus.OPEN,
    "Paid": InvoiceStatus.PAID,
    "Canceled": InvoiceStatus.CANCELLED,
    "Corrective": InvoiceStatus.CANCELLED,
}


def order(row: Row, children: Children) -> OrderRecord:
    """`orderStates` with its `orderLineStates`."""
    return _order(row, children["orderLineStates"])


def staged_order(row: Row) -> OrderRecord:
    """`portalOrders` with `lines`. The number is the technical key too: the staging row's own id names another row."""
    charges = row.rows("charges") if row.raw.get("charges") else []
    return replace(_order(row, row.rows("lines")), charges=tuple(_charge(each) for each in charges))


def _order(row: Row, lines: Sequence[Row]) -> OrderRecord:
    number = row.key("orderNumber")
    return OrderRecord(
        erp_key=number,
        number=number,
        key=row.text("orderKey"),
        customer_number=row.key("customerNumber"),
        reference=row.text("customerReference"),
        channel=_channel(row),
        status=row.choice("releaseStatus", _RELEASE),
        ordered_on=row.day_needed("orderDate"),
        currency=row.key("currencyCode"),
        net=row.number("totalAmountExcludingTax"),
        tax=row.number("totalTaxAmount"),
        gross=row.number("totalAmountIncludingTax"),
        lines=tuple(_order_line(line) for line in lines),
        modified_at=row.moment(CHANGED),
    )


def standard_order(row: Row) -> OrderRecord:
    """`salesOrders` with `salesOrderLines`, for installations without the staging page.

    The standard page knows no line number of ours: items count from 1 in the ERP's sequence, comments left aside.
    """
    lines = sorted(row.rows("salesOrderLines"), key=lambda line: line.whole("sequence"))
    items = [line for line in lines if line.text("lineType") == "Item"]
    charges = [line for line in lines if line.text("lineType") == "Charge"]
    number = row.key("number")
    return OrderRecord(
        erp_key=number,
        number=number,
        key=row.text("externalDocumentNumber"),
        customer_number=row.key("customerNumber"),
        reference="",
        channel=Channel.PORTAL if row.text("externalDocumentNumber") else Channel.OTHER,
        status=row.choice("status", _STANDARD_STATUS),
        ordered_on=row.day_needed("orderDate"),
        currency=row.key("currencyCode"),
        net=row.number("totalAmountExcludingTax"),
        tax=row.number("totalTaxAmount"),
        gross=row.number("totalAmountIncludingTax"),
        lines=tuple(_standard_line(place, line) for place, line in enumerate(items, start=1)),
        modified_at=row.moment(CHANGED),
        charges=tuple(_standard_charge(line) for line in charges),
    )


def posted_order(row: Row) -> OrderRecord:
    """What is left of an order once it is fully posted: an invoice or shipment that carries our key."""
    number = row.key("orderNumber")
    amounts = ("totalAmountExcludingTax", "totalTaxAmount", "totalAmountIncludingTax")
    net, tax, gross = (row.number(name) if name in row.raw else Decimal(0) for name in amounts)
    return OrderRecord(
        erp_key=number,
        number=number,
        key=row.text("externalDocumentNumber"),
        customer_number=row.key("customerNumber"),
        reference=row.text_or_empty("customerPurchaseOrderReference"),
        channel=Channel.PORTAL,
        status=ErpOrderStatus.POSTED,
        ordered_on=row.day_needed("postingDate"),
        currency=row.key("currencyCode"),
        net=net,
        tax=tax,
        gross=gross,
        lines=(),
        modified_at=row.moment(CHANGED),
    )


def shipment(row: Row, children: Children) -> ShipmentRecord:
    """`salesShipments` with its `shipmentLines`; carrier and tracking stand on the lines and count for the shipment."""
    lines = children["shipmentLines"]
    first = lines[0] if lines else None
    return ShipmentRecord(
        erp_key=row.key("id"),
        number=row.key("number"),
        customer_number=row.key("customerNumber"),
        order_number=row.text("orderNumber"),
        order_key=row.text("externalDocumentNumber"),
        shipped_on=row.day_needed("postingDate"),
        carrier=first.text("carrierName") if first else "",
        tracking_number=first.text("trackingNumber") if first else "",
        tracking_url=_address(first.text("trackingUrl")) if first else "",
        lines=tuple(_shipment_line(line) for line in lines),
        modified_at=row.moment(CHANGED),
    )


def invoice(row: Row) -> InvoiceRecord | None:
    """`salesInvoices` with `salesInvoiceLines`; drafts are the ERP's own business and left out."""
    status = row.choice("status", _INVOICES)
    if status is InvoiceStatus.DRAFT:
        return None
    lines = [line for line in row.rows("salesInvoiceLines") if line.text("lineType") != "Comment"]
    return InvoiceRecord(
        erp_key=row.key("id"),
        number=row.key("number"),
        customer_number=row.key("customerNumber"),
        order_number=row.text("orderNumber"),
        order_key=row.text("externalDocumentNumber"),
        issued_on=row.day_needed("invoiceDate"),
        due_on=row.day("dueDate"),
        currency=row.key("currencyCode"),
        net=row.number("totalAmountExcludingTax"),
        tax=row.number("totalTaxAmount"),
        gross=row.number("totalAmountIncludingTax"),
        remaining=row.number("remainingAmount"),
        status=status,
        lines=tuple(_invoice_line(line) for line in lines),
        modified_at=row.moment(CHANGED),
    )


def _channel(row: Row) -> Channel:
    return _CHANNELS.get(row.text("channel"), Channel.OTHER)


def _address(link: str) -> str:
    """The tracking link if it leads to the web; any other is dropped, the shipment itself is news enough."""
    return link if link.lower().startswith(("https://", "http://")) else ""


def _order_line(row: Row) -> OrderLineRecord:
    return OrderLineRecord(
        line_number=row.whole("lineNo"),
        item_number=row.key("itemNumber"),
        name=row.text("description"),
        unit=row.text("unitOfMeasureCode"),
        quantity=row.number("quantity"),
        unit_price=row.number("unitPrice"),
        discount_percent=row.number("discountPercent"),
        net=row.number("amountExcludingTax"),
        shipped=row.number("shippedQuantity"),
        invoiced=row.number("invoicedQuantity"),
        cancelled=row.number("cancelledQuantity"),
        confirmed_date=row.day("confirmedDate"),
    )


def _standard_line(place: int, row: Row) -> OrderLineRecord:
    return OrderLineRecord(
        line_number=place,
        item_number=row.key("lineObjectNumber"),
        name=row.text("description"),
        unit=row.text("unitOfMeasureCode"),
        quantity=row.number("quantity"),
        unit_price=row.number("unitPrice"),
        discount_percent=row.number("discountPercent"),
        net=row.number("amountExcludingTax"),
        shipped=row.number("shippedQuantity"),
        invoiced=row.number("invoicedQuantity"),
        cancelled=Decimal(0),
        confirmed_date=None,
    )


def _charge(row: Row) -> ChargeRecord:
    return ChargeRecord(row.key("code"), row.text("description"), row.number("amount"))


def _standard_charge(row: Row) -> ChargeRecord:
    return ChargeRecord(row.key("lineObjectNumber"), row.text("description"), row.number("amountExcludingTax"))


def _shipment_line(row: Row) -> ShipmentLineRecord:
    return ShipmentLineRecord(
        row.whole("orderLineNo"), row.key("itemNumber"), row.text("unitOfMeasureCode"), row.number("quantity")
    )


def _invoice_line(row: Row) -> InvoiceLineRecord:
    return InvoiceLineRecord(
        line_number=row.whole("sequence"),
        item_number=row.text("lineObjectNumber"),
        name=row.text("description"),
        unit=row.text("unitOfMeasureCode"),
        quantity=row.number("quantity"),
        unit_price=row.number("unitPrice"),
        net=row.number("amountExcludingTax"),
    )
