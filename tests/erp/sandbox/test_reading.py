"""Reading pages: filters, order, paging, selection, expansion, and the forms of values."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.erp.sandbox.conftest import code_of

if TYPE_CHECKING:
    from tests.erp.sandbox.conftest import Client


def test_pages_follow_each_other_without_gap_or_overlap(erp: Client) -> None:
    page = erp.get("priceListLines", headers={"Prefer": "odata.maxpagesize=200"})
    ids = [row["id"] for row in page["value"]]
    assert len(ids) == 200
    while "@odata.nextLink" in page:
        page = erp.get(page["@odata.nextLink"], headers={"Prefer": "odata.maxpagesize=200"})
        ids += [row["id"] for row in page["value"]]
    assert len(set(ids)) == len(ids) == erp.get("priceListLines", count="true", top=1)["@odata.count"]


def test_paging_keeps_filter_and_falling_order(erp: Client) -> None:
    query = {"filter": "creditLimit gt 100000", "orderby": "creditLimit desc", "top": 30}
    page = erp.get("customers", headers={"Prefer": "odata.maxpagesize=20"}, **query)
    rest = erp.get(page["@odata.nextLink"])
    limits = [row["creditLimit"] for row in page["value"] + rest["value"]]
    assert len(limits) == 30
    assert limits == sorted(limits, reverse=True)
    assert "@odata.nextLink" not in rest


@pytest.mark.parametrize(
    ("condition", "numbers"),
    [
        ("number eq 'aw00000002'", ["AW00000002"]),
        ("number eq 'AW00000002' or number eq 'AW00000005'", ["AW00000002", "AW00000005"]),
        ("startswith(number, 'AW0000000') and number gt 'AW00000008'", ["AW00000009"]),
        ("contains(displayName,'Bike Store') and endswith(displayName,'A Bike Store')", ["AW00000001"]),
        ("tolower(displayName) eq 'a bike store'", ["AW00000001"]),
        ("(number ge 'AW00000700') and not (number eq 'AW00000700')", ["AW00000701"]),
        ("displayName eq 'O''Brien'", []),
    ],
)
def test_filters_find_what_they_say(erp: Client, condition: str, numbers: list[str]) -> None:
    assert [row["number"] for row in erp.get("customers", filter=condition)["value"]] == numbers


def test_filters_the_product_refuses_are_refused(erp: Client) -> None:
    distinct = erp.read("customers", filter="number eq 'A' or city eq 'B'")
    assert "not supported on distinct fields" in distinct.json()["error"]["message"]
    for broken in ("number eq", "number is 'A'", "number eq 'A", "number eq 'A') and"):
        assert code_of(erp.read("customers", filter=broken)) == "BadRequest_NotFound"
    for foreign in ("nonsense eq 1", "creditLimit eq 'many'", "lastModifiedDateTime gt 'yesterday'"):
        assert code_of(erp.read("customers", filter=foreign)) == "BadRequest"
    assert code_of(erp.read("customers", filter="number in ('AW00000001')")) == "BadRequest_NotFound"


def test_a_lambda_filter_is_ignored_without_a_word(erp: Client) -> None:
    assert erp.get("customers", filter="lines/any(l: l/x eq 1)", count="true", top=1)["@odata.count"] == 701


def test_values_have_the_forms_of_the_product(erp: Client) -> None:
    customer = erp.get("customers", filter="number eq 'AW00000001'")["value"][0]
    line = erp.get("priceListLines", filter="priceListCode eq 'DEALER' and assetNo eq 'BK-M18B-40'")["value"][0]
    assert customer["blocked"] == " "
    assert customer["currencyId"] == "00000000-0000-0000-0000-000000000000"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z", customer["lastModifiedDateTime"])
    assert re.fullmatch(r'W/"[A-Za-z0-9+/=]+"', customer["@odata.etag"])
    assert line["endingDate"] == "0001-01-01"
    assert line["unitPrice"] == Decimal("323.994")


def test_expansion_puts_related_rows_inside(erp: Client) -> None:
    customer = erp.get("customers", filter="number eq 'AW00000005'", expand="customerFinancialDetail,paymentTerm")[
        "value"
    ][0]
    order = erp.get("salesOrders", top=1, expand="salesOrderLines($select=sequence,quantity;$filter=quantity gt 1)")[
        "value"
    ][0]
    assert customer["customerFinancialDetail"]["balance"] == customer["balanceDue"]
    assert customer["paymentTerm"]["code"] == "NET30"
    assert all(set(line) == {"@odata.etag", "sequence", "quantity"} for line in order["salesOrderLines"])


def test_lines_are_read_only_within_a_document(erp: Client) -> None:
    order = erp.get("salesOrders", top=1)["value"][0]
    assert code_of(erp.read("salesOrderLines")) == "Application_DialogException"
    by_filter = erp.get("salesOrderLines", filter=f"documentId eq {order['id']}")["value"]
    below = erp.get(f"salesOrders({order['id']})/salesOrderLines")["value"]
    assert by_filter
    assert by_filter == below


def test_a_delta_brings_what_changed_and_nothing_else(erp: Client) -> None:
    newest = erp.get("priceListLines", orderby="lastModifiedDateTime desc", top=1)["value"][0]["lastModifiedDateTime"]
    erp.control("POST", "prices", {"priceListCode": "DEALER", "lineNo": 10000, "unitPrice": 55.5})
    changed = erp.get("priceListLines", filter=f"lastModifiedDateTime gt {newest}", orderby="lastModifiedDateTime")[
        "value"
    ]
    assert [(row["priceListCode"], row["lineNo"], row["unitPrice"]) for row in changed] == [
        ("DEALER", 10000, Decimal("55.5"))
    ]
    later = changed[0]["lastModifiedDateTime"]
    assert erp.get("priceListLines", filter=f"lastModifiedDateTime gt {later}")["value"] == []


def test_a_hundred_items_fit_one_question(erp: Client) -> None:
    numbers = [row["number"] for row in erp.get("items", top=100, filter="blocked eq false")["value"]]
    lines = erp.get("priceListLines", filter=" or ".join(f"assetNo eq '{number}'" for number in numbers))["value"]
    assert {line["assetNo"] for line in lines} == set(numbers)
    assert erp.read("items", filter=" or ".join(f"number eq 'X{n:06d}'" for n in range(500))).status_code == 414
