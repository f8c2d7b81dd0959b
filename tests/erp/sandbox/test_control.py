"""The control pages change what the ERP knows, and the ledger tells what really happened."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.erp.sandbox.conftest import LINE

if TYPE_CHECKING:
    from app.erp.sandbox.server import Sandbox
    from tests.erp.sandbox.conftest import Client


def test_the_ledger_holds_each_commit_once_beside_the_requests(erp: Client) -> None:
    erp.order(orderKey="led-1")
    erp.order(orderKey="led-1")
    entries = erp.control("GET", "ledger?key=LED-1")["value"]
    assert [(entry["kind"], entry.get("status")) for entry in entries] == [
        ("order_committed", None), ("request", 201), ("request", 409),
    ]  # fmt: skip
    commit = entries[0]
    assert commit["lines"] == ["10000|BK-M18B-40|PCS|2|300|0"]
    assert Decimal(str(commit["total"])) == Decimal("652.8")
    assert erp.control("GET", f"ledger?after={entries[-1]['sequence']}&key=led-1")["value"] == []


def test_a_blocked_customer_gets_no_order(erp: Client) -> None:
    erp.control("POST", "customers", {"number": "AW00000007", "blocked": "All", "creditLimit": 1000})
    assert "blocked" in erp.order(customerNumber="AW00000007").json()["error"]["message"]
    shown = erp.get("customers", filter="number eq 'AW00000007'")["value"][0]
    assert (shown["blocked"], shown["creditLimit"]) == ("All", 1000)


def test_balance_and_overdue_can_be_set(erp: Client) -> None:
    erp.control(
        "POST", "customers", {"number": "AW00000006", "balance": 900, "overdue": 250.5, "prepaymentRequired": True}
    )
    shown = erp.get("customers", filter="number eq 'AW00000006'", expand="customerFinancialDetail")["value"][0]
    detail = erp.get("customerDetails", filter="customerNumber eq 'AW00000006'")["value"][0]
    assert (shown["balanceDue"], shown["customerFinancialDetail"]["overdueAmount"]) == (900, Decimal("250.5"))
    assert detail["prepaymentRequired"] is True


def test_items_prices_and_stock_follow_the_control_pages(erp: Client) -> None:
    erp.control("POST", "items", {"number": "BB-8107", "blocked": True, "leadTimeDays": 4})
    erp.control("POST", "stock", {"itemNumber": "BB-8107", "locationCode": "MISC", "quantity": 11})
    added = erp.control("POST", "prices", {"priceListCode": "NEW", "assetNo": "BB-8107", "unitPrice": 1.5})
    item = erp.get("items", filter="number eq 'BB-8107'")["value"][0]
    assert item["blocked"] is True
    assert erp.get("itemPlanning", filter="itemNumber eq 'BB-8107'")["value"][0]["leadTimeDays"] == 4
    stock = erp.get("stockByLocation", filter="itemNumber eq 'BB-8107' and locationCode eq 'MISC'")["value"]
    assert [row["quantity"] for row in stock] == [11]
    assert (added["sourceType"], added["lineNo"]) == ("All Customers", 10000)


def test_a_payment_in_parts_is_booked_and_never_too_much(erp: Client) -> None:
    invoice = erp.get("salesInvoices", filter="remainingAmount gt 10", top=1)["value"][0]
    left = erp.control("POST", "payments", {"invoiceNumber": invoice["number"], "amount": 10})["remainingAmount"]
    assert Decimal(str(left)) == invoice["remainingAmount"] - 10
    with pytest.raises(AssertionError, match="may not exceed"):
        erp.control("POST", "payments", {"invoiceNumber": invoice["number"], "amount": 1_000_000})


def test_an_order_of_another_channel_can_be_entered(erp: Client) -> None:
    body: dict[str, Any] = {
        "customerNumber": "AW00000002",
        "channel": "EDI",
        "customerReference": "E-9",
        "lines": [LINE],
    }
    order = erp.control("POST", "orders", body)
    state = erp.state(order["orderNumber"])
    assert (state["channel"], state["orderKey"], state["customerReference"]) == ("EDI", "", "E-9")
    assert erp.get("portalOrders", filter=f"orderNumber eq '{order['orderNumber']}'")["value"] == []


def test_tokens_can_be_revoked(erp: Client) -> None:
    erp.control("POST", "tokens/revoke")
    assert erp.read("items", top=1).status_code == 401
    erp.session.headers["Authorization"] = f"Bearer {erp.sign_in().json()['access_token']}"
    assert erp.read("items", top=1).status_code == 200


def test_an_unknown_call_lists_the_known_ones(erp: Client) -> None:
    with pytest.raises(AssertionError, match="POST faults"):
        erp.control("GET", "nonsense")


def test_reset_brings_the_first_filling_back(erp: Client, sandbox: Sandbox) -> None:
    erp.order(orderKey="gone")
    erp.control("POST", "reset")
    assert erp.control("GET", "orders?key=gone")["value"] == []
    assert erp.control("GET", "ledger?kind=order_committed")["value"] == []
    assert erp.order(orderKey="gone").json()["orderNumber"] == "S-ORD100041"


def test_a_backup_put_back_takes_later_documents_and_numbers_but_not_the_ledger(erp: Client) -> None:
    before = erp.order(orderKey="BEFORE").json()["orderNumber"]
    erp.control("POST", "backup")
    after = erp.order(orderKey="AFTER").json()["orderNumber"]
    erp.control("POST", "stock", {"itemNumber": "BK-M18B-40", "quantity": 1})

    erp.control("POST", "restore")

    assert erp.state(before)["orderKey"] == "BEFORE"
    assert erp.control("GET", "orders?key=AFTER")["value"] == []
    stock = erp.get("stockByLocation", filter="itemNumber eq 'BK-M18B-40' and locationCode eq 'FINISHED'")["value"]
    assert stock[0]["quantity"] > 1
    committed = erp.control("GET", "ledger?kind=order_committed&key=AFTER")["value"]
    assert [entry["orderNumber"] for entry in committed] == [after]
    assert erp.order(orderKey="AGAIN").json()["orderNumber"] == after


def test_without_a_backup_there_is_nothing_to_put_back(erp: Client, sandbox: Sandbox) -> None:
    sandbox.store.path.with_name(sandbox.store.path.name + ".backup").unlink(missing_ok=True)
    answer = requests.post(f"{erp.host}/_sandbox/restore", timeout=10)
    assert answer.status_code == 400
    assert "POST backup" in answer.json()["error"]["message"]


@pytest.mark.parametrize("ahead", [600, -600])
def test_a_clock_put_wrong_marks_changes_wrongly_until_it_is_right_again(erp: Client, ahead: int) -> None:
    erp.control("POST", "clock", {"ahead_seconds": ahead})
    wrong = datetime.fromisoformat(erp.order().json()["lastModifiedDateTime"])
    erp.control("POST", "clock", {"ahead_seconds": 0})
    right = datetime.fromisoformat(erp.order().json()["lastModifiedDateTime"])
    assert abs((wrong - right).total_seconds() - ahead) < 30
