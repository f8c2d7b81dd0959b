"""Control calls that change data as a clerk in the ERP would: prices, stock, customers, items.

Field names are those of the pages that show the data. The calls of clock, faults and ledger are in `control`.
"""

from __future__ import annotations

from typing import Any

from app.erp.sandbox import drafts, refusals, wire
from app.erp.sandbox.entities import PAGES
from app.erp.sandbox.messages import Request
from app.erp.sandbox.store import Change, Row, Store

_ITEM_PLAN = ("leadTimeDays", "minimumOrderQuantity", "orderMultiple", "discontinuedOn", "substituteItemNumber")
_CUSTOMER_CARD = (
    "displayName", "addressLine1", "addressLine2", "city", "state", "country", "postalCode", "phoneNumber", "email",
    "salespersonCode", "creditLimit", "taxRegistrationNumber", "blocked",
)  # fmt: skip


class DataControl:
    """Changes reference data."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def price(self, request: Request) -> dict[str, Any]:
        """Add or change a price list line, named by list code and line number; a new line may leave the number out."""
        body = request.json()
        page = PAGES["priceListLines"]
        drafts.known_fields(body, page.fields, "priceListLine")
        values = _values("priceListLines", body, skip=("id", "lastModifiedDateTime"))
        with self._store.writing() as change:
            code = values.get("priceListCode", "")
            if not code:
                raise refusals.bad_request("Name the price list in priceListCode.")
            line_no = values.setdefault("lineNo", _next_line(change, code))
            key = {"priceListCode": code, "lineNo": line_no}
            if not change.update("priceListLines", key, values):
                change.insert("priceListLines", {**_NEW_PRICE, "priceListDescription": code, **values})
            row = change.one("SELECT * FROM priceListLines WHERE priceListCode = ? AND lineNo = ?", code, line_no)
            assert row is not None
            change.tell("priceListLines", row["id"])
        return shown("priceListLines", row)

    def stock(self, request: Request) -> dict[str, Any]:
        """Set the quantity of an item at a place (and lot)."""
        body = request.json()
        drafts.known_fields(body, PAGES["stockByLocation"].fields, "stock")
        values = _values("stockByLocation", body, skip=("id", "lastModifiedDateTime", "locationName"))
        with self._store.writing() as change:
            key = {"itemNumber": _known_item(change, values.get("itemNumber", "")),
                   "locationCode": values.get("locationCode") or "FINISHED", "lotNo": values.get("lotNo", "")}  # fmt: skip
            place = change.one("SELECT displayName FROM locations WHERE code = ?", key["locationCode"])
            if place is None:
                raise refusals.not_related("Location Code", "Item Ledger Entry", key["locationCode"], "Location")
            if not change.update("stockByLocation", key, values):
                fresh = {"locationName": place["displayName"], "expirationDate": wire.NO_DATE, "quantity": 0}
                change.insert("stockByLocation", {**fresh, **values, **key})
            row = change.one("SELECT * FROM stockByLocation WHERE itemNumber = ? AND locationCode = ? AND lotNo = ?",
                             *key.values())  # fmt: skip
            assert row is not None
            change.tell("stockByLocation", row["id"])
        return shown("stockByLocation", row)

    def customer(self, request: Request) -> dict[str, Any]:
        """Change a customer; `balance` and `overdue` set what is owed beside the invoices."""
        body = request.json()
        number = drafts.code(body, "number") or drafts.code(body, "customerNumber")
        wanted = {name: value for name, value in body.items() if name not in ("number", "customerNumber")}
        with self._store.writing() as change:
            row = change.one("SELECT * FROM customers WHERE number = ?", number)
            if row is None:
                raise refusals.no_such_record("Customer", f"No.='{number}'")
            self._change_customer(change, row, wanted)
            fresh = change.one("SELECT * FROM customers WHERE number = ?", number)
            change.tell("customers", row["id"])
        assert fresh is not None
        return shown("customers", fresh)

    def _change_customer(self, change: Change, row: Row, wanted: dict[str, Any]) -> None:
        number = row["number"]
        details = _picked("customerDetails", wanted, ("customerPriceGroup", "prepaymentRequired", "dateOpened"))
        if details:
            change.update("customerDetails", {"customerNumber": number}, details)
        finance = change.one("SELECT balance, overdueAmount FROM customerFinancialDetails WHERE number = ?", number)
        assert finance is not None
        opening: dict[str, Any] = {}
        for name, column, now in (
            ("balance", "openingBalance", "balance"),
            ("overdue", "openingOverdue", "overdueAmount"),
        ):
            amount = drafts.number(wanted, name)
            if amount is not None:
                opening[column] = row[column] + amount - finance[now]
            wanted.pop(name, None)
        if opening:
            change.update("customerCards", {"number": number}, opening, stamp=False)
        if "paymentTermsCode" in wanted:
            change.update(
                "customerCards", {"number": number}, {"paymentTermsCode": drafts.code(wanted, "paymentTermsCode")}
            )
            wanted.pop("paymentTermsCode")
        card = _picked("customers", wanted, _CUSTOMER_CARD)
        drafts.known_fields(wanted, (), "customer")
        if card:
            change.update("customerCards", {"number": number}, card)

    def item(self, request: Request) -> dict[str, Any]:
        """Change an item card or its planning values."""
        body = request.json()
        number = drafts.code(body, "number") or drafts.code(body, "itemNumber")
        wanted = {name: value for name, value in body.items() if name not in ("number", "itemNumber")}
        with self._store.writing() as change:
            _known_item(change, number)
            plan = _picked("itemPlanning", wanted, (*_ITEM_PLAN, "description"))
            card = _picked(
                "items", wanted, ("displayName", "blocked", "unitPrice", "unitCost", "gtin", "itemCategoryCode")
            )
            drafts.known_fields(wanted, (), "item")
            if plan:
                change.update("itemPlanning", {"itemNumber": number}, plan)
            if card:
                change.update("itemCards", {"number": number}, card)
            row = change.one("SELECT * FROM items WHERE number = ?", number)
            assert row is not None
            change.tell("items", row["id"])
        return shown("items", row)


_NEW_PRICE = {
    "sourceType": "All Customers", "sourceNo": "", "assetType": "Item", "unitOfMeasureCode": "PCS",
    "minimumQuantity": 0, "currencyCode": "USD", "amountType": "Price", "unitPrice": 0, "lineDiscountPercent": 0,
    "startingDate": wire.NO_DATE, "endingDate": wire.NO_DATE, "status": "Active",
}  # fmt: skip


def _next_line(change: Change, code: str) -> int:
    row = change.one(
        "SELECT COALESCE(MAX(lineNo), 0) + 10000 AS next FROM priceListLines WHERE priceListCode = ?", code
    )
    assert row is not None
    return int(row["next"])


def _known_item(change: Change, number: str) -> str:
    if change.one("SELECT 1 FROM itemCards WHERE number = ?", number) is None:
        raise refusals.no_such_record("Item", f"No.='{number}'")
    return number


def _picked(page: str, wanted: dict[str, Any], names: tuple[str, ...] | list[str]) -> dict[str, Any]:
    """The named fields of a body in stored form, taken out of it."""
    return _values(page, {name: wanted.pop(name) for name in names if name in wanted})


def _values(page: str, body: dict[str, Any], skip: tuple[str, ...] = ()) -> dict[str, Any]:
    """Fields of a body in the form the store keeps."""
    return {name: _stored(page, body, name) for name in body if name not in skip and "@odata." not in name}


def _stored(page: str, body: dict[str, Any], name: str) -> Any:
    kind = PAGES[page].fields[name].kind
    if kind == "amount":
        return drafts.number(body, name) or 0
    if kind == "whole":
        return (drafts.number(body, name) or 0) // wire.MILLION
    if kind == "flag":
        return int(body[name] is True)
    if kind == "date":
        return drafts.day(body, name)
    if kind == "code":
        return drafts.code(body, name)
    value = body[name] if isinstance(body[name], str) else ""
    return value[:2048]


def shown(page: str, row: Row) -> dict[str, Any]:
    """A row as its page would show it, with Decimals."""
    values: dict[str, Any] = {}
    for name, field in PAGES[page].fields.items():
        value = row[name]
        if field.kind == "amount":
            value = wire.decimal(value)
        elif field.kind == "moment":
            value = wire.moment_text(value)
        elif field.kind == "flag":
            value = bool(value)
        values[name] = value
    return values
