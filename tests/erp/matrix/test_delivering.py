"""Each way an entry can go wrong, one level up: the order is in the ERP once, or people know why it is not.

Real connector, real HTTP, real PostgreSQL; the waits between tries are cut short, the tries are real.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.erp.port import connect
from app.services.agreeing.proposals import ASKING
from app.services.outbox import from_body
from tests.erp.matrix.conftest import Courier, MisbehavingErp
from tests.erp.matrix.entries import ENTRIES, Entry
from tests.factories.shop import Shop
from tests.world import wait_until


@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_the_order_ends_once_in_the_erp_or_with_people_who_know_why(
    shop: Shop, courier: Courier, erp: MisbehavingErp, entry: Entry
) -> None:
    number = courier.order()
    key = shop.order(number)["key"]
    connect("main", erp.impatient() if entry.short else erp.connector())
    erp.fault(**entry.fault)

    courier.step()
    connect("main", erp.connector())
    if entry.row == "E4":
        wait_until(lambda: erp.documents(key), seconds=20)
    courier.finish()

    order, (message,) = shop.order(number), shop.messages(number)
    assert len(erp.documents(key)) == (0 if entry.ends == "dead" else 1)
    if entry.ends == "dead":
        assert (message["state"], message["reason_code"], order["hold_reason"]) == (
            "dead",
            "erp_refused",
            "erp_refused",
        )
        assert message["reason"] == entry.fault["message"]
    else:
        assert (message["state"], order["process"]) == ("done", "confirmed")
        assert order["erp_number"] == erp.documents(key)[0]["orderNumber"]
        assert order["hold_reason"] == (ASKING if entry.ends == "asked" else None)


@pytest.mark.parametrize(
    ("changes", "state", "held"),
    [
        ({}, "done", None),
        ({"customerNumber": "AW00000002"}, "dead", "erp_refused"),
        ({"lines": 1}, "dead", "erp_refused"),
    ],
    ids=["ours", "of another customer", "with other lines"],
)
def test_a_document_under_our_key_is_adopted_if_it_is_ours(
    shop: Shop, courier: Courier, erp: MisbehavingErp, changes: dict[str, Any], state: str, held: str | None
) -> None:
    """Somebody, or a try we know nothing of, has entered it before us."""
    number = courier.order()
    sent = from_body(dict(shop.messages(number)[0]["body"]))
    there = replace(
        sent,
        customer_number=changes.get("customerNumber", sent.customer_number),
        ship_to_code="MAIN",
        lines=sent.lines[: changes.get("lines", 2)],
    )
    erp.connector().create_order(there)

    courier.finish()
    (message,) = shop.messages(number)
    assert (message["state"], shop.order(number)["hold_reason"]) == (state, held)
    assert (message["reason_code"] == "other_document") == (state == "dead")
    assert len(erp.documents(sent.key)) == 1
