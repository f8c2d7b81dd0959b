"""Reference data: what Business Central's rows mean in the words of the port.

Every function reads one row and raises `Unreadable` for what it cannot use. Fields we do not know are left aside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from app.domain.pricing import PriceLine, PriceSource
from app.erp.business_central.fields import Row, Unreadable
from app.erp.business_central.joined import Children
from app.erp.business_central.paging import CHANGED
from app.erp.port import (
    BalanceRecord,
    Block,
    CustomerRecord,
    ItemRecord,
    PriceRecord,
    ShipToRecord,
    StockRecord,
    TaxRateRecord,
    UnitRecord,
)

T = TypeVar("T")

_BLOCKS = {"": Block.NONE, "Ship": Block.SHIP, "Invoice": Block.INVOICE, "All": Block.ALL}
_SOURCES = {
    "All Customers": PriceSource.ALL,
    "Customer Price Group": PriceSource.GROUP,
    "Customer": PriceSource.CUSTOMER,
}
_STATUSES = {"Active": True, "Draft": False, "Inactive": False}
_AMOUNTS = {"Price": True, "Discount": False}
_NO_ID = "00000000-0000-0000-0000-000000000000"
_DAYS_OF = {"D": 1, "WD": 1, "W": 7, "M": 30, "Q": 91, "Y": 365}
_FORMULA = re.compile(r"([+-]?)(?:(\d+)(D|WD|W|M|Q|Y)|C(D|W|M|Q|Y))")


def item(row: Row, children: Children) -> ItemRecord:
    """`items` with its `itemUnits` and, where there is one, its `itemPlanning`."""
    if row.raw.get("priceIncludesTax") is True:
        raise Unreadable("the list price includes tax, which we do not offer")
    base = row.key("baseUnitOfMeasureCode")
    planning = children["itemPlanning"][0] if children["itemPlanning"] else None
    return ItemRecord(
        erp_key=row.key("id"),
        number=row.key("number"),
        name=row.text("displayName"),
        description=planning.text_or_empty("description") if planning else "",
        category=row.text("itemCategoryCode"),
        gtin=row.text("gtin"),
        blocked=row.flag("blocked"),
        base_unit=base,
        units=_units(base, children),
        list_price=row.not_negative("unitPrice"),
        tax_group=row.text("taxGroupCode"),
        lead_time_days=planning.whole("leadTimeDays") if planning else None,
        minimum_quantity=_unless_zero(planning, "minimumOrderQuantity"),
        order_multiple=_unless_zero(planning, "orderMultiple"),
        discontinued_on=planning.day("discontinuedOn") if planning else None,
        substitute_number=planning.text("substituteItemNumber") if planning else "",
        modified_at=row.moment(CHANGED),
    )


def price(row: Row, local_currency: str = "") -> PriceRecord | None:
    """`priceListLines`. Lines for other things than items (resources, discount groups) are none of ours."""
    if row.text("assetType") != "Item":
        return None
    is_price = row.choice("amountType", _AMOUNTS)
    source = row.choice("sourceType", _SOURCES)
    line = PriceLine(
        list_code=row.key("priceListCode"),
        list_name=row.text("priceListDescription"),
        source=source,
        source_code="" if source is PriceSource.ALL else row.key("sourceNo"),
        item=row.key("assetNo"),
        unit=row.text("unitOfMeasureCode"),
        minimum_quantity=row.not_negative("minimumQuantity"),
        currency=row.text("currencyCode") or local_currency,
        unit_price=row.not_negative("unitPrice") if is_price else None,
        discount_percent=None if is_price else _percent(row, "lineDiscountPercent"),
        valid_from=row.day("startingDate"),
        valid_to=row.day("endingDate"),
    )
    return PriceRecord(row.key("id"), line, row.choice("status", _STATUSES), row.moment(CHANGED))


def stock(row: Row) -> StockRecord:
    """`stockByLocation`; quantities may be below zero, as the ERP lets them."""
    return StockRecord(
        erp_key=row.key("id"),
        item_number=row.key("itemNumber"),
        warehouse=row.text("locationCode"),
        warehouse_name=row.text("locationName"),
        lot=row.text("lotNo"),
        expires_on=row.day("expirationDate"),
        quantity=row.number("quantity"),
        modified_at=row.moment(CHANGED),
    )


def tax_rate(row: Row) -> TaxRateRecord:
    return TaxRateRecord(
        erp_key=row.key("id"),
        tax_area=row.text("taxAreaCode"),
        tax_group=row.text("taxGroupCode"),
        percent=_percent(row, "percent"),
        modified_at=row.moment(CHANGED),
    )


def balance(row: Row) -> BalanceRecord:
    """`customers` with `customerFinancialDetail`, an object (API v1.0 had an array)."""
    detail = Row(row.raw.get("customerFinancialDetail"))
    return BalanceRecord(row.key("number"), detail.number("balance"), detail.number("overdueAmount"))


# --- customers --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Terms:
    code: str
    name: str
    days: int


@dataclass(frozen=True, slots=True)
class LookUps:
    """Small tables that customers refer to by id."""

    terms: Mapping[str, Terms]
    tax_areas: Mapping[str, str]


def customer(row: Row, children: Children, look_ups: LookUps) -> CustomerRecord:
    """`customers` with its `customerDetails` and `shipToAddresses`.

    Without the details the price group is unknown, and a wrong price would be worse than a customer who comes later.
    """
    if not children["customerDetails"]:
        raise Unreadable("customerDetails has no row for it")
    details = children["customerDetails"][0]
    terms = _looked_up(row, "paymentTermsId", look_ups.terms)
    limit = row.not_negative("creditLimit")
    return CustomerRecord(
        erp_key=row.key("id"),
        number=row.key("number"),
        name=row.key("displayName"),
        address_line1=row.text("addressLine1"),
        address_line2=row.text("addressLine2"),
        city=row.text("city"),
        state=row.text("state"),
        country=row.text("country"),
        postal_code=row.text("postalCode"),
        email=row.text("email"),
        phone=row.text("phoneNumber"),
        currency=row.key("currencyCode"),
        price_group=details.text("customerPriceGroup"),
        salesperson=row.text("salespersonCode"),
        vat_id=row.text("taxRegistrationNumber"),
        tax_area=_looked_up(row, "taxAreaId", look_ups.tax_areas) or "",
        payment_terms_code=terms.code if terms else "",
        payment_terms_name=terms.name if terms else "",
        payment_days=terms.days if terms else 0,
        prepayment=details.flag("prepaymentRequired"),
        credit_limit=limit or None,
        block=row.choice("blocked", _BLOCKS),
        ship_tos=tuple(map(_ship_to, children["shipToAddresses"])),
        modified_at=row.moment(CHANGED),
    )


def terms(row: Row) -> tuple[str, Terms]:
    """`paymentTerms` by id."""
    return row.key("id"), Terms(row.key("code"), row.text("displayName"), days_of(row.text("dueDateCalculation")))


def tax_area(row: Row) -> tuple[str, str]:
    """`taxAreas`: the code by id."""
    return row.key("id"), row.key("code")


def days_of(formula: str) -> int:
    """About how many days a date formula gives: `30D`, `1M+CM`. Due dates of invoices come from the ERP itself.

    :raises Unreadable: letters of another language, or no formula at all
    """
    parts = list(_FORMULA.finditer(formula))
    if "".join(part.group(0) for part in parts) != formula:
        raise Unreadable(f"dueDateCalculation {formula[:20]!r} is not a date formula")
    return max(0, sum(_days(part) for part in parts))


def _days(part: re.Match[str]) -> int:
    sign = -1 if part.group(1) == "-" else 1
    if part.group(4):  # to the end of the current period: half of it on average
        return sign * (_DAYS_OF[part.group(4)] // 2)
    return sign * int(part.group(2)) * _DAYS_OF[part.group(3)]


def _ship_to(row: Row) -> ShipToRecord:
    return ShipToRecord(
        erp_key=row.key("id"),
        code=row.key("code"),
        name=row.text("name"),
        address_line1=row.text("addressLine1"),
        address_line2=row.text("addressLine2"),
        city=row.text("city"),
        state=row.text("state"),
        country=row.text("country"),
        postal_code=row.text("postalCode"),
        contact=row.text("contact"),
        phone=row.text("phoneNumber"),
        is_default=row.flag("isDefault"),
    )


def _looked_up(row: Row, name: str, known: Mapping[str, T]) -> T | None:
    """What an id refers to; None for the ERP's "no id" and for a row that could not be read itself."""
    wanted = row.text(name)
    return None if wanted == _NO_ID else known.get(wanted)


def _units(base: str, children: Children) -> tuple[UnitRecord, ...]:
    factors = {row.key("code"): row.above_zero("qtyPerUnitOfMeasure") for row in children["itemUnits"]}
    return tuple(UnitRecord(code, factor) for code, factor in {**factors, base: Decimal(1)}.items())


def _unless_zero(row: Row | None, name: str) -> Decimal | None:
    return (row.not_negative(name) or None) if row else None


def _percent(row: Row, name: str) -> Decimal:
    percent = row.not_negative(name)
    if percent > 100:
        raise Unreadable(f"{name} is above 100")
    return percent
