"""Planned misbehaviour: what the caller sees, and what was written all the same."""

from __future__ import annotations

import time
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
     ("bad_gateway", 502, 0), ("html_login", 200, 0), ("truncated_json", 201, 1)],
)  # fmt: skip
def test_a_spoiled_answer_says_nothing_about_what_was_written(
    erp: Client, kind: str, status: int, written: int
) -> None:
    plan(erp, kind)
    answer = erp.order(orderKey=kind)
    assert answer.status_code == status
    assert stored(erp, kind) == written
    if kind in ("html_login", "bad_gateway", "truncated_json"):
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
