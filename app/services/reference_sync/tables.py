"""The tables of the mirror: which column comes from which attribute of the port's records, and what has to hold."""

from __future__ import annotations

from typing import Any

from psycopg import sql
from sqlalchemy import Table

from app.models.reference import (
    Customer,
    ErpOrder,
    ErpOrderLine,
    Invoice,
    InvoiceLine,
    Item,
    ItemUnit,
    PriceListLine,
    Shipment,
    ShipmentLine,
    ShipTo,
    Stock,
    TaxRate,
)
from app.services.reference_sync.mirror import ALWAYS, Field, Lines, Mirror


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table


def _same(*names: str, **others: str) -> dict[str, str]:
    """Columns called like the attribute they come from, and others with their path."""
    return {**{name: name for name in names}, **others}


def _under(prefix: str, *names: str, **others: str) -> dict[str, str]:
    return {**{name: f"{prefix}.{name}" for name in names}, **others}


def _label(noun: str, column: str = "number") -> sql.Composed:
    return sql.SQL("{} || ' ' || p.{}").format(sql.Literal(noun), sql.Identifier(column))


_ADDRESS = ("address_line1", "address_line2", "city", "state", "country", "postal_code")
_CUSTOMER_NUMBER = {"customer_number": Field("customer_number", "customer_number")}
_ORDER_KEY = {"order_key": sql.SQL("upper(p.order_key)")}

ITEMS = Mirror(
    table=_table(Item),
    fields=_same(
        *("erp_key", "number", "name", "description", "category", "gtin", "blocked", "base_unit", "list_price"),
        *("tax_group", "lead_time_days", "minimum_quantity", "order_multiple", "discontinued_on"),
        *("substitute_number", "modified_at"),
    ),
    label=_label("item"),
    computed={"trigrams": sql.SQL("portico_trigrams(p.number || ' ' || p.name || ' ' || p.gtin)")},
    natural=("number",),
    adopts=True,
)
UNITS = Lines(
    table=_table(ItemUnit),
    owner=ITEMS,
    records="units",
    parent="item_id",
    key="code",
    fields=_under("row", "code", "factor"),
)
CUSTOMERS = Mirror(
    table=_table(Customer),
    fields=_same(
        *("erp_key", "number", "name", *_ADDRESS, "email", "phone", "currency", "price_group", "salesperson"),
        *("vat_id", "tax_area", "payment_terms_code", "payment_terms_name", "payment_days", "prepayment"),
        *("credit_limit", "block", "modified_at"),
    ),
    label=_label("customer"),
    computed={"blocked_since": sql.SQL("case when p.block <> 'none' then %(moment)s::timestamptz end")},
    on_change={
        "blocked_since": sql.SQL(
            "case when excluded.block = 'none' then null when t.block = 'none' then excluded.blocked_since"
            " else t.blocked_since end"
        )
    },
    natural=("number",),
)
SHIP_TOS = Mirror(
    table=_table(ShipTo),
    fields=_under("row", "erp_key", "code", "name", *_ADDRESS, "contact", "phone", "is_default"),
    page_only={"customer_number": Field("customer_number", "owner.number")},
    label=sql.SQL("'address ' || p.code || ' of ' || p.customer_number"),
    natural=("customer_id", "code"),
    adopts=True,
    customer=ALWAYS,
)
TAX_RATES = Mirror(
    table=_table(TaxRate),
    fields=_same("erp_key", "tax_area", "tax_group", "percent"),
    label=sql.SQL("'tax rate ' || p.tax_area || ' ' || p.tax_group"),
    natural=("tax_area", "tax_group"),
    adopts=True,
)
PRICES = Mirror(
    table=_table(PriceListLine),
    fields=_under(
        "line",
        *("list_code", "list_name", "source_code", "unit", "minimum_quantity", "currency", "unit_price"),
        *("discount_percent", "valid_from", "valid_to"),
        erp_key="erp_key",
        assigned_to="line.source",
        item_number="line.item",
        modified_at="modified_at",
    ),
    page_only={
        "customer_number": Field("customer_number", "line.source_code"),
        "active": Field("active", "active", "boolean"),
    },
    label=_label("a line of price list", "list_code"),
    customer=sql.SQL("p.assigned_to = 'customer'"),
    item=True,
    withdrawn=sql.SQL("not p.active"),
)
STOCK = Mirror(
    table=_table(Stock),
    fields=_same(
        *("erp_key", "item_number", "warehouse", "warehouse_name", "lot", "expires_on", "quantity", "modified_at")
    ),
    label=_label("stock in", "warehouse"),
    item=True,
)
ORDERS = Mirror(
    table=_table(ErpOrder),
    fields=_same(
        *("erp_key", "number", "reference", "channel", "status", "ordered_on", "currency", "net", "tax", "gross"),
        "modified_at",
        order_key="key",
    ),
    page_only=_CUSTOMER_NUMBER,
    label=_label("order"),
    computed=_ORDER_KEY,
    customer=ALWAYS,
)
ORDER_LINES = Lines(
    table=_table(ErpOrderLine),
    owner=ORDERS,
    records="lines",
    parent="erp_order_id",
    key="line_number",
    fields=_under(
        "row",
        *("line_number", "item_number", "name", "unit", "quantity", "unit_price", "discount_percent", "net"),
        *("shipped", "invoiced", "cancelled", "confirmed_date"),
    ),
)
SHIPMENTS = Mirror(
    table=_table(Shipment),
    fields=_same(
        *("erp_key", "number", "order_number", "order_key", "shipped_on", "carrier", "tracking_number"),
        *("tracking_url", "modified_at"),
    ),
    page_only=_CUSTOMER_NUMBER,
    label=_label("shipment"),
    computed=_ORDER_KEY,
    customer=ALWAYS,
)
SHIPMENT_LINES = Lines(
    table=_table(ShipmentLine),
    owner=SHIPMENTS,
    records="lines",
    parent="shipment_id",
    key="position",
    fields=_under("row", "order_line", "item_number", "unit", "quantity", position="place"),
)
INVOICES = Mirror(
    table=_table(Invoice),
    fields=_same(
        *("erp_key", "number", "order_number", "order_key", "issued_on", "due_on", "currency", "net", "tax"),
        *("gross", "remaining", "status", "modified_at"),
    ),
    page_only=_CUSTOMER_NUMBER,
    label=_label("invoice"),
    computed=_ORDER_KEY,
    customer=ALWAYS,
)
INVOICE_LINES = Lines(
    table=_table(InvoiceLine),
    owner=INVOICES,
    records="lines",
    parent="invoice_id",
    key="line_number",
    fields=_under("row", "line_number", "item_number", "name", "unit", "quantity", "unit_price", "net"),
)
