"""Orders as they come in from outside, read out of JSON into values before any rule looks at them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.erp.sandbox import refusals, wire

_LARGEST = 10**12  # millionths of it still fit the store


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line asked for. `unit_price` None lets the ERP price it. Numbers in millionths."""

    line_no: int
    item: str
    quantity: int
    unit: str
    unit_price: int | None
    discount_percent: int | None
    requested: str
    comment: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class DraftCharge:
    """A charge beside the lines; the amount in millionths, without tax."""

    code: str
    description: str
    amount: int


@dataclass(frozen=True, slots=True)
class DraftOrder:
    """An order asked for. `ship_to` fields given openly win over the address of the code."""

    key: str
    customer: str
    reference: str
    channel: str
    staged: bool
    requested: str
    ship_to_code: str
    currency: str
    comment: str
    lines: tuple[DraftLine, ...]
    ship_to: Mapping[str, str]
    order_date: str = ""
    historical: bool = False
    charges: tuple[DraftCharge, ...] = ()


def text(body: Mapping[str, Any], name: str, limit: int = 100) -> str:
    """A text field; empty when left out.

    :raises Refusal: not a text, or too long
    """
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise refusals.bad_request(f"Unable to convert value of '{name}' to String.")
    if len(value) > limit:
        raise refusals.too_long(value, limit)
    return value.rstrip()


def code(body: Mapping[str, Any], name: str, limit: int = 20) -> str:
    """A code: like a text, upper-cased."""
    return text(body, name, limit).upper().strip()


def day(body: Mapping[str, Any], name: str) -> str:
    """A date as ISO text; `0001-01-01` when left out."""
    value = text(body, name) or wire.NO_DATE
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError as err:
        raise refusals.bad_request("Unable to convert value to Date") from err


def number(body: Mapping[str, Any], name: str) -> int | None:
    """A decimal in millionths, None when left out."""
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise refusals.bad_request(f"Unable to convert value of '{name}' to Decimal.")
    amount = Decimal(value)
    if abs(amount) >= _LARGEST:
        raise refusals.field_rule(f"The value of '{name}' is outside of the permitted range.")
    return wire.micro(amount)


def known_fields(body: Mapping[str, Any], names: Iterable[str], kind: str) -> None:
    """Refuse what the page does not have."""
    allowed = set(names)
    for name in body:
        if name not in allowed and "@odata." not in name:
            raise refusals.bad_request(
                f"The property '{name}' does not exist on type 'Microsoft.NAV.{kind}'. "
                "Make sure to only use property names that are defined by the type."
            )


_PORTAL_ORDER = [
    "orderKey",
    "customerNumber",
    "customerReference",
    "requestedDeliveryDate",
    "shipToCode",
    "currencyCode",
    "comment",
    "lines",
    "charges",
]
_PORTAL_LINE = [
    "lineNo",
    "itemNumber",
    "quantity",
    "unitOfMeasureCode",
    "unitPrice",
    "discountPercent",
    "requestedDeliveryDate",
    "comment",
]


def portal_order(body: dict[str, Any], *, channel: str = "Portal", staged: bool = True) -> DraftOrder:
    """An order of the staging page, or one of another channel entered through the control page."""
    known_fields(body, [*_PORTAL_ORDER, *(() if staged else ("channel",))], "portalOrder")
    rows = _objects(body, "lines")
    return DraftOrder(
        key=code(body, "orderKey", 35),
        customer=code(body, "customerNumber"),
        reference=text(body, "customerReference", 35),
        channel=channel,
        staged=staged,
        requested=day(body, "requestedDeliveryDate"),
        ship_to_code=code(body, "shipToCode", 10),
        currency=code(body, "currencyCode", 10),
        comment=text(body, "comment", 2048),
        lines=tuple(_portal_line(row, at) for at, row in enumerate(rows)),
        ship_to={},
        charges=tuple(_charge(row) for row in _objects(body, "charges")),
    )


def _objects(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    rows = body.get(name) or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise refusals.bad_request("Invalid Request Body")
    return rows


def _charge(row: dict[str, Any]) -> DraftCharge:
    known_fields(row, ["code", "description", "amount"], "portalOrderCharge")
    amount = number(row, "amount")
    if not code(row, "code") or amount is None or amount < 0:
        raise refusals.field_rule("A charge needs a code and an amount that is not below zero.")
    return DraftCharge(code(row, "code"), text(row, "description"), amount)


def _portal_line(row: dict[str, Any], at: int) -> DraftLine:
    known_fields(row, _PORTAL_LINE, "portalOrderLine")
    line_no = number(row, "lineNo")
    return DraftLine(
        line_no=line_no // wire.MILLION if line_no is not None else (at + 1) * 10_000,
        item=code(row, "itemNumber"),
        quantity=number(row, "quantity") or 0,
        unit=code(row, "unitOfMeasureCode", 10),
        unit_price=number(row, "unitPrice"),
        discount_percent=number(row, "discountPercent"),
        requested=day(row, "requestedDeliveryDate"),
        comment=text(row, "comment", 2048),
    )


def sales_line(row: dict[str, Any], line_no: int) -> DraftLine:
    """A line of the standard page.

    :raises Refusal: a kind of line other than items
    """
    if (row.get("lineType") or "Item") != "Item":
        raise refusals.business("This company takes lines of type Item only.")
    return DraftLine(
        line_no=line_no,
        item=code(row, "lineObjectNumber"),
        quantity=number(row, "quantity") or 0,
        unit=code(row, "unitOfMeasureCode", 10),
        unit_price=number(row, "unitPrice"),
        discount_percent=number(row, "discountPercent"),
        requested=day(row, "shipmentDate"),
        comment="",
        description=text(row, "description"),
    )


SHIP_TO_FIELDS = [
    "shipToName",
    "shipToContact",
    "shipToAddressLine1",
    "shipToAddressLine2",
    "shipToCity",
    "shipToCountry",
    "shipToState",
    "shipToPostCode",
]


def sales_order(body: dict[str, Any], customer: str) -> DraftOrder:
    """An order of the standard page, with its lines when it was a deep insert."""
    rows = body.get("salesOrderLines") or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise refusals.bad_request("Invalid Request Body")
    return DraftOrder(
        key=code(body, "externalDocumentNumber", 35),
        customer=customer,
        reference="",
        channel="EDI",
        staged=False,
        requested=day(body, "requestedDeliveryDate"),
        ship_to_code="",
        currency=code(body, "currencyCode", 10),
        comment="",
        lines=tuple(sales_line(row, (at + 1) * 10_000) for at, row in enumerate(rows)),
        ship_to={name: text(body, name) for name in SHIP_TO_FIELDS if body.get(name)},
        order_date=day(body, "orderDate") if body.get("orderDate") else "",
    )
