"""The judge itself: of a sound run it finds nothing, and each kind of crime it finds when it was committed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.chaos.checker import Evidence, check

KEY, ERP_KEY, NUMBER = "client-key", "PTA", "P-1"
NOON = "2026-11-25T12:00:{:06.3f}Z"


def shown(**changes: Any) -> dict[str, Any]:
    line = {
        "line": 10000, "item": "BIKE", "unit": "PCS", "quantity": "5", "discount": "0",
        "unit_price": {"amount": "10.5", "currency": "USD"},
    }  # fmt: skip
    order = {
        "number": NUMBER, "reference": "CH-1", "on_hold": False, "state": {"process": "confirmed"},
        "erp": {"key": ERP_KEY, "number": "SO-1"}, "lines": [line],
    }  # fmt: skip
    return {**order, **changes}


def document(second: float = 5, **changes: Any) -> dict[str, Any]:
    entry = {
        "kind": "order_committed", "at": NOON.format(second), "orderKey": ERP_KEY, "orderNumber": "SO-1",
        "lines": ["10000|BIKE|PCS|5|10.5|0"],
    }  # fmt: skip
    return {**entry, **changes}


def post(second: float, status: int = 201) -> dict[str, Any]:
    return {
        "kind": "request", "at": NOON.format(second), "orderKey": ERP_KEY, "method": "POST", "status": status,
        "path": "/api/portico/portal/v1.0/companies(1)/portalOrders", "milliseconds": 0,
    }  # fmt: skip


def entry(before: str | None, after: str, version: int = 1, what: str = "order:moved") -> dict[str, Any]:
    return {"what": what, "before": {"process": before}, "after": {"process": after}, "version": version}


SOUND = Evidence(
    acknowledged={KEY: shown()},
    tried=[KEY],
    orders=[shown()],
    histories={NUMBER: [entry(None, "draft"), entry("draft", "received", 2), entry("received", "confirmed", 3)]},
    ledger=[post(1, 500), document(), post(5)],
    mails=[("receipt", NUMBER, "a@example.com"), ("confirmation", NUMBER, "a@example.com")],
    seen=[(1795608006.0, NUMBER, "received", "")],
    patience=1,
)


def test_a_sound_run_is_clean() -> None:
    assert check(SOUND).clean, str(check(SOUND))


CRIMES: dict[str, tuple[str, Callable[[Evidence], Evidence]]] = {
    "the order is gone": ("lost", lambda e: replace(e, orders=[], histories={})),
    "it never came to the ERP and nobody is told": ("limbo", lambda e: replace(e, ledger=[])),
    "the portal never noticed that it did": (
        "limbo",
        lambda e: replace(e, orders=[shown(state={"process": "received"})], histories={}),
    ),
    "two documents": ("doubled", lambda e: replace(e, ledger=[*e.ledger, document(orderNumber="SO-2")])),
    "two portal orders": ("doubled", lambda e: replace(e, orders=[shown(), shown(number="P-2")])),
    "two confirmations to one person": ("doubled", lambda e: replace(e, mails=[*e.mails, e.mails[1]])),
    "a document nobody ordered": ("unexpected", lambda e: replace(e, ledger=[*e.ledger, document(orderKey="PTB")])),
    "an answer nobody asked for": ("unexpected", lambda e: replace(e, tried=[])),
    "another quantity": ("differing", lambda e: replace(e, ledger=[document(lines=["10000|BIKE|PCS|6|10.5|0"])])),
    "a cent more": ("differing", lambda e: replace(e, ledger=[document(lines=["10000|BIKE|PCS|5|10.51|0"])])),
    "the number of another document": ("differing", lambda e: replace(e, ledger=[document(orderNumber="SO-9")])),
    "a state running backwards": (
        "illegal",
        lambda e: replace(e, histories={NUMBER: [*e.histories[NUMBER], entry("confirmed", "received", 4)]}),
    ),
    "a change without its record": (
        "unrecorded",
        lambda e: replace(e, histories={NUMBER: [entry(None, "draft"), entry("received", "confirmed", 3)]}),
    ),
    "a state without its record": ("unrecorded", lambda e: replace(e, histories={NUMBER: e.histories[NUMBER][:2]})),
    "versions running backwards": (
        "unrecorded",
        lambda e: replace(e, histories={NUMBER: [*e.histories[NUMBER], entry("confirmed", "confirmed", 1)]}),
    ),
    "seen by another company": ("leaked", lambda e: replace(e, foreign=[NUMBER])),
    "four tries in a minute": ("stormed", lambda e: replace(e, ledger=[*(post(n, 500) for n in range(3)), *e.ledger])),
    "earlier than the ERP asked": ("impatient", lambda e: replace(e, ledger=[post(1, 429), post(1.5), document()])),
    "confirmed before the ERP had it": ("untrue", lambda e: replace(e, seen=[(1795608001.0, NUMBER, "confirmed", "")])),
    "sent again after a refusal": ("insisted", lambda e: replace(e, ledger=[post(1, 400), document(), post(5)])),
}


@pytest.mark.parametrize("crime", CRIMES)
def test_each_crime_is_found(crime: str) -> None:
    kind, commit = CRIMES[crime]

    verdict = check(commit(SOUND))

    assert getattr(verdict, kind), str(verdict)


def test_an_order_that_waits_for_a_person_is_not_lost() -> None:
    waiting = shown(on_hold=True, state={"process": "received"})

    assert check(replace(SOUND, orders=[waiting], ledger=[post(1, 400)], histories={}, seen=[])).clean
