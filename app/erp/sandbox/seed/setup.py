"""The company and its small tables: terms, currencies, units, places, people, tax areas and rates, number series."""

from __future__ import annotations

from typing import Any

from app.erp.sandbox import wire
from app.erp.sandbox.access import COMPANY_ID
from app.erp.sandbox.seed.source import record_id, rows
from app.erp.sandbox.store import Change

TAX_GROUP = "GOODS"
WAREHOUSES = {"7": "FINISHED", "6": "MISC"}
_SERIES = ("S-ORD", "S-SHPT", "PS-INV")
_TERMS = (("NET14", "Net 14 days", "14D"), ("NET30", "Net 30 days", "30D"), ("NET60", "Net 60 days", "60D"),
          ("PREPAY", "Payment in advance", "0D"))  # fmt: skip
_UNITS = (("PCS", "Piece", "EA"), ("BOX", "Box", "BX"), ("PAL", "Pallet", "PF"))
_CURRENCIES = (("USD", "US dollar", "$"), ("EUR", "Euro", "€"), ("GBP", "Pound sterling", "£"),
               ("CAD", "Canadian dollar", "$"), ("AUD", "Australian dollar", "$"))  # fmt: skip


def fill(change: Change) -> None:
    """Fill the tables others refer to."""
    company = {"id": COMPANY_ID, "name": "Adventure Works", "displayName": "Adventure Works", "systemVersion": "sandbox",
               "timestamp": 1, "businessProfileId": ""}  # fmt: skip
    change.insert("companies", company)
    change.db.executemany("INSERT INTO numbers VALUES (?, 100000)", [(series,) for series in _SERIES])
    for code, name, formula in _TERMS:
        change.insert("paymentTerms", _coded("paymentTerms", code, name) | {
            "dueDateCalculation": formula, "discountDateCalculation": "", "discountPercent": 0,
            "calculateDiscountOnCreditMemos": 0,
        })  # fmt: skip
    for code, name, symbol in _CURRENCIES:
        change.insert("currencies", _coded("currencies", code, name) | {"symbol": symbol, "amountDecimalPlaces": "2:2"})
    for code, name, standard in _UNITS:
        change.insert("unitsOfMeasure", _coded("unitsOfMeasure", code, name) | {
            "internationalStandardCode": standard, "symbol": "",
        })  # fmt: skip
    change.insert("paymentMethods", _coded("paymentMethods", "BANK", "Bank transfer"))
    for method in rows("ship_methods"):
        change.insert("shipmentMethods", _coded("shipmentMethods", f"SM{method['ship_method_id']}", method["name"]))
    for place in rows("locations"):
        if place["location_id"] in WAREHOUSES:
            change.insert("locations", _coded("locations", WAREHOUSES[place["location_id"]], place["name"]))
    _people(change)
    _taxes(change)


def _coded(table: str, code: str, name: str) -> dict[str, Any]:
    return {"id": record_id(table, code), "code": code, "displayName": name}


def salesperson_code(person: dict[str, str]) -> str:
    """Initials and the number of the data, which keeps them apart: `JV275`."""
    return f"{person['first_name'][0]}{person['last_name'][0]}{person['sales_person_id']}".upper()


def _people(change: Change) -> None:
    for person in rows("sales_persons"):
        change.insert("salespeople", _coded(
            "salespeople", salesperson_code(person), f"{person['first_name']} {person['last_name']}"
        ) | {"email": person["email_address"], "phoneNumber": person["phone_number"]})  # fmt: skip


def tax_area(country: str, state: str) -> str:
    """The area of an address: the state where states tax (US, CA, AU), else the country."""
    return f"{country}-{state}".upper() if country in ("US", "CA", "AU") else country


def _taxes(change: Change) -> None:
    """An area per state or country; type 1 of the data (sales) goes before types 2 and 3; without a rate, none."""
    states = {row["state_province_id"]: row for row in rows("state_provinces")}
    percents: dict[str, int] = {}
    for rate in sorted(rows("sales_tax_rates"), key=lambda row: row["tax_type"], reverse=True):
        state = states[rate["state_province_id"]]
        percents[tax_area(state["country_region_code"], state["state_province_code"].strip())] = wire.micro(
            rate["tax_rate"]
        )
    names = {
        tax_area(row["country_region_code"], row["state_province_code"].strip()): row["name"] for row in states.values()
    }
    for code in sorted(names):
        change.insert("taxAreas", _coded("taxAreas", code, code) | {"taxType": "Sales Tax"})
        change.insert("taxRates", {
            "id": record_id("taxRates", code), "taxAreaCode": code, "taxGroupCode": TAX_GROUP,
            "percent": _percent(percents, code),
        })  # fmt: skip


def _percent(percents: dict[str, int], code: str) -> int:
    """The rate of an area; Australia's one rate stands for all its states."""
    if code.startswith("AU-"):
        return max((percent for area, percent in percents.items() if area.startswith("AU-")), default=0)
    return percents.get(code, 0)
