"""Orders in: the staging page with its unique key, the standard page, prices, refusals, change and cancellation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.erp.sandbox.conftest import LINE, code_of

if TYPE_CHECKING:
    from tests.erp.sandbox.conftest import Client


def test_a_portal_order_becomes_a_sales_order_in_one_go(erp: Client) -> None:
    answer = erp.order(orderKey="po-77", customerReference="Ref 5", requestedDeliveryDate="2027-01-05")
    order = answer.json(parse_float=Decimal)
    sales = erp.get(f"salesOrders({order['orderId']})")
    assert answer.status_code == 201
    assert (order["orderKey"], sales["externalDocumentNumber"], sales["status"]) == ("PO-77", "PO-77", "Draft")
    assert sales["number"] == order["orderNumber"]
    assert order["lines"][0]["amountExcludingTax"] == order["totalAmountExcludingTax"] == 600
    assert order["totalAmountIncludingTax"] == Decimal("652.8")
    found = erp.get("portalOrders", filter="orderKey eq 'Po-77'", expand="lines")["value"]
    assert [(row["orderNumber"], len(row["lines"])) for row in found] == [(order["orderNumber"], 1)]


def test_a_repeated_key_is_refused_and_makes_nothing(erp: Client) -> None:
    assert erp.order(orderKey="twice").status_code == 201
    second = erp.order(orderKey="TWICE", lines=[{**LINE, "quantity": 9}])
    assert (second.status_code, code_of(second)) == (409, "Internal_EntityWithSameKeyExists")
    assert len(erp.control("GET", "orders?key=twice")["value"]) == 1


def test_one_key_sent_by_many_at_once_makes_one_order(erp: Client) -> None:
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda _: erp.order(orderKey="rush").status_code, range(16)))
    assert sorted(answers) == [201] + [409] * 15
    assert len(erp.control("GET", "orders?key=rush")["value"]) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"customerNumber": "AW99999999"}, "Application_DialogException"),
        ({"customerNumber": "AW00000016"}, "Application_DialogException"),  # blocked
        ({"shipToCode": "MOON"}, "Internal_InvalidTableRelation"),
        ({"currencyCode": "XXX"}, "Internal_InvalidTableRelation"),
        ({"lines": []}, "Application_DialogException"),
        ({"lines": [{**LINE, "itemNumber": "NOPE-1"}]}, "Internal_InvalidTableRelation"),
        ({"lines": [{**LINE, "itemNumber": "BK-R93R-62"}]}, "Application_DialogException"),  # no longer made
        ({"lines": [{**LINE, "unitOfMeasureCode": "CRATE"}]}, "Internal_InvalidTableRelation"),
        ({"lines": [{**LINE, "quantity": 0}]}, "Application_FieldValidationException"),
        ({"lines": [{**LINE, "quantity": "two"}]}, "BadRequest"),
        ({"lines": [{**LINE, "lineNo": 1}, {**LINE, "lineNo": 1}]}, "Internal_EntityWithSameKeyExists"),
        ({"orderKey": "K" * 36}, "Application_StringExceededLength"),
        ({"orderKey": ""}, "BadRequest_RequiredParamNotProvided"),
        ({"requestedDeliveryDate": "tomorrow"}, "BadRequest"),
        ({"colour": "red"}, "BadRequest"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_leaves_no_trace(erp: Client, changes: dict[str, Any], code: str) -> None:
    before = len(erp.control("GET", "orders")["value"])
    answer = erp.order(**changes)
    assert answer.status_code in (400, 409)
    assert code_of(answer) == code
    assert len(erp.control("GET", "orders")["value"]) == before


def unit_price(erp: Client, customer: str, item: str, quantity: int, unit: str = "PCS") -> Any:
    """What the ERP finds when we name no price: unit price and discount."""
    line = {"itemNumber": item, "quantity": quantity, "unitOfMeasureCode": unit}
    order = erp.order(customerNumber=customer, lines=[line]).json(parse_float=Decimal)
    return order["lines"][0]["unitPrice"], order["lines"][0]["discountPercent"]


def test_the_erp_prices_a_line_that_names_no_price(erp: Client) -> None:
    assert unit_price(erp, "AW00000001", "BK-M18B-40", 1) == (Decimal("323.994"), 0)  # dealer price
    assert unit_price(erp, "AW00000001", "FR-R92B-58", 1) == (Decimal("1431.5"), 0)  # no dealer price: list price
    assert unit_price(erp, "AW00000001", "SJ-0194-L", 11) == (Decimal("32.394"), 2)  # 11 pieces and more
    assert unit_price(erp, "AW00000001", "SJ-0194-L", 1, "BOX") == (Decimal("777.456"), 5)  # a box is 24 pieces


def test_the_lowest_price_and_the_highest_discount_win(erp: Client) -> None:
    own = {"priceListCode": "OWN", "sourceType": "Customer", "sourceNo": "AW00000002", "assetNo": "BC-R205"}
    erp.control("POST", "prices", {**own, "unitPrice": 4.25, "minimumQuantity": 5})
    erp.control("POST", "prices", {**own, "amountType": "Discount", "lineDiscountPercent": 1})
    erp.control(
        "POST", "prices", {**own, "amountType": "Discount", "lineDiscountPercent": 7, "endingDate": "2020-01-01"}
    )
    assert unit_price(erp, "AW00000002", "BC-R205", 4) == (Decimal("5.394"), 1)
    assert unit_price(erp, "AW00000002", "BC-R205", 5) == (Decimal("4.25"), 1)
    assert unit_price(erp, "AW00000003", "BC-R205", 5) == (Decimal("5.394"), 0)


def test_a_contract_customer_pays_the_contract_price(erp: Client) -> None:
    line = erp.get("priceListLines", filter="priceListCode eq 'CONTRACT-AW00000024'", top=1)["value"][0]
    assert unit_price(erp, "AW00000024", line["assetNo"], 1)[0] == line["unitPrice"]


def test_cancelling_needs_the_tag_and_stays_readable(erp: Client) -> None:
    order = erp.order().json()
    page = f"portalOrders({order['id']})"
    assert code_of(erp.send("DELETE", page)) == "BadRequest_InvalidToken"
    assert erp.send("DELETE", page, If_Match='W/"old"').status_code == 409
    assert erp.send("DELETE", page, If_Match=order["@odata.etag"]).status_code == 204
    assert erp.state(order["orderNumber"])["releaseStatus"] == "Deleted"
    assert erp.lines(order["orderNumber"])[0]["cancelledQuantity"] == 2
    assert erp.read(f"salesOrders({order['orderId']})").status_code == 404
    assert code_of(erp.send("DELETE", page, If_Match="*")) == "Application_DialogException"


def test_a_deep_insert_answers_with_its_lines(erp: Client) -> None:
    line = {"lineType": "Item", "lineObjectNumber": "BK-M18B-40", "quantity": 3}
    body = {"customerNumber": "AW00000002", "externalDocumentNumber": "X-1", "salesOrderLines": [line, line]}
    answer = erp.send("POST", "salesOrders?$expand=salesOrderLines", body)
    order = answer.json(parse_float=Decimal)
    assert answer.status_code == 201
    assert [row["sequence"] for row in order["salesOrderLines"]] == [10000, 20000]
    assert erp.send("POST", "salesOrders", body).status_code == 201, "the standard page knows no unique key"
    assert "cannot be found" in erp.send("POST", "salesOrders", {"customerNumber": "X"}).json()["error"]["message"]


def test_an_open_order_and_its_lines_can_be_changed(erp: Client) -> None:
    body = {"customerNumber": "AW00000002", "salesOrderLines": [{"lineObjectNumber": "BK-M18B-40", "quantity": 1}]}
    order = erp.send("POST", "salesOrders?$expand=salesOrderLines", body).json()
    line = order["salesOrderLines"][0]
    changed = erp.send("PATCH", f"salesOrderLines({line['id']})", {"quantity": 4}, If_Match=line["@odata.etag"])
    assert changed.json()["quantity"] == 4
    stale = erp.send("PATCH", f"salesOrders({order['id']})", {"shipToName": "Gate 2"}, If_Match=order["@odata.etag"])
    assert code_of(stale) == "Request_EntityChanged"
    fresh = erp.send("PATCH", f"salesOrders({order['id']})", {"shipToName": "Gate 2"}, If_Match="*").json()
    assert (fresh["shipToName"], Decimal(str(fresh["totalAmountExcludingTax"]))) == ("Gate 2", Decimal("1295.98"))
    added = erp.send(
        "POST", f"salesOrders({order['id']})/salesOrderLines", {"lineObjectNumber": "BC-M005", "quantity": 1}
    )
    assert added.status_code == 201
    assert erp.send("DELETE", f"salesOrderLines({line['id']})", If_Match="*").status_code == 204
    assert [row["cancelledQuantity"] for row in erp.lines(order["number"])] == [4, 0]


def test_a_released_order_is_no_longer_edited(erp: Client) -> None:
    order = erp.order().json()
    erp.control("POST", f"orders/{order['orderNumber']}/step")
    answer = erp.send("PATCH", f"salesOrders({order['orderId']})", {"shipToName": "x"}, If_Match="*")
    assert code_of(answer) == "Application_FieldValidationException"
    assert "Status must be equal to 'Open'" in answer.json()["error"]["message"]
