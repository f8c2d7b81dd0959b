"""The wrong thing, tried on purpose: each time a clear sentence, nothing lost, nothing half saved, nothing doubled."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.world import Client, World, wait_until

GOOD = {"item": "BC-M005", "quantity": "5", "unit": "PCS"}


def order(world: World, *lines: dict[str, Any], who: str = "alice", **more: Any) -> requests.Response:
    return world.api(who).order(str(uuid.uuid4()), list(lines), **more)


def rules_of(answer: requests.Response) -> set[str]:
    return {finding["rule"] for finding in answer.json()["findings"] if finding["outcome"] == "block"}


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ({"item": "NO-SUCH-ITEM", "quantity": "5"}, "item-unknown"),
        ({"item": "BC-M005", "quantity": "0"}, "quantity-not-positive"),
        ({"item": "BC-M005", "quantity": "-3"}, "quantity-not-positive"),
        ({"item": "BC-M005", "quantity": "2.5"}, "whole-pieces"),
        ({"item": "BC-M005", "quantity": "5000000000"}, "quantity-too-large"),
        ({"item": "BC-M005", "quantity": "5", "unit": "KG"}, "unit-unknown"),
        ({"item": "BC-M005", "quantity": "5", "requested_delivery_date": "2020-01-31"}, "line-date-past"),
    ],
)
def test_a_line_nobody_can_deliver_is_kept_as_typed_with_a_finding(
    portal: World, line: dict[str, Any], rule: str
) -> None:
    answer = order(portal, GOOD, line)

    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert rules_of(answer) == {rule}
    assert problem["code"] == "order_blocked"
    finding = next(each for each in problem["findings"] if each["rule"] == rule)
    assert finding["line"] == 2
    assert finding["message"]
    assert finding["fix"]
    draft = portal.api("alice").get(f"/orders/{problem['number']}")
    assert draft["state"]["process"] == "draft"
    assert draft["lines"][1]["typed_item"] == line["item"]


def test_a_past_date_and_an_unknown_ship_to_block_the_order(portal: World) -> None:
    assert rules_of(order(portal, GOOD, requested_delivery_date="2020-01-31")) == {"requested-date-past"}
    assert rules_of(order(portal, GOOD, ship_to="SOMEWHERE-ELSE")) == {"ship-to-unknown"}


def test_the_same_item_twice_is_noted_and_goes_through(portal: World) -> None:
    answer = order(portal, GOOD, GOOD)

    assert answer.status_code == 201, answer.text
    assert "line-repeated" in {finding["rule"] for finding in answer.json()["findings"]}
    assert len(answer.json()["lines"]) == 2


@pytest.mark.parametrize(
    "line",
    [
        {"item": "BC-M005"},
        {"item": "BC-M005", "quantity": "many"},
        {"item": "BC-M005", "quantity": "NaN"},
        {"item": "BC-M005", "quantity": "1e40"},
        {"item": "BC-M005", "quantity": "1e-9"},
        {"item": "BC-M005", "quantity": True},
        {"item": "BC-M005", "quantity": "5", "requested_delivery_date": "tomorrow"},
        {"item": "BC\x00M005", "quantity": "5"},
        {"item": "x" * 101, "quantity": "5"},
        {"quantity": "5"},
        "BC-M005",
    ],
)
def test_what_cannot_be_stored_is_refused_with_its_place_and_leaves_the_key_free(portal: World, line: Any) -> None:
    key = str(uuid.uuid4())
    alice = portal.api("alice")

    refused = alice.order(key, [GOOD, line])
    accepted = alice.order(key, [GOOD])

    assert refused.status_code == 400
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert "lines[1]" in refused.json()["detail"]
    assert accepted.status_code == 201


def test_no_lines_too_many_lines_and_no_json_are_refused(portal: World) -> None:
    alice = portal.api("alice")

    assert order(portal).json()["code"] == "no_lines"
    assert order(portal, *[GOOD] * 2001).status_code == 413
    broken = requests.post(
        f"{portal.url}/api/v1/orders",
        data=b'{"lines": [',
        headers={"Authorization": f"Bearer {alice.token}", "Idempotency-Key": "x"},
        timeout=10,
    )
    assert (broken.status_code, broken.json()["code"]) == (400, "bad_request")


def test_a_thousand_lines_go_through(portal: World) -> None:
    answer = order(portal, *[GOOD] * 1000, who="dora")

    assert answer.status_code == 201, answer.text[:500]
    assert len(answer.json()["lines"]) == 1000


def test_without_a_key_nothing_is_ordered(portal: World) -> None:
    answer = portal.api("alice").post("/orders", {"lines": [GOOD], "submit": True})

    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["detail"]


def test_the_same_key_twice_is_one_order_and_with_another_body_a_refusal(portal: World) -> None:
    alice, key = portal.api("alice"), str(uuid.uuid4())

    first, again = alice.order(key, [GOOD]), alice.order(key, [GOOD])
    other = alice.order(key, [{**GOOD, "quantity": "6"}])

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_a_blocked_first_answer_is_repeated_too(portal: World) -> None:
    alice, key = portal.api("alice"), str(uuid.uuid4())
    bad = [{"item": "NOPE", "quantity": "1"}]

    first, again = alice.order(key, bad), alice.order(key, bad)

    assert (first.status_code, again.status_code) == (422, 422)
    assert first.json()["number"] == again.json()["number"]


def test_the_same_key_in_parallel_is_one_order(portal: World) -> None:
    alice, key = portal.api("alice"), str(uuid.uuid4())
    together = threading.Barrier(8)

    def go(_: int) -> requests.Response:
        together.wait()
        return alice.order(key, [GOOD])

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(go, range(8)))

    numbers = {answer.json()["number"] for answer in answers if answer.status_code in (200, 201)}
    assert len(numbers) == 1
    assert {answer.status_code for answer in answers} <= {200, 201, 409}


def test_keys_of_two_companies_do_not_meet(portal: World) -> None:
    key = str(uuid.uuid4())

    hers, his = portal.api("alice").order(key, [GOOD]), portal.api("charlie").order(key, [GOOD])

    assert (hers.status_code, his.status_code) == (201, 201)
    assert hers.json()["number"] != his.json()["number"]


def test_an_order_of_another_company_is_as_good_as_missing(portal: World) -> None:
    number = order(portal, GOOD).json()["number"]
    charlie = portal.api("charlie")

    answers = [charlie.call("GET", f"/orders/{each}").json() for each in (number, "P-999999999", "P-x")]
    changed = charlie.call("PATCH", f"/orders/{number}", {"comment": "mine now"})

    assert all({**each, "correlation_id": ""} == {**answers[0], "correlation_id": ""} for each in answers)
    assert changed.status_code == 404


def test_an_old_version_changes_nothing(portal: World) -> None:
    alice = portal.api("alice")
    draft = alice.order(str(uuid.uuid4()), [GOOD], submit=False).json()
    path, tag = f"/orders/{draft['number']}", f'"{draft["version"]}"'

    assert alice.call("PATCH", path, {"comment": "first"}).status_code == 428
    assert alice.call("PATCH", path, {"comment": "first"}, **{"If-Match": tag}).status_code == 200
    late = alice.call("PATCH", path, {"comment": "second"}, **{"If-Match": tag})

    assert (late.status_code, late.json()["code"]) == (412, "version_changed")
    assert alice.get(path)["comment"] == "first"


def test_a_sent_order_is_not_sent_twice_and_a_cancelled_one_stays_so(portal: World) -> None:
    alice = portal.api("alice")
    number = alice.order(str(uuid.uuid4()), [GOOD], submit=False).json()["number"]

    assert alice.post(f"/orders/{number}/cancel", {"reason": "not needed"}).status_code == 200
    assert alice.post(f"/orders/{number}/submit").status_code == 409
    assert alice.post(f"/orders/{number}/cancel").status_code == 409


def test_with_the_erp_down_prices_are_last_known_and_the_order_is_kept_until_it_is_back(world: World) -> None:
    world.start("web", "worker", "scheduler") if "web" not in world.processes else None
    alice = world.api("alice")
    world.sandbox.stop()

    asked = alice.post("/prices", {"lines": [GOOD], "live": True}).json()
    answer = order(world, GOOD)

    assert asked["lines"][0]["promise"] == "last_known"
    assert answer.status_code == 201
    assert answer.json()["promise"] == "last_known"
    number = answer.json()["number"]
    world.sandbox.start()
    wait_until(lambda: _process(alice, number) == "confirmed", seconds=60)


def test_a_refused_order_is_a_dead_letter_with_a_reason_and_on_hold(portal: World) -> None:
    portal.sandbox.tell(
        "faults",
        kind="refuse",
        match="portalOrders",
        method="POST",
        times=1,
        message="The customer must not buy this item.",
    )
    alice = portal.api("alice")
    number = order(portal, GOOD).json()["number"]

    wait_until(lambda: alice.get(f"/orders/{number}")["on_hold"] is not None)

    assert alice.get(f"/orders/{number}")["on_hold"]["reason"] == "erp_refused"
    assert portal.sandbox.tell("faults", kind="busy", match="nothing", times=1)
    portal.sandbox.behave()


def _process(client: Client, number: str) -> str:
    process: str = client.get(f"/orders/{number}")["state"]["process"]
    return process
