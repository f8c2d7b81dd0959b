"""What lasts longer than one call: an ERP that is away, asks to wait, has an order twice, or forgets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from app import clock
from app.embedded.databases import Addresses
from app.erp.port import connect
from app.extensions import session, start_database, stop_database, transaction
from app.security.scopes import Scope, entered
from app.services import reconciliation
from app.services.fulfilment import follow
from app.services.reference_sync import sync
from tests.erp.matrix.conftest import Courier, MisbehavingErp
from tests.factories.shop import Shop


@pytest.fixture(scope="module", autouse=True)
def worker(opened: Shop, database: Addresses) -> Iterator[None]:
    """This process as the worker: it may write the mirror."""
    start_database(database.worker)
    yield
    session.remove()
    stop_database()


@pytest.fixture(autouse=True)
def _empty_list(shop: Shop) -> None:
    shop.planter.connection.execute("truncate drift, reconciliation_run, sync_state")


def read_orders(erp: MisbehavingErp) -> None:
    """What the minute clock does about documents."""
    (result,) = sync(erp.connector(), "main", full=False, say=lambda line: None, entities=("orders",))
    with entered(Scope.staff()):
        follow(result.order_keys)


def drifts(shop: Shop) -> list[tuple[str, str]]:
    """What is on the list about our own orders (most customers of the sandbox are unknown to this shop)."""
    query = (
        "select kind, object from drift where state = 'open' and object_type = 'order' and kind <> 'unknown_customer'"
    )
    rows = shop.planter.all(f"{query} order by id")
    return [(row["kind"], row["object"]) for row in rows]


@pytest.mark.parametrize(
    "settings",
    [{"url": "http://127.0.0.1:9"}, {"url": "http://erp.invalid", "token_url": "http://erp.invalid/token"}],
    ids=["refused", "no such name"],
)
def test_while_the_erp_is_away_orders_are_taken_and_it_is_left_alone_then_each_goes_in_once(
    shop: Shop, courier: Courier, erp: MisbehavingErp, settings: dict[str, str]
) -> None:
    connect("main", erp.connector(**settings, connect_timeout=1))
    numbers = [courier.order() for _ in range(8)]
    tries = [courier.step() for _ in range(8)]

    assert tries.count("later") < 8  # the breaker is open: no call goes out any more
    assert {shop.state(number)[0] for number in numbers} == {"received"}
    assert [shop.order(number)["hold_reason"] for number in numbers] == [None] * 8

    connect("main", erp.connector())
    assert set(courier.finish(most=20)) == {"done"}
    assert [len(erp.documents(shop.order(number)["key"])) for number in numbers] == [1] * 8
    assert {shop.state(number)[0] for number in numbers} == {"confirmed"}


def test_an_order_that_never_left_the_house_costs_no_look_up(shop: Shop, courier: Courier, erp: MisbehavingErp) -> None:
    connect("main", erp.connector(url="http://127.0.0.1:9"))
    number = courier.order()
    courier.step()
    connect("main", erp.connector())
    before = erp.so_far()
    assert courier.finish() == ["done"]
    key = shop.order(number)["key"]
    assert [entry["method"] for entry in erp.requests(before) if entry["orderKey"] == key] == ["POST"]


def test_of_twelve_waiting_orders_no_more_go_out_at_once_than_the_pace_allows(
    shop: Shop, courier: Courier, erp: MisbehavingErp
) -> None:
    """600 calls a minute: a small store of unused places, then ten a second."""
    for _ in range(12):
        courier.order()
    shop.planter.connection.execute("delete from erp_line")
    came = [courier.step() for _ in range(12)]
    held = came.count(None)

    assert held > 0
    assert set(courier.finish(most=20)) <= {"done"}


@pytest.mark.parametrize(
    ("retry_after", "least", "most"), [(120, 119, 130), (365 * 24 * 3600, 3590, 3660), ("-60", 0, 90), (None, 0, 90)]
)
def test_a_busy_erp_is_left_alone_as_long_as_it_asks_but_an_hour_at_most(
    shop: Shop, courier: Courier, erp: MisbehavingErp, retry_after: object, least: int, most: int
) -> None:
    first, _ = courier.order(), courier.order()
    erp.fault("busy", **({} if retry_after is None else {"retry_after": retry_after}))
    assert courier.step() == "later"

    wait = shop.messages(first)[0]["due_at"] - clock.now()
    assert timedelta(seconds=least - 1) <= wait <= timedelta(seconds=most)
    assert courier.step() is None  # the other order does not call either
    line = shop.planter.one("select reason from erp_line")
    assert str(retry_after if retry_after in ("-60", 365 * 24 * 3600) else "") in line["reason"]


def test_two_documents_for_one_order_are_on_the_list_and_the_order_is_held(
    shop: Shop, courier: Courier, erp: MisbehavingErp
) -> None:
    number = courier.order()
    erp.fault("two_documents")
    courier.finish()
    read_orders(erp)

    assert reconciliation.watch("main") == 1
    assert drifts(shop) == [("twice", number)]
    assert shop.order(number)["hold_reason"] is not None
    assert shop.state(number)[0] == "confirmed"


def test_an_erp_put_back_to_a_backup_is_a_list_for_people_and_nothing_is_sent_again(
    shop: Shop, courier: Courier, erp: MisbehavingErp
) -> None:
    before = courier.order()
    courier.finish()
    erp.control("backup")
    after = [courier.order(), courier.order()]
    assert courier.finish() == ["done", "done"]
    read_orders(erp)

    erp.control("restore")
    assert [len(erp.documents(shop.order(number)["key"])) for number in (before, *after)] == [1, 0, 0]
    so_far = erp.so_far()
    compare(erp)

    assert sorted(drifts(shop)) == sorted(("vanished", number) for number in after)
    assert courier.finish() == []
    assert [entry for entry in erp.requests(so_far) if entry["method"] != "GET" and "token" not in entry["path"]] == []


def test_a_number_given_again_after_a_restore_is_not_taken_for_the_lost_order(
    shop: Shop, courier: Courier, erp: MisbehavingErp
) -> None:
    erp.control("backup")
    lost = courier.order()
    courier.finish()
    erp.control("restore")
    later = courier.order()
    courier.finish()

    assert shop.order(later)["erp_number"] == shop.order(lost)["erp_number"]
    compare(erp)
    assert ("vanished", lost) in drifts(shop)
    assert ("vanished", later) not in drifts(shop)


def compare(erp: MisbehavingErp) -> None:
    """A whole comparison, as at night."""
    with entered(Scope.staff()), transaction():
        reconciliation.start("main", asked_by="Ada")
    outcome = reconciliation.go_on(erp.connector(), "main", time_is_up=lambda: False, say=lambda line: None)
    assert outcome.finished, outcome.problem


def test_with_prices_that_cannot_be_read_an_order_goes_in_at_the_price_that_was_shown(
    shop: Shop, courier: Courier, erp: MisbehavingErp
) -> None:
    erp.spoil("priceListLines", kind="error_before_commit", times=None)
    number = courier.order()
    assert courier.finish() == ["done"]

    (document,) = erp.documents(shop.order(number)["key"])
    assert [line.split("|")[4] for line in document["lines"]] == ["300.1249", "20"]
    assert shop.order(number)["net"] == Decimal("1240.50")
