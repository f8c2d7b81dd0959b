"""A run goes over everything, heals what reading heals, lists the rest, and goes on where it was killed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.erp.port import BalanceRecord, ErpOrderStatus, InvoiceRecord
from app.errors import BadRequest, NotAllowed
from app.extensions import session, transaction
from app.security.scopes import Scope, entered
from app.services import reconciliation
from app.services.reconciliation import Decision, Kind
from tests.services.reconciliation.conftest import LONG_AGO, Books, Killed
from tests.services.reference_sync.fake_port import customer, invoice, order

UTC_ZONE = ZoneInfo("UTC")


def changed(books: Books, number: str, **values: Any) -> None:
    """The ERP changes a document of ours, long enough ago that the feeds should have brought it."""
    key = books.key(number)
    books.erp.documents[key] = replace(books.erp.documents[key], modified_at=LONG_AGO, **values)


def shipped(books: Books, number: str, quantity: int) -> None:
    lines = tuple(replace(line, shipped=Decimal(quantity)) for line in books.document(number).lines)
    changed(books, number, lines=lines)


def old_invoice(number: str, buyer: str) -> InvoiceRecord:
    return replace(invoice(number, buyer), modified_at=LONG_AGO)


# --- what heals ---------------------------------------------------------------------------------------------------------


def test_what_the_feeds_left_out_is_healed_by_the_nightly_read(books: Books) -> None:
    number = books.order()
    books.compare()
    shipped(books, number, 2)
    books.compare()

    assert books.shop.state(number)[0] == "in_dispatch"
    assert books.open() == []
    assert (books.state(Kind.MIRROR_BEHIND), books.state(Kind.STATE_BEHIND)) == ("healed", "healed")


def test_a_feed_that_leaves_an_order_out_does_not_make_it_vanish(books: Books) -> None:
    number = books.order()
    books.order()
    books.erp.omits.add(books.document(number).number)
    books.compare()

    assert books.open() == []
    assert books.shop.planter.one("select count(*) from erp_order where withdrawn_at is null")["count"] == 2


def test_invoices_and_credit_are_read_again(books: Books) -> None:
    owner, alpha = books.shop.planter.connection, books.shop.alpha
    terms = {"credit_limit": Decimal(700), "currency": "USD", "price_group": "DEALER", "modified_at": LONG_AGO}
    books.erp.told_customers = [customer(alpha["number"], erp_key=alpha["erp_key"], **terms)]
    books.erp.owed = [BalanceRecord(alpha["number"], Decimal(42), Decimal(0))]
    books.erp.invoiced = [old_invoice("I-1", alpha["number"])]
    try:
        books.compare()
        books.erp.invoiced = [replace(books.erp.invoiced[0], remaining=Decimal(3))]
        books.compare()
        row = books.shop.planter.one("select credit_limit, balance from customer where id = %(id)s", id=alpha["id"])
    finally:
        owner.execute("update customer set credit_limit = null, balance = 0 where id = %s", [alpha["id"]])

    assert (row["credit_limit"], row["balance"]) == (700, 42)
    assert books.shop.planter.one("select remaining from invoice")["remaining"] == 3
    found = books.shop.planter.all("select kind, state from drift order by id")
    assert {row["state"] for row in found} == {"healed"}
    assert {row["kind"] for row in found} == {
        "invoice_missing", "invoice_differs", "credit_differs", "balance_differs"
    }  # fmt: skip


# --- what people decide ---------------------------------------------------------------------------------------------------


def test_an_order_under_another_customer_is_never_taken_as_ours(books: Books) -> None:
    number = books.shop.ordered("BIKE 5")
    foreign = order("SO-9", books.shop.beta["number"], key=books.key(number), modified_at=LONG_AGO)
    books.erp.more.append(foreign)
    books.compare()

    assert ("other_customer", number) in books.open()
    assert books.shop.order(number)["erp_number"] == ""


def test_an_order_the_erp_has_twice_is_held_until_somebody_has_stopped_the_second(books: Books) -> None:
    number = books.order()
    books.erp.more.append(replace(books.document(number), number="SO-999", erp_key="SO-999"))
    books.compare()
    assert books.open() == [("twice", number)]
    assert books.drift(Kind.TWICE)["detail"]["differences"][0]["theirs"] == "SO-999"
    assert books.shop.order(number)["hold_reason"] == "erp_twice"

    books.erp.more[0] = replace(books.erp.more[0], status=ErpOrderStatus.CANCELLED)
    books.compare()
    assert books.state(Kind.TWICE) == "gone"


def test_a_double_is_seen_by_the_watch_without_a_run(books: Books) -> None:
    number = books.order()
    books.compare()
    owner = books.shop.planter
    row = owner.one("select * from erp_order")
    twin = {**{k: v for k, v in row.items() if k != "id"}, "erp_key": "SO-999", "number": "SO-999"}
    owner.row("erp_order", **twin)

    assert reconciliation.watch("main") == 1
    assert books.open() == [("twice", number)]
    books.decide(Kind.TWICE, Decision.LEAVE, "the second one is stopped")
    reconciliation.watch("main")
    assert (books.open(), books.shop.order(number)["hold_reason"]) == ([], None)


def test_an_order_typed_in_a_second_time_is_pointed_out(books: Books) -> None:
    number = books.order(reference="PO-77")
    books.erp.by_hand["SO-55"] = replace(books.document(number), number="SO-55", erp_key="SO-55", key="")
    books.compare()

    assert books.open() == [("lookalike", number)]


def test_an_erp_put_back_to_before_the_shipment_is_listed_and_the_order_stays_delivered(books: Books) -> None:
    number = books.order()
    shipped(books, number, 5)
    books.compare()
    shipped(books, number, 0)
    books.compare()

    assert books.shop.state(number)[0] == "delivered"
    assert books.open() == [("erp_behind", number)]


def test_what_was_decided_is_listed_again_only_when_it_changes(books: Books) -> None:
    number = books.order()
    changed(books, number, net=Decimal(500))
    books.compare()
    books.decide(Kind.SUMS_DIFFER, Decision.LEAVE, "freight was agreed by telephone")
    books.compare()
    assert books.open() == []

    changed(books, number, net=Decimal(600))
    books.compare()
    assert books.open() == [("sums_differ", number)]


def test_what_is_not_found_any_more_is_gone(books: Books) -> None:
    number = books.order()
    net = books.document(number).net
    changed(books, number, net=Decimal(500))
    books.compare()
    changed(books, number, net=net)
    books.compare()

    assert books.state(Kind.SUMS_DIFFER) == "gone"


def test_an_invoice_the_erp_lost_is_listed(books: Books) -> None:
    number = books.shop.alpha["number"]
    books.erp.invoiced = [old_invoice("I-1", number), old_invoice("I-2", number)]
    books.compare()
    del books.erp.invoiced[0]
    books.compare()

    assert books.open() == [("invoice_vanished", "I-1")]
    assert books.shop.planter.one("select number from invoice where withdrawn_at is null")["number"] == "I-2"


def test_an_order_cancelled_here_and_alive_there_can_be_cancelled_there(books: Books) -> None:
    number = books.order()
    books.shop.planter.connection.execute("update customer_order set process = 'cancelled'")
    books.compare()
    books.decide(Kind.CANCELLED_HERE, Decision.CANCEL_THERE)

    assert [row["kind"] for row in books.shop.messages(number)] == ["create_order", "cancel_order"]


@pytest.mark.parametrize("reason", ["", "    ", "ok", "x" * 501])
def test_a_decision_needs_a_reason(books: Books, reason: str) -> None:
    number = books.order()
    changed(books, number, net=Decimal(500))
    books.compare()
    with pytest.raises(BadRequest, match="needs a reason"):
        books.decide(Kind.SUMS_DIFFER, Decision.LEAVE, reason)
    with pytest.raises(BadRequest, match="cannot be decided"):
        books.decide(Kind.SUMS_DIFFER, Decision.CANCEL_THERE)


def test_only_administrators_decide(books: Books) -> None:
    number = books.order()
    changed(books, number, net=Decimal(500))
    books.compare()
    drift_id = books.drift(Kind.SUMS_DIFFER)["id"]
    with pytest.raises(NotAllowed), books.shop.scope(books.shop.vera), transaction():
        reconciliation.decide(books.shop.vera, drift_id, Decision.LEAVE, reason="as agreed")


# --- resuming -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def many(books: Books) -> list[str]:
    """Seven orders, of which two vanish: several pages of each step."""
    numbers = [books.order() for _ in range(7)]
    books.compare()
    for number in (numbers[1], numbers[5]):
        del books.erp.documents[books.key(number)]
    books.erp.pages.clear()
    books.ask()
    return numbers


@pytest.mark.parametrize("pages", range(6))
def test_a_run_killed_between_two_pages_goes_on_there(books: Books, many: list[str], pages: int) -> None:
    books.erp.stops_after, books.erp.breaks_with = pages, Killed
    with pytest.raises(Killed):
        books.go_on()
    session.remove()
    books.erp.stops_after = None
    read = [cursor for name, cursor in books.erp.pages if name == "orders"]
    assert books.go_on().finished

    again = [cursor for name, cursor in books.erp.pages if name == "orders"][len(read) :]
    assert not set(again) & set(read) - {""}
    assert books.open() == [("vanished", many[1]), ("vanished", many[5])]
    assert books.shop.planter.one("select count(*) from reconciliation_run where finished_at is not null")["count"] == 2


def test_a_run_is_done_in_slices(books: Books, many: list[str]) -> None:
    books.erp.page_size, slices = 1, 1
    while not books.go_on(pages=0).finished:
        slices += 1

    assert slices > 2
    assert len(books.open()) == 2
    assert books.go_on().nothing


def test_an_erp_that_stops_answering_is_waited_for_and_nothing_is_concluded(books: Books, many: list[str]) -> None:
    books.erp.stops_after = 1
    outcome = books.go_on()
    assert (outcome.finished, books.open()) == (False, [])
    assert "goes on where it stopped" in outcome.problem

    books.erp.stops_after = None
    assert books.go_on().finished
    assert len(books.open()) == 2
    assert books.shop.planter.one("select problem from reconciliation_run order by id desc limit 1")["problem"] == ""


def test_an_erp_that_sends_nothing_at_all_makes_nothing_vanish(books: Books, many: list[str]) -> None:
    books.erp.documents.clear()
    outcome = books.go_on()

    assert outcome.finished
    assert "sent no orders at all" in outcome.problem
    assert books.open() == []
    assert books.shop.planter.one("select count(*) from erp_order where withdrawn_at is not null")["count"] == 0


def test_asking_twice_is_one_run(books: Books) -> None:
    books.ask()
    books.ask()
    assert books.shop.planter.one("select count(*) from reconciliation_run")["count"] == 1


def test_an_order_that_goes_out_during_the_run_is_not_missed(books: Books, many: list[str]) -> None:
    books.go_on(pages=5)  # the orders have been read by now
    books.order()
    assert books.go_on().finished
    assert len(books.open()) == 2


# --- by night -----------------------------------------------------------------------------------------------------------


def due(at: datetime) -> bool:
    with entered(Scope.staff()), transaction():
        return reconciliation.nightly_is_due("main", now=at, zone=UTC_ZONE)


def test_the_night_compares_once_and_catches_up_when_one_was_missed(books: Books) -> None:
    night = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
    books.order()
    planter = books.shop.planter.connection
    planter.execute("update customer_order set created_at = %s", [night - timedelta(days=1)])
    assert [due(night), due(night + timedelta(hours=8))] == [True, False]

    books.ask()
    planter.execute("update reconciliation_run set started_at = %s", [night])
    hours = (1, 12, 23, 24, 27)
    assert [due(night + timedelta(hours=hour)) for hour in hours] == [False, False, True, True, True]


def test_open_drifts_are_counted_for_those_who_watch(books: Books) -> None:
    number = books.order()
    changed(books, number, net=Decimal(500))
    books.compare()
    with entered(Scope.staff()), transaction():
        found = reconciliation.open_drifts()
    assert {kind: (each.count, each.for_people) for kind, each in found.items()} == {"sums_differ": (1, True)}
