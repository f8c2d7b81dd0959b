"""Notices of subscriptions: once, in any order, from nobody else."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from app.errors import BadRequest
from app.extensions import doorbell, transaction
from app.security.scopes import Scope, entered
from app.services import inbox
from tests.factories.planting import Planter
from tests.services.inbox.conftest import Notices, message, notice, take


def test_an_event_is_stored_once_and_calls_the_job_that_reads_it(stored: Any, rung: list[str]) -> None:
    for _ in range(3):
        inbox.wake_readers(take(notice("prices")))
    assert [(entity, change) for entity, change, _ in stored()] == [("prices", "updated")]
    assert set(rung) == {"sync.prices"}


def test_one_message_may_speak_of_several_subscriptions(stored: Any, rung: list[str]) -> None:
    news = take(notice("prices"), notice("prices", 2), notice("orders"), notice("stock"))
    inbox.wake_readers(news)
    assert len(stored()) == 4
    assert rung == ["sync.documents", "sync.prices", "sync.stock"]


def test_any_order_and_any_number_of_copies_end_alike(stored: Any, rung: list[str], planter: Planter) -> None:
    events = [notice("prices"), notice("prices", 2), notice("stock", 3), notice("items", 4, changeType="deleted")]
    chance = random.Random(4711)
    ends = set()
    for order in itertools.islice(itertools.cycle(itertools.permutations(events)), 240):
        planter.connection.execute("delete from erp_event")
        rung.clear()
        for event in order:
            inbox.wake_readers(take(*[event] * chance.randint(1, 3)))
            if chance.random() < 0.3:
                inbox.wake_readers(take(event))
        ends.add((tuple(stored()), frozenset(rung)))
    ((kept, called),) = ends
    assert len(kept) == 4
    assert called == {"sync.prices", "sync.stock", "sync.items"}


@pytest.mark.parametrize(
    "changes",
    [
        {"clientState": "guessed"},
        {"clientState": ""},
        {"clientState": None},
        {"clientState": "secret-of-stock"},  # of another subscription
        {"clientState": "s\u00e9cret-of-prices\ud800"},
        {"subscriptionId": "another"},
        {"subscriptionId": ""},
    ],
)
def test_a_forged_notice_changes_nothing(stored: Any, rung: list[str], changes: dict[str, Any]) -> None:
    with pytest.raises(inbox.NotTheErp):
        take(notice("prices", **changes))
    assert (stored(), rung) == ([], [])


def test_a_forged_notice_beside_a_genuine_one_does_not_cost_us_the_subscription(stored: Any) -> None:
    assert take(notice("stock", clientState="guessed"), notice("prices")) == {"prices"}
    assert [entity for entity, *_ in stored()] == ["prices"]


def test_a_genuine_notice_is_taken_however_odd_it_is(stored: Any) -> None:
    odd: dict[str, Any] = {"resource": "x'); drop table item; --\0", "changeType": "\0teleported", "more": [1, {}]}
    assert take(notice("prices", **odd), notice("prices", lastModifiedDateTime=None)) == {"prices"}
    assert sorted(change for _, change, _ in stored()) == ["other", "updated"]


def test_a_collection_notice_is_a_hint_like_any_other(stored: Any) -> None:
    filtered = "/api/v2.0/companies(1)/items?$filter=lastDateTimeModified%20gt%202018-10-15T11:00:00Z"
    assert take(notice("items", resource=filtered, changeType="collection")) == {"items"}
    assert stored()[0][:2] == ("items", "collection")


def test_a_notice_that_overtakes_the_answer_to_our_subscribing_is_taken(planter: Planter, stored: Any) -> None:
    change = planter.connection.execute
    change("update erp_subscription set subscription_id = '' where entity = 'prices'")
    try:
        assert take(notice("prices")) == {"prices"}
    finally:
        change("update erp_subscription set subscription_id = 'subscription-of-prices' where entity = 'prices'")


def test_a_large_message_is_read_only_from_somebody_who_knows_a_secret(stored: Any) -> None:
    thousand = [notice("prices", number, resource="x" * 200 + str(number)) for number in range(1000)]
    assert take(*thousand) == {"prices"}
    assert len(stored()) == 1000
    with pytest.raises(inbox.TooLarge):
        take(*[{**each, "clientState": "guessed"} for each in thousand])


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b"value=1"])
def test_what_is_no_json_is_said_to_be_none(stored: Any, body: bytes) -> None:
    with pytest.raises(BadRequest), entered(Scope.staff()), transaction():
        inbox.take_notices("main", Notices(), body)  # type: ignore[arg-type]


@pytest.mark.parametrize("body", [message(), b"{}", b"[]", b"7", b'{"value": "x"}'])
def test_nothing_at_all_is_not_from_the_erp(stored: Any, body: bytes) -> None:
    with pytest.raises(inbox.NotTheErp), entered(Scope.staff()), transaction():
        inbox.take_notices("main", Notices(), body)  # type: ignore[arg-type]


def test_a_silent_bell_loses_nothing_as_the_wish_to_read_is_stored(
    monkeypatch: pytest.MonkeyPatch, stored: Any, planter: Planter
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(doorbell, "ring", lambda job: asked.append(job))
    inbox.wake_readers(take(notice("prices"), notice("stock")))
    assert asked == ["sync.prices", "sync.stock"]
    assert [row["job"] for row in planter.all("select job from reading_wish order by job")] == asked


def test_copies_and_later_events_are_one_wish_that_is_always_renewed(stored: Any, planter: Planter) -> None:
    moments = []
    for event in (notice("prices"), notice("prices"), notice("prices", 2)):
        take(event, event)
        moments.append(planter.one("select wished_at from reading_wish where job = 'sync.prices'")["wished_at"])
    assert moments == sorted(set(moments))
