"""Keeping subscriptions alive, against an ERP in memory that forgets, refuses and falls silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from app import clock
from app.embedded.databases import Addresses
from app.erp.errors import ErpRefused, ErpUnavailable
from app.erp.port import Capabilities, SubscriptionRecord
from app.extensions import session
from app.services import subscribing
from app.services.subscribing import Kept, ensure
from tests.factories.planting import Planter

HERE = "https://orders.example.com/api/v1/erp/main/events"
_CAN = Capabilities(
    unique_order_key=True, change_order=False, cancel_order=True, contracts=False, line_discounts=True,
    subscriptions=frozenset({"prices", "orders"}),
)  # fmt: skip


@dataclass
class SubscribingErp:
    """`kept` is what it has; `secrets` what it will send with its notices."""

    kept: dict[str, SubscriptionRecord] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    refuses: set[str] = field(default_factory=set)
    silent: bool = False
    can: Capabilities = _CAN
    during: Callable[[], object] = lambda: None
    _keys: Iterator[int] = field(default_factory=lambda: count(1))

    def capabilities(self) -> Capabilities:
        return self.can

    def subscriptions(self) -> list[SubscriptionRecord]:
        self._called()
        return list(self.kept.values())

    def subscribe(self, entity: str, *, callback: str, secret: str) -> SubscriptionRecord:
        self._called()
        if entity in self.refuses:
            raise ErpRefused("The notification URL did not answer the validation request.")
        key = f"s{next(self._keys)}"
        self.secrets[key] = secret
        self.kept[key] = SubscriptionRecord(key, entity, entity, callback, clock.now() + timedelta(days=3))
        self.during()
        return self.kept[key]

    def renew_subscription(self, key: str, entity: str, *, callback: str, secret: str) -> SubscriptionRecord | None:
        self._called()
        if key not in self.kept:
            return None
        self.secrets[key] = secret
        self.kept[key] = replace(self.kept[key], expires_at=clock.now() + timedelta(days=3))
        return self.kept[key]

    def cancel_subscription(self, key: str, entity: str) -> None:
        self._called()
        self.kept.pop(key, None)

    def _called(self) -> None:
        assert not (session.registry.has() and session().in_transaction()), "the ERP is waited for in a transaction"
        if self.silent:
            raise ErpUnavailable("The ERP cannot be reached.")

    def age(self, days: float) -> None:
        self.kept = {
            key: replace(each, expires_at=each.expires_at - timedelta(days=days)) for key, each in self.kept.items()
        }


@pytest.fixture
def erp() -> SubscribingErp:
    return SubscribingErp()


@pytest.fixture(scope="module")
def planter(database: Addresses) -> Iterator[Planter]:
    planter = Planter(database.owner)
    yield planter
    planter.close()


@pytest.fixture
def rows(planter: Planter) -> Iterator[Callable[[], dict[str, Any]]]:
    """Our rows by entity; none at the start."""
    planter.connection.execute("truncate erp_subscription")
    subscribing.start_subscribing("https://orders.example.com/")
    yield lambda: {row["entity"]: row for row in planter.all("select * from erp_subscription")}
    subscribing.start_subscribing("")


Rows = Callable[[], dict[str, Any]]


def test_each_kind_of_data_gets_a_subscription_with_a_secret_of_its_own(erp: SubscribingErp, rows: Rows) -> None:
    assert ensure(erp, "main") == [Kept("orders"), Kept("prices")]
    kept = rows()
    assert {each.callback for each in erp.kept.values()} == {HERE}
    assert {row["subscription_id"]: row["client_state"] for row in kept.values()} == erp.secrets
    assert len(set(erp.secrets.values())) == 2
    assert min(map(len, erp.secrets.values())) >= 43  # 32 random bytes


def test_the_secret_is_stored_before_the_erp_hears_it(erp: SubscribingErp, rows: Rows) -> None:
    seen: list[bool] = []
    erp.during = lambda: seen.append(set(erp.secrets.values()) <= {row["client_state"] for row in rows().values()})
    ensure(erp, "main")
    assert seen == [True, True]


def test_nothing_is_done_while_all_is_well(erp: SubscribingErp, rows: Rows) -> None:
    ensure(erp, "main")
    before = (dict(erp.kept), rows())
    ensure(erp, "main")
    assert (erp.kept, rows()) == before


def test_it_is_renewed_in_its_last_day_with_the_same_secret(erp: SubscribingErp, rows: Rows) -> None:
    ensure(erp, "main")
    secrets = dict(erp.secrets)
    erp.age(days=2.1)
    ensure(erp, "main")
    assert erp.secrets == secrets
    assert all(row["expires_at"] > clock.now() + timedelta(days=2.9) for row in rows().values())


def test_one_the_erp_has_dropped_is_made_anew_with_a_new_secret(erp: SubscribingErp, rows: Rows) -> None:
    ensure(erp, "main")
    old = set(erp.secrets.values())
    erp.kept.clear()
    erp.secrets.clear()
    assert ensure(erp, "main") == [Kept("orders"), Kept("prices")]
    assert {row["subscription_id"] for row in rows().values()} == set(erp.kept)
    assert not old & set(erp.secrets.values())


def test_one_that_ends_between_look_and_renewal_is_made_anew(erp: SubscribingErp, rows: Rows) -> None:
    ensure(erp, "main")
    erp.age(days=2.5)
    listed = erp.subscriptions()
    erp.subscriptions = lambda: listed  # type: ignore[method-assign]
    erp.kept.clear()
    ensure(erp, "main")
    assert {row["subscription_id"] for row in rows().values()} == set(erp.kept)


def test_what_a_lost_answer_left_behind_is_ended_and_those_of_others_are_not(erp: SubscribingErp, rows: Rows) -> None:
    later = clock.now() + timedelta(days=2)
    erp.kept["stray"] = SubscriptionRecord("stray", "prices", "prices", HERE, later)
    erp.kept["others"] = SubscriptionRecord("others", "prices", "prices", "https://elsewhere.example", later)
    ensure(erp, "main")
    assert set(erp.kept) == {"others", *(row["subscription_id"] for row in rows().values())}


def test_a_new_address_of_the_portal_is_told_to_the_erp(erp: SubscribingErp, rows: Rows) -> None:
    ensure(erp, "main")
    subscribing.start_subscribing("https://new.example.com")
    ensure(erp, "main")
    assert {each.callback for each in erp.kept.values()} == {"https://new.example.com/api/v1/erp/main/events"}


def test_a_refusal_is_kept_in_words_and_the_others_go_on(erp: SubscribingErp, rows: Rows) -> None:
    erp.refuses = {"orders"}
    refused, made = ensure(erp, "main")
    assert (refused.problem, made) == (
        "The notification URL did not answer the validation request.",
        Kept("prices"),
    )
    assert rows()["orders"]["problem"] == refused.problem
    erp.refuses.clear()
    ensure(erp, "main")
    assert {row["problem"] for row in rows().values()} == {""}


def test_a_silent_erp_is_asked_again(erp: SubscribingErp, rows: Rows) -> None:
    erp.silent = True
    assert {kept.problem for kept in ensure(erp, "main")} == {"The ERP cannot be reached."}
    erp.silent = False
    assert {kept.problem for kept in ensure(erp, "main")} == {""}


def test_without_an_address_or_the_ability_nothing_is_asked_for(erp: SubscribingErp, rows: Rows) -> None:
    erp.silent = True
    erp.can = replace(_CAN, subscriptions=frozenset())
    assert ensure(erp, "main") == []
    erp.can = _CAN
    subscribing.start_subscribing("")
    assert ensure(erp, "main") == []
    assert rows() == {}
