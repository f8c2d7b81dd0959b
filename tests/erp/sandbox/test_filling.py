"""What the store holds from the start: the extract whole, the derived values by their rules."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from stdnum.au import abn
from stdnum.de import vat as german
from stdnum.fr import tva
from stdnum.gb import vat as british

from app.erp.sandbox.seed import source

if TYPE_CHECKING:
    from tests.erp.sandbox.conftest import Client

FIRST_TEN = [f"AW{n:08d}" for n in range(1, 11)]


def rows(erp: Client, page: str, **query: Any) -> list[Any]:
    return list(erp.get(page, **query)["value"])


def test_all_stores_and_finished_goods_are_there(erp: Client) -> None:
    items = rows(erp, "items")
    assert len(rows(erp, "customers")) == 701
    assert (len(items), sum(not item["blocked"] for item in items)) == (295, 197)
    assert {unit["code"] for unit in rows(erp, "itemUnits")} == {"PCS", "BOX", "PAL"}


def test_what_is_no_longer_made_names_what_replaces_it(erp: Client) -> None:
    blocked = {item["number"] for item in rows(erp, "items", filter="blocked eq true")}
    gone = [plan for plan in rows(erp, "itemPlanning") if plan["discontinuedOn"] != "0001-01-01"]
    assert {plan["itemNumber"] for plan in gone} == blocked
    assert all(plan["discontinuedOn"] < date.today().isoformat() for plan in gone)
    assert all(plan["substituteItemNumber"] not in blocked for plan in gone)
    assert any(plan["substituteItemNumber"] for plan in gone)


def test_volume_discounts_are_current(erp: Client) -> None:
    today = date.today().isoformat()
    tiers = {line["minimumQuantity"]: line for line in rows(erp, "priceListLines", filter="assetNo eq 'SJ-0194-L'")
             if line["priceListCode"].startswith("OFFER-0")}  # fmt: skip
    assert {11, 15} <= set(tiers)
    assert all(tiers[least]["startingDate"] <= today <= tiers[least]["endingDate"] for least in (11, 15))


@pytest.mark.parametrize(
    ("day", "years"),
    [(date(2026, 5, 30), 12), (date(2026, 5, 31), 13), (date(2026, 11, 24), 13), (date(2014, 1, 1), 0)],
)
def test_dates_move_by_the_fewest_whole_years(day: date, years: int) -> None:
    assert source.years_to_shift(day) == years


def test_the_first_ten_customers_are_plain(erp: Client) -> None:
    customers = rows(erp, "customers", filter="number le 'AW00000010'", expand="customerFinancialDetail,paymentTerm")
    assert [row["number"] for row in customers] == FIRST_TEN
    assert {row["blocked"] for row in customers} == {" "}
    assert {row["creditLimit"] for row in customers} == {50_000_000}
    assert {row["customerFinancialDetail"]["overdueAmount"] for row in customers} == {0}
    assert "PREPAY" not in {row["paymentTerm"]["code"] for row in customers}
    assert [row["balanceDue"] for row in customers[:3]] == [0, 0, 0]


def test_the_special_customers_exist_beyond_them(erp: Client) -> None:
    customers = rows(erp, "customers", expand="customerFinancialDetail")
    assert {row["blocked"] for row in customers} == {" ", "All", "Ship", "Invoice"}
    assert sum(row["customerFinancialDetail"]["overdueAmount"] > 0 for row in customers) == 5
    assert sum(row["creditLimit"] == 0 for row in customers) == 17
    assert len(rows(erp, "customerDetails", filter="prepaymentRequired eq true")) == 14
    assert all(row["taxAreaId"] for row in customers)


def test_vat_numbers_are_formally_right_but_for_the_odd_ones(erp: Client) -> None:
    checks = {"DE": german.is_valid, "FR": tva.is_valid, "GB": british.is_valid, "AU": abn.is_valid}
    customers = [row for row in rows(erp, "customers") if row["country"] in checks]
    wrong = {row["number"] for row in customers if not checks[row["country"]](row["taxRegistrationNumber"])}
    assert {row["country"] for row in customers} == set(checks)
    assert 0 < len(wrong) < 10
    assert not wrong & set(FIRST_TEN)
    assert all(int(number[2:]) % 20 == 5 for number in wrong)


def test_stock_is_plentiful_but_for_ten_items(erp: Client) -> None:
    sellable = rows(erp, "items", filter="blocked eq false")
    scarce = {item["number"] for item in sellable if item["inventory"] < 2000}
    assert scarce == set(source.SCARCE_ITEMS)
    assert not scarce & {item["number"] for item in sellable[:40]}
    assert {row["locationCode"] for row in rows(erp, "stockByLocation")} == {"FINISHED", "MISC"}


def test_every_tax_area_of_a_customer_has_a_rate(erp: Client) -> None:
    rates = {row["taxAreaCode"]: row["percent"] for row in rows(erp, "taxRates")}
    assert {row["taxAreaDisplayName"] for row in rows(erp, "customers")} <= set(rates)
    assert (float(rates["US-WA"]), rates["DE"], rates["CA-ON"]) == (8.8, 16, 14.25)


def test_orders_of_other_channels_are_there_in_every_state(erp: Client) -> None:
    states = [row for row in rows(erp, "orderStates") if row["customerNumber"] in FIRST_TEN]
    assert {row["channel"] for row in states} == {"Phone", "Mail", "EDI"}
    assert {row["releaseStatus"] for row in states} == {"Open", "Released", "Posted"}
    counts = [sum(row["customerNumber"] == number for row in states) for number in FIRST_TEN]
    assert all(2 <= count <= 4 for count in counts)
