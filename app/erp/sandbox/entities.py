"""The pages as declarations: which fields they show, of which kind, from which table or view, and what they expand to.

Columns in the store carry the names of the fields, so a page is nothing but its list.
Source of names: the API v2.0 pages of Business Central; the companion pages are Portico's own extension.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from json.encoder import encode_basestring
from typing import Any

from app.erp.sandbox import wire

FORMAT: dict[str, Callable[[Any], str]] = {
    "text": encode_basestring,
    "code": encode_basestring,
    "guid": encode_basestring,
    "date": encode_basestring,
    "amount": wire.amount_text,
    "moment": lambda value: f'"{wire.moment_text(value)}"',
    "whole": str,
    "flag": lambda value: "true" if value else "false",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name on the wire and in the store, and its kind (a key of FORMAT)."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Expansion:
    """A navigation: rows of `target` whose `child` equals this row's `parent`; one object or a list."""

    name: str
    target: str
    parent: str
    child: str
    many: bool = True


@dataclass(frozen=True)
class EntitySet:
    """One page.

    :param source: table or view it reads
    :param order: columns of its natural order
    :param route: `standard` or `companion`
    :param table: the caption Business Central uses in its texts
    """

    name: str
    source: str
    order: tuple[str, ...]
    fields: dict[str, Field]
    route: str
    table: str
    expansions: dict[str, Expansion] = field(default_factory=dict)
    needs_parent: str = ""


def _fields(spec: str) -> dict[str, Field]:
    """Fields out of words like `number:code`; a word without a kind is text."""
    pairs = (word.partition(":") for word in spec.split())
    return {name: Field(name, kind or "text") for name, _, kind in pairs}


_TOTALS = "totalAmountExcludingTax:amount totalTaxAmount:amount totalAmountIncludingTax:amount"
_SHIP_TO = (
    "shipToName shipToContact shipToAddressLine1 shipToAddressLine2 shipToCity shipToCountry shipToState shipToPostCode"
)
_PARTIES = (
    "customerId:guid customerNumber:code customerName billToName billToCustomerId:guid billToCustomerNumber:code "
    f"{_SHIP_TO} sellToAddressLine1 sellToAddressLine2 sellToCity sellToCountry sellToState sellToPostCode "
)
_STAMP = "lastModifiedDateTime:moment"


def _set(
    name: str,
    spec: str,
    *,
    order: str = "number",
    route: str = "standard",
    table: str = "",
    expand: tuple[Expansion, ...] = (),
    needs_parent: str = "",
) -> EntitySet:
    return EntitySet(
        name=name,
        source=name,
        order=tuple(order.split()),
        fields=_fields(spec),
        route=route,
        table=table or name,
        expansions={e.name: e for e in expand},
        needs_parent=needs_parent,
    )


_STANDARD = [
    _set("companies", "id:guid systemVersion timestamp:whole name displayName businessProfileId", order="name"),
    _set("currencies", f"id:guid code:code displayName symbol amountDecimalPlaces {_STAMP}", order="code"),
    _set("paymentMethods", f"id:guid code:code displayName {_STAMP}", order="code"),
    _set("shipmentMethods", f"id:guid code:code displayName {_STAMP}", order="code"),
    _set(
        "paymentTerms",
        "id:guid code:code displayName dueDateCalculation discountDateCalculation discountPercent:amount "
        f"calculateDiscountOnCreditMemos:flag {_STAMP}",
        order="code",
    ),
    _set("locations", f"id:guid code:code displayName {_STAMP}", order="code"),
    _set("salespeople", f"id:guid code:code displayName email phoneNumber {_STAMP}", order="code"),
    _set("taxAreas", f"id:guid code:code displayName taxType {_STAMP}", order="code"),
    _set("unitsOfMeasure", f"id:guid code:code displayName internationalStandardCode symbol {_STAMP}", order="code"),
    _set("itemCategories", f"id:guid code:code displayName {_STAMP}", order="code"),
    _set(
        "items",
        "id:guid number:code displayName displayName2 type itemCategoryId:guid itemCategoryCode:code blocked:flag gtin "
        "inventory:amount unitPrice:amount priceIncludesTax:flag unitCost:amount taxGroupId:guid taxGroupCode:code "
        f"baseUnitOfMeasureId:guid baseUnitOfMeasureCode:code {_STAMP}",
        table="Item",
    ),
    _set(
        "customers",
        "id:guid number:code displayName type addressLine1 addressLine2 city state country postalCode phoneNumber email "
        "website salespersonCode:code balanceDue:amount creditLimit:amount taxLiable:flag taxAreaId:guid "
        "taxAreaDisplayName taxRegistrationNumber currencyId:guid currencyCode:code paymentTermsId:guid "
        f"shipmentMethodId:guid paymentMethodId:guid blocked {_STAMP}",
        table="Customer",
        expand=(
            Expansion("customerFinancialDetail", "customerFinancialDetails", "id", "id", many=False),
            Expansion("paymentTerm", "paymentTerms", "paymentTermsId", "id", many=False),
            Expansion("currency", "currencies", "currencyId", "id", many=False),
        ),
    ),
    _set(
        "customerFinancialDetails",
        "id:guid number:code balance:amount totalSalesExcludingTax:amount overdueAmount:amount",
        table="Customer",
    ),
    _set(
        "salesOrders",
        f"id:guid number:code externalDocumentNumber:code orderDate:date postingDate:date {_PARTIES} currencyId:guid "
        "currencyCode:code pricesIncludeTax:flag paymentTermsId:guid shipmentMethodId:guid salesperson "
        "partialShipping:flag requestedDeliveryDate:date discountAmount:amount discountAppliedBeforeTax:flag "
        f"{_TOTALS} fullyShipped:flag status {_STAMP} phoneNumber email",
        table="Sales Header",
        expand=(
            Expansion("salesOrderLines", "salesOrderLines", "id", "documentId"),
            Expansion("customer", "customers", "customerId", "id", many=False),
        ),
    ),
    _set(
        "salesOrderLines",
        "id:guid documentId:guid sequence:whole itemId:guid accountId:guid lineType lineObjectNumber:code description "
        "description2 unitOfMeasureId:guid unitOfMeasureCode:code quantity:amount unitPrice:amount "
        "discountAmount:amount discountPercent:amount discountAppliedBeforeTax:flag amountExcludingTax:amount "
        "taxCode:code taxPercent:amount totalTaxAmount:amount amountIncludingTax:amount netAmount:amount "
        "netTaxAmount:amount netAmountIncludingTax:amount shipmentDate:date shippedQuantity:amount "
        "invoicedQuantity:amount invoiceQuantity:amount shipQuantity:amount itemVariantId:guid locationId:guid "
        f"{_STAMP}",
        order="documentId sequence",
        table="Sales Line",
        needs_parent="documentId",
    ),
    _set(
        "salesShipments",
        "id:guid number:code externalDocumentNumber:code invoiceDate:date postingDate:date dueDate:date "
        f"customerPurchaseOrderReference {_PARTIES} currencyCode:code orderNumber:code paymentTermsCode:code "
        f"shipmentMethodCode:code {_STAMP}",
        table="Sales Shipment Header",
        expand=(Expansion("salesShipmentLines", "salesShipmentLines", "id", "documentId"),),
    ),
    _set(
        "salesShipmentLines",
        "id:guid documentId:guid documentNo:code sequence:whole lineType lineObjectNumber:code description "
        "unitOfMeasureCode:code unitPrice:amount quantity:amount discountPercent:amount taxPercent:amount "
        f"shipmentDate:date {_STAMP}",
        order="documentNo sequence",
        table="Sales Shipment Line",
        needs_parent="documentId",
    ),
    _set(
        "salesInvoices",
        "id:guid number:code externalDocumentNumber:code invoiceDate:date postingDate:date dueDate:date "
        f"customerPurchaseOrderReference {_PARTIES} currencyId:guid currencyCode:code orderId:guid orderNumber:code "
        "paymentTermsId:guid shipmentMethodId:guid salesperson pricesIncludeTax:flag remainingAmount:amount "
        f"discountAmount:amount discountAppliedBeforeTax:flag {_TOTALS} status {_STAMP} phoneNumber email",
        table="Sales Invoice Header",
        expand=(
            Expansion("salesInvoiceLines", "salesInvoiceLines", "id", "documentId"),
            Expansion("customer", "customers", "customerId", "id", many=False),
        ),
    ),
    _set(
        "salesInvoiceLines",
        "id:guid documentId:guid sequence:whole itemId:guid lineType lineObjectNumber:code description "
        "unitOfMeasureCode:code quantity:amount unitPrice:amount discountAmount:amount discountPercent:amount "
        "amountExcludingTax:amount taxCode:code taxPercent:amount totalTaxAmount:amount amountIncludingTax:amount "
        f"netAmount:amount netTaxAmount:amount netAmountIncludingTax:amount shipmentDate:date {_STAMP}",
        order="documentId sequence",
        table="Sales Invoice Line",
        needs_parent="documentId",
    ),
]

_COMPANION = [
    _set(
        "priceListLines",
        "id:guid priceListCode:code priceListDescription lineNo:whole sourceType sourceNo:code assetType assetNo:code "
        "unitOfMeasureCode:code minimumQuantity:amount currencyCode:code amountType unitPrice:amount "
        f"lineDiscountPercent:amount startingDate:date endingDate:date status {_STAMP}",
        order="priceListCode lineNo",
        route="companion",
        table="Price List Line",
    ),
    _set(
        "itemUnits",
        f"id:guid itemNumber:code code:code qtyPerUnitOfMeasure:amount {_STAMP}",
        order="itemNumber code",
        route="companion",
        table="Item Unit of Measure",
    ),
    _set(
        "itemPlanning",
        "id:guid itemNumber:code leadTimeDays:whole minimumOrderQuantity:amount orderMultiple:amount "
        f"discontinuedOn:date substituteItemNumber:code description {_STAMP}",
        order="itemNumber",
        route="companion",
    ),
    _set(
        "customerDetails",
        f"id:guid customerNumber:code customerPriceGroup:code prepaymentRequired:flag dateOpened:date {_STAMP}",
        order="customerNumber",
        route="companion",
    ),
    _set(
        "shipToAddresses",
        "id:guid customerNumber:code code:code name addressLine1 addressLine2 city state country postalCode contact "
        f"phoneNumber isDefault:flag {_STAMP}",
        order="customerNumber code",
        route="companion",
        table="Ship-to Address",
    ),
    _set(
        "stockByLocation",
        "id:guid itemNumber:code locationCode:code locationName lotNo:code expirationDate:date quantity:amount "
        f"{_STAMP}",
        order="itemNumber locationCode lotNo",
        route="companion",
    ),
    _set(
        "taxRates",
        f"id:guid taxAreaCode:code taxGroupCode:code percent:amount {_STAMP}",
        order="taxAreaCode taxGroupCode",
        route="companion",
    ),
    _set(
        "shipmentLines",
        "id:guid shipmentNumber:code orderNumber:code orderKey:code orderLineNo:whole itemNumber:code quantity:amount "
        f"unitOfMeasureCode:code carrierName trackingNumber trackingUrl postingDate:date {_STAMP}",
        order="shipmentNumber orderLineNo",
        route="companion",
    ),
    _set(
        "orderStates",
        "id:guid orderNumber:code orderKey:code customerNumber:code customerReference channel releaseStatus "
        f"orderDate:date currencyCode:code {_TOTALS} {_STAMP}",
        order="orderNumber",
        route="companion",
        expand=(Expansion("lines", "orderLineStates", "orderNumber", "orderNumber"),),
    ),
    _set(
        "orderLineStates",
        "id:guid orderNumber:code lineNo:whole itemNumber:code description unitOfMeasureCode:code quantity:amount "
        "unitPrice:amount discountPercent:amount amountExcludingTax:amount shippedQuantity:amount "
        f"invoicedQuantity:amount cancelledQuantity:amount confirmedDate:date {_STAMP}",
        order="orderNumber lineNo",
        route="companion",
    ),
    _set(
        "portalOrders",
        "id:guid orderKey:code orderNumber:code orderId:guid customerNumber:code customerReference "
        f"requestedDeliveryDate:date shipToCode:code currencyCode:code comment channel orderDate:date {_TOTALS} "
        f"releaseStatus {_STAMP}",
        order="orderNumber",
        route="companion",
        table="Portal Order",
        expand=(
            Expansion("lines", "orderLineStates", "orderNumber", "orderNumber"),
            Expansion("charges", "orderCharges", "orderNumber", "orderNumber"),
        ),
    ),
    _set(
        "orderCharges",
        "id:guid orderNumber:code lineNo:whole code:code description amount:amount totalTaxAmount:amount "
        f"invoiceNumber:code {_STAMP}",
        order="orderNumber lineNo",
        route="companion",
    ),
]

PAGES: dict[str, EntitySet] = {page.name: page for page in (*_STANDARD, *_COMPANION)}


def page_of(route: str, name: str) -> EntitySet | None:
    """The page of that name on that route, or None."""
    page = PAGES.get(name)
    return page if page is not None and page.route == route else None
