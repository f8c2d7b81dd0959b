"""Each kind of alert provoked once: the fault is there, people are told in their language; it is over, and that is seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app import heartbeat
from app.services.alerts import KINDS
from tests.factories.counted import counted
from tests.services.alerts.conftest import House, ago

Fault = Callable[[House], None]


def message(house: House, **values: Any) -> None:
    """Of an order that was sent to us long ago."""
    house.row("outbox_message", **{"kind": "create_order", "connection": "main", "body": {}, **values})


def dead_letter(house: House) -> None:
    message(house, state="dead", created_at=ago(hours=1), finished_at=ago(minutes=16))


def unposted(house: House) -> None:
    message(house, created_at=ago(minutes=31))


def breaker(house: House) -> None:
    house.row(
        "erp_line", connection="main", breaker="half_open", changed_at=ago(seconds=1), answered_at=ago(minutes=6),
        reason="The ERP cannot be reached.",
    )  # fmt: skip


def erp_unanswered(house: House) -> None:
    counted(*[50] * 7, at=ago(minutes=8), operation="read_items")
    counted(*[50] * 3, at=ago(minutes=8), operation="read_items", outcome="unknown")


def retry_after(house: House) -> None:
    house.row("erp_line", connection="main", not_before=ago(minutes=-59))


def queue_lag(house: House) -> None:
    house.row("schedule_tick", job=heartbeat.ALIVE, ran_at=ago(seconds=3))
    house.row("schedule_tick", job=heartbeat.RING, ran_at=ago(seconds=3))
    house.row("schedule_tick", job=heartbeat.ANSWERED, ran_at=ago(seconds=140))


def worker_silent(house: House) -> None:
    house.row("schedule_tick", job=heartbeat.ALIVE, ran_at=ago(seconds=95))


def scheduler_silent(house: House) -> None:
    house.row("schedule_tick", job=heartbeat.RING, ran_at=ago(seconds=95))
    house.row("schedule_tick", job=heartbeat.ANSWERED, ran_at=ago(seconds=94))


def reference_age(house: House) -> None:
    house.row("sync_state", source="main", entity="prices", fresh_at=ago(minutes=31))
    house.row("sync_state", source="main", entity="stock", fresh_at=ago(minutes=1))


def set_aside(house: House) -> None:
    house.row("sync_state", source="main", entity="items", fresh_at=ago(minutes=1), quarantined=2)


def mail_dead(house: House) -> None:
    house.row("mail", kind="receipt", state="dead", language="en", created_at=ago(hours=7))


def drift(house: House) -> None:
    house.row("drift", source="main", kind="lines_differ", object_type="order", object="P-1", found_at=ago(minutes=16))


def double(house: House) -> None:
    house.row("drift", source="main", kind="twice", object_type="order", object="P-1", found_at=ago(seconds=1))


# the fault, words a reader finds in the mail, and how it ends
PROVOKED: tuple[tuple[Fault, str, str], ...] = (
    (dead_letter, "1 message to the ERP needs a person", "update outbox_message set state = 'done'"),
    (unposted, "Do not enter them by hand: they would be double", "update outbox_message set state = 'done'"),
    (breaker, "The ERP main is silent", "update erp_line set breaker = 'closed', changed_at = now()"),
    (
        erp_unanswered,
        "In the last ten minutes it was 3 of 10 calls",
        "delete from erp_call_minute where outcome = 'unknown'",
    ),
    (retry_after, "The ERP main asks us to wait very long", "update erp_line set not_before = null"),
    (queue_lag, "Work waits 2 min before it is taken up", "update schedule_tick set ran_at = now()"),
    (worker_silent, "python run.py worker", "update schedule_tick set ran_at = now()"),
    (scheduler_silent, "python run.py scheduler", "update schedule_tick set ran_at = now()"),
    (reference_age, ": prices. Buyers see", "update sync_state set fresh_at = now()"),
    (set_aside, "2 records of the ERP cannot be understood", "update sync_state set quarantined = 0"),
    (mail_dead, "1 mail did not reach its reader", "delete from mail where state = 'dead'"),
    (drift, "Lines differ", "update drift set state = 'decided'"),
    (double, "The ERP seems to hold 1 order twice", "update drift set state = 'gone'"),
)


def test_every_kind_is_provoked_here() -> None:
    assert [fault.__name__ for fault, _, _ in PROVOKED] == [kind.code for kind in KINDS]


@pytest.mark.parametrize(("fault", "words", "mended"), PROVOKED, ids=[fault.__name__ for fault, _, _ in PROVOKED])
def test_it_is_raised_once_told_in_two_languages_and_cleared(
    house: House, fault: Fault, words: str, mended: str
) -> None:
    house.watch()
    assert house.open() == []

    fault(house)
    house.watch()
    house.watch()

    assert house.open() == [fault.__name__]
    english, german = house.mails()
    assert (english["to_address"], german["to_address"]) == ("ada@example.com", "adam@example.com")
    assert words in english["subject"] + english["body_text"]
    assert "You are not told of it again while it lasts." in english["body_text"]
    assert "solange es anhält" in german["body_text"]
    assert "https://orders.example.com/admin/" in german["body_text"]

    house.change(mended)
    house.watch()

    assert house.open() == []
    assert len(house.mails()) == 2


@pytest.mark.parametrize(
    "well",
    [
        lambda house: message(house, state="dead", finished_at=ago(minutes=14)),
        lambda house: message(house, created_at=ago(minutes=29)),
        lambda house: house.row("erp_line", connection="main", breaker="open", answered_at=ago(minutes=4)),
        lambda house: house.row("erp_line", connection="main", breaker="closed", answered_at=ago(days=4)),
        lambda house: house.row("erp_line", connection="main", not_before=ago(minutes=-29)),
        lambda house: counted(*[50] * 9, at=ago(minutes=1), outcome="unknown"),
        lambda house: house.row("schedule_tick", job=heartbeat.ALIVE, ran_at=ago(seconds=50)),
        lambda house: house.row("mail", kind="receipt", state="dead", language="en", created_at=ago(hours=25)),
        lambda house: house.row("drift", source="main", kind="waits_here", found_at=ago(hours=1)),
        lambda house: house.row("sync_state", source="main", entity="items", fresh_at=None),
    ],
)
def test_what_is_within_its_limit_alarms_nobody(house: House, well: Fault) -> None:
    well(house)
    house.watch()
    assert house.open() == []
