"""Customers out of the 701 stores: address, people, terms, credit, tax area, and the few that are special on purpose.

The first ten by number are plain: no block, no prepayment, nothing overdue, generous credit.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.erp.sandbox import wire
from app.erp.sandbox.seed import vat
from app.erp.sandbox.seed.setup import salesperson_code, tax_area
from app.erp.sandbox.seed.source import record_id, rows
from app.erp.sandbox.store import Change

PRICE_GROUP = "DEALER"
PLAIN = 10
_BLOCKED = {16: "All", 18: "Ship", 19: "Invoice"}
_ODD_VAT_IDS = {0: "DE123", 1: "N/A", 2: "FR 00 000000000"}


def fill(change: Change) -> None:
    """Fill customer cards, details and delivery addresses."""
    places = {row["address_id"]: row for row in rows("addresses")}
    links: dict[str, list[dict[str, str]]] = {}
    for link in rows("store_addresses"):
        links.setdefault(link["store_id"], []).append({**places[link["address_id"]], "type": link["address_type"]})
    contacts = {row["store_id"]: row for row in rows("store_contacts")}
    people = {row["sales_person_id"]: salesperson_code(row) for row in rows("sales_persons")}
    for position, store in enumerate(rows("stores"), 1):
        home = next(place for place in links[store["store_id"]] if place["type"] == "Main Office")
        contact = contacts.get(store["store_id"], {})
        card = _card(store, position, home=home, contact=contact)
        change.insert("customerCards", card | {"salespersonCode": people.get(store["sales_person_id"], "")})
        change.insert("customerDetails", _details(store, position))
        change.insert_many("shipToAddresses", [_ship_to(store, place, contact) for place in links[store["store_id"]]])


def terms(position: int) -> str:
    """NET30 for most; NET14, NET60 by the last digit; some beyond the first ten pay in advance."""
    if position > PLAIN and position % 50 == 13:
        return "PREPAY"
    return {4: "NET14", 7: "NET60"}.get(position % 10, "NET30")


def credit_limit(position: int, annual_sales: str) -> int:
    """Fifty million for the first ten; then a tenth of the annual sales; every fortieth has no limit (0)."""
    if position <= PLAIN:
        return wire.micro(50_000_000)
    return 0 if position % 40 == 0 else wire.micro(annual_sales) // 10


def _vat_id(position: int, country: str) -> str:
    """Formally right, but odd for every hundredth and fifth customer beyond the first ten outside the US and Canada."""
    if position > PLAIN and position % 20 == 5 and country not in ("US", "CA"):
        return _ODD_VAT_IDS[position // 20 % 3]
    return vat.number_for(country, position)


def _address(place: dict[str, str]) -> dict[str, str]:
    return {
        "addressLine1": place["address_line1"],
        "addressLine2": place["address_line2"],
        "city": place["city"],
        "state": place["state_province_code"].strip(),
        "country": place["country_region_code"],
        "postalCode": place["postal_code"],
    }


def _card(store: dict[str, str], position: int, *, home: dict[str, str], contact: dict[str, str]) -> dict[str, Any]:
    number = store["store_account_number"]
    country = home["country_region_code"]
    return {
        "id": record_id("customers", number),
        "number": number,
        "displayName": store["name"],
        **_address(home),
        "phoneNumber": contact.get("phone_number", ""),
        "email": contact.get("email_address", ""),
        "creditLimit": credit_limit(position, store["annual_sales"]),
        "taxAreaCode": tax_area(country, home["state_province_code"].strip()),
        "taxRegistrationNumber": _vat_id(position, country),
        "currencyCode": "USD",
        "paymentTermsCode": terms(position),
        "blocked": _BLOCKED.get(position % 100, " ") if position > PLAIN else " ",
    }


def _details(store: dict[str, str], position: int) -> dict[str, Any]:
    number = store["store_account_number"]
    opened = f"{store['year_opened']}-{position % 12 + 1:02d}-{position % 28 + 1:02d}"
    if position % 100 == 21:
        opened = (wire.today() - timedelta(days=30)).isoformat()
    return {
        "id": record_id("customerDetails", number),
        "customerNumber": number,
        "customerPriceGroup": PRICE_GROUP,
        "prepaymentRequired": int(terms(position) == "PREPAY"),
        "dateOpened": opened,
    }


def _ship_to(store: dict[str, str], place: dict[str, str], contact: dict[str, str]) -> dict[str, Any]:
    number = store["store_account_number"]
    code = "MAIN" if place["type"] == "Main Office" else "SHIP"
    return {
        "id": record_id("shipToAddresses", number, code),
        "customerNumber": number,
        "code": code,
        "name": store["name"],
        **_address(place),
        "contact": f"{contact.get('first_name', '')} {contact.get('last_name', '')}".strip(),
        "phoneNumber": contact.get("phone_number", ""),
        "isDefault": int(code == "MAIN"),
    }
