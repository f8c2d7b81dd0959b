"""Planned misbehaviour: what the caller sees, and what was written all the same."""

from __future__ import annotations

import socket
import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.erp.sandbox.conftest import LINE, code_of

if TYPE_CHECKING:
    from tests.erp.sandbox.conftest import Client


def plan(erp: Client, kind: str, **more: Any) -> None:
    erp.control("POST", "faults", {"kind": kind, "match": "portalOrders", "method": "POST", **more})


def stored(erp: Client, key: str) -> int:
    return len(erp.control("GET", f"orders?key={key}")["value"])


@pytest.mark.parametrize(
    ("kind", "status", "written"),
    [("refuse", 400, 0), ("error_before_commit", 500, 0), ("error_after_commit", 500, 1), ("busy", 429, 0),
     ("bad_gateway", 502, 0), ("html_login", 200, 0), ("truncated_json", 201, 1), ("empty_body", 201, 1),
     ("wrong_type", 201, 1), ("gzip_bomb", 201, 1), ("huge_answer", 201, 1), ("token_dies", 401, 0)],
)  # fmt: skip
def test_a_spoiled_answer_says_nothing_about_what_was_written(
    erp: Client, kind: str, status: int, written: int
) -> None:
    plan(erp, kind, megabytes=2)
    answer = erp.order(orderKey=kind)
    assert answer.status_code == status
    assert stored(erp, kind) == written
    if kind == "token_dies":
        erp.session.headers["Authorization"] = f"Bearer {erp.sign_in().json()['access_token']}"
    elif status < 300 or kind == "bad_gateway":
        with pytest.raises(requests.exceptions.JSONDecodeError):
            answer.json()


@pytest.mark.parametrize(
    ("kind", "written"), [("timeout_before_commit", 0), ("timeout_after_commit", 1), ("refuse_connection", 0)]
)
def test_a_dropped_call_leaves_the_caller_in_the_dark(erp: Client, kind: str, written: int) -> None:
    plan(erp, kind, seconds=0.05)
    with pytest.raises(requests.exceptions.ConnectionError):
        erp.order(orderKey=kind)
    assert stored(erp, kind) == written
    entries = erp.control("GET", f"ledger?kind=request&key={kind}")["value"]
    assert [entry["status"] for entry in entries] == ["dropped"]


def test_a_late_commit_happens_after_the_caller_has_gone(erp: Client) -> None:
    plan(erp, "late_commit", seconds=0.2)
    with pytest.raises(requests.exceptions.ConnectionError):
        erp.order(orderKey="late")
    assert stored(erp, "late") == 0
    for _ in range(100):
        if stored(erp, "late"):
            break
        time.sleep(0.05)
    assert stored(erp, "late") == 1


def test_busy_names_the_time_to_wait(erp: Client) -> None:
    plan(erp, "busy", retry_after=7, status=503)
    answer = erp.order()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")


def test_a_wrong_price_is_what_the_answer_and_the_order_say(erp: Client) -> None:
    plan(erp, "wrong_price", factor=1.5)
    order = erp.order(lines=[{**LINE, "unitPrice": 100}]).json()
    assert order["lines"][0]["unitPrice"] == 150
    assert erp.lines(order["orderNumber"])[0]["unitPrice"] == 150


@pytest.mark.parametrize("wait", [7, "-60", "Wed, 21 Oct 2035 07:28:00 GMT", "after lunch"])
def test_the_time_to_wait_is_whatever_was_planned_after_a_commit_too(erp: Client, wait: Any) -> None:
    plan(erp, "error_after_commit", status=503, retry_after=wait)
    answer = erp.order(orderKey=f"wait {wait}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, str(wait))
    assert stored(erp, f"wait {wait}") == 1


def test_a_redirect_names_its_place_and_does_nothing(erp: Client) -> None:
    plan(erp, "redirect", location="http://169.254.169.254/latest")
    answer = erp.session.post(erp.address("portalOrders"), json={}, allow_redirects=False, timeout=10)
    assert (answer.status_code, answer.headers["Location"]) == (302, "http://169.254.169.254/latest")


def test_an_endless_answer_goes_on_until_the_reader_leaves(erp: Client) -> None:
    plan(erp, "endless_drip", seconds=0.01)
    with erp.session.post(erp.address("portalOrders"), json={}, stream=True, timeout=10) as answer:
        pieces = answer.iter_content(1)
        assert {next(pieces) for _ in range(20)} == {b" "}


@pytest.mark.parametrize(
    ("kind", "fields", "lines"),
    [
        ("rounded_price", {}, [("BK-M18B-40", 4, "300.13"), ("HL-U509", 1, "20")]),
        ("other_item", {"item": "BK-M18B-44"}, [("BK-M18B-44", 4, "300.1251"), ("HL-U509", 1, "20")]),
        ("other_quantity", {"factor": 0.5}, [("BK-M18B-40", 2, "300.1251"), ("HL-U509", 1, "20")]),
        ("split_line", {}, [("BK-M18B-40", 2, "300.1251"), ("HL-U509", 1, "20"), ("BK-M18B-40", 2, "300.1251")]),
        ("lines_missing", {}, [("BK-M18B-40", 4, "300.1251")]),
    ],
)
def test_an_order_entered_otherwise_is_answered_and_kept_so(
    erp: Client, kind: str, fields: dict[str, Any], lines: list[tuple[str, int, str]]
) -> None:
    plan(erp, kind, **fields)
    typed = [
        {**LINE, "quantity": 4, "unitPrice": 300.1251},
        {**LINE, "itemNumber": "HL-U509", "quantity": 1, "unitPrice": 20},
    ]
    order = erp.order(lines=typed).json()
    for rows in (order["lines"], erp.lines(order["orderNumber"])):
        assert [(row["itemNumber"], row["quantity"], f"{row['unitPrice']:.6g}") for row in rows] == [
            (item, quantity, f"{float(price):.6g}") for item, quantity, price in lines
        ]
    net = sum(Decimal(str(row["amountExcludingTax"])) for row in erp.lines(order["orderNumber"]))
    assert Decimal(str(order["totalAmountExcludingTax"])) == net


def test_a_date_confirmed_otherwise_is_later_than_the_wish(erp: Client) -> None:
    plan(erp, "other_date", days=10)
    order = erp.order(lines=[{**LINE, "requestedDeliveryDate": "2035-03-01"}]).json()
    assert order["lines"][0]["confirmedDate"] == "2035-03-11"


def test_one_order_may_become_two_documents(erp: Client) -> None:
    plan(erp, "two_documents")
    assert erp.order(orderKey="TWINS").status_code == 201
    assert stored(erp, "TWINS") == 2
    assert erp.order(orderKey="TWINS").status_code == 409


@pytest.mark.parametrize(
    ("fault", "numbers"),
    [
        ({"kind": "repeat_rows"}, [0, 1, 2, 0, 1, 2]),
        ({"kind": "reverse_rows"}, [2, 1, 0]),
        ({"kind": "omit_row", "row": 1}, [0, 2]),
        ({"kind": "omit_row", "row": None}, []),
    ],
)
def test_a_page_is_tampered_with_and_the_next_one_is_not(
    erp: Client, fault: dict[str, Any], numbers: list[int]
) -> None:
    whole = [row["number"] for row in erp.get("items", top=3)["value"]]
    erp.control("POST", "faults", {"match": "items$", **fault})
    assert [row["number"] for row in erp.get("items", top=3)["value"]] == [whole[at] for at in numbers]
    assert [row["number"] for row in erp.get("items", top=3)["value"]] == whole


def test_one_field_of_one_row_is_odd_or_gone(erp: Client) -> None:
    for fault in ({"value": "12.5", "row": 1}, {"row": 0}, {"value": None, "row": None}):
        erp.control("POST", "faults", {"kind": "odd_field", "match": "items$", "field": "unitPrice", **fault})
    odd, gone, all_null = (erp.get("items", top=2)["value"] for _ in range(3))
    assert (odd[1]["unitPrice"], "unitPrice" in gone[0], "unitPrice" in gone[1]) == ("12.5", False, True)
    assert [row["unitPrice"] for row in all_null] == [None, None]


def test_the_next_page_leads_where_it_was_planned(erp: Client) -> None:
    erp.control("POST", "faults", {"kind": "next_page", "match": "items$", "location": "https://elsewhere.example/"})
    erp.control("POST", "faults", {"kind": "next_page", "match": "items$"})
    away, here = (erp.get("items", top=1)["@odata.nextLink"] for _ in range(2))
    assert away == "https://elsewhere.example/"
    assert here.startswith(erp.address("items"))


def test_a_slow_answer_arrives_whole(erp: Client) -> None:
    plan(erp, "slow_drip", seconds=0.3)
    assert erp.order().json()["orderNumber"]


def test_faults_count_choose_and_end(erp: Client) -> None:
    plan(erp, "refuse", times=2, message="Not today.")
    answers = [erp.order() for _ in range(3)]
    assert [answer.status_code for answer in answers] == [400, 400, 201]
    assert "Not today." in answers[0].json()["error"]["message"]
    plan(erp, "refuse", times=None, probability=0.5, seed=4)
    mixed = {erp.order().status_code for _ in range(30)}
    assert mixed == {201, 400}
    erp.control("DELETE", "faults")
    assert erp.control("GET", "faults")["value"] == []
    assert erp.order().status_code == 201


def test_a_fault_spoils_only_what_it_matches(erp: Client) -> None:
    plan(erp, "refuse")
    assert erp.get("items", top=1)["value"]
    assert code_of(erp.order()) == "Application_DialogException"


def test_a_fault_nobody_knows_is_refused_with_the_list(erp: Client) -> None:
    answer = requests.post(f"{erp.host}/_sandbox/faults", json={"kind": "explode"}, timeout=10)
    assert answer.status_code == 400
    assert "timeout_after_commit" in answer.json()["error"]["message"]


def test_a_request_that_breaks_off_was_never_asked(erp: Client) -> None:
    port = int(erp.host.rpartition(":")[2])
    head = "POST /portico-demo/oauth2/v2.0/token?cut HTTP/1.1\r\nHost: erp\r\nContent-Length: 100\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head.encode() + b'{"half": ')
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100) == b""

    asked = erp.control("GET", "ledger?kind=request&limit=10000")["value"]
    assert not [entry for entry in asked if entry["path"].endswith("?cut")]
