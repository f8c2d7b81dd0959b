"""As the ERP confirms, ships in parts, invoices and is paid, the three axes follow; never backwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.jobs.relay import drain
from app.security.scopes import Scope, entered
from app.services.fulfilment import follow
from tests.factories.planting import Row
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp


class Mirror:
    """What the sync has brought about one order."""

    def __init__(self, shop: Shop, number: str) -> None:
        self.shop, self.number = shop, number
        self.order = shop.order(number)
        self.document = self._document("open")

    def _document(self, status: str) -> Row:
        ids = {"customer_id": self.order["customer_id"], "source": "main", "order_key": self.order["key"]}
        document = self.shop.planter.row(
            "erp_order", **ids, number="SO-7", status=status, channel="portal", net=460, tax=46, gross=506
        )
        for line in self.shop.lines_of(self.number):
            self.shop.planter.row(
                "erp_order_line",
                erp_order_id=document["id"],
                customer_id=self.order["customer_id"],
                line_number=line["line_number"],
                quantity=line["quantity"],
                shipped=0,
                invoiced=0,
                cancelled=0,
            )
        return document

    def line(self, line_number: int, **values: Any) -> None:
        for name, value in values.items():
            self.shop.planter.connection.execute(
                f"update erp_order_line set {name} = %s where erp_order_id = %s and line_number = %s",
                [value, self.document["id"], line_number],
            )

    def status(self, status: str) -> None:
        self.shop.planter.connection.execute(
            "update erp_order set status = %s where id = %s", [status, self.document["id"]]
        )

    def invoice(self, gross: int, remaining: int, **values: Any) -> None:
        usual = {"customer_id": self.order["customer_id"], "source": "main", "order_key": self.order["key"]}
        self.shop.planter.row(
            "invoice", **{**usual, "gross": gross, "remaining": remaining, "status": "open", **values}
        )

    def news(self) -> int:
        """The sync calls for it. :returns: how many orders changed"""
        with entered(Scope.staff()):
            return follow({self.order["key"], "KEY-OF-SOMEBODY-ELSE"})


@pytest.fixture
def mirrored(shop: Shop, erp: FakeErp) -> Callable[..., Mirror]:
    def mirrored(*typed: str, sent: bool = True, **who: Any) -> Mirror:
        number = shop.ordered(*(typed or ("BIKE 5", "HELMET 2")), **who)
        if sent:
            drain()
        return Mirror(shop, number)

    return mirrored


def test_what_the_erp_holds_is_confirmed_with_its_number_and_dates(shop: Shop, mirrored: Callable[..., Mirror]) -> None:
    mirror = mirrored(sent=False)
    mirror.line(1, confirmed_date=date(2026, 12, 9))

    assert mirror.news() == 1

    order = shop.order(mirror.number)
    assert (order["process"], order["erp_number"], order["gross"]) == ("confirmed", "SO-7", 506)
    assert shop.lines_of(mirror.number)[0]["confirmed_date"] == date(2026, 12, 9)


def test_the_first_piece_that_leaves_puts_the_order_on_its_way(shop: Shop, mirrored: Callable[..., Mirror]) -> None:
    mirror = mirrored()
    mirror.line(1, shipped=2)

    mirror.news()

    assert shop.state(mirror.number) == ("in_dispatch", "approved", "warehouse")
    assert [line["shipped"] for line in shop.lines_of(mirror.number)] == [2, 0]


def test_the_carrier_has_the_ball_when_all_has_left_and_the_order_is_delivered(
    shop: Shop, mirrored: Callable[..., Mirror]
) -> None:
    mirror = mirrored()
    mirror.line(1, shipped=5)
    mirror.news()
    assert shop.state(mirror.number)[0] == "in_dispatch"

    mirror.line(2, shipped=2)
    mirror.news()

    assert shop.state(mirror.number) == ("delivered", "approved", "payer")


def test_an_open_rest_that_is_cancelled_closes_the_order(shop: Shop, mirrored: Callable[..., Mirror]) -> None:
    mirror = mirrored()
    mirror.line(1, shipped=3, cancelled=2)
    mirror.line(2, cancelled=2)

    mirror.news()

    assert shop.state(mirror.number)[0] == "delivered"


def test_an_order_that_is_posted_in_the_erp_is_delivered(shop: Shop, mirrored: Callable[..., Mirror]) -> None:
    mirror = mirrored()
    mirror.status("posted")

    mirror.news()

    assert shop.state(mirror.number)[0] == "delivered"


def test_an_order_cancelled_in_the_erp_is_cancelled_here(shop: Shop, mirrored: Callable[..., Mirror]) -> None:
    mirror = mirrored()
    mirror.status("cancelled")

    mirror.news()

    assert shop.state(mirror.number) == ("cancelled", "approved", "nobody")
    assert shop.order(mirror.number)["hold_reason"] is None


def test_payment_follows_the_invoices(shop: Shop, mirrored: Callable[..., Mirror]) -> None:
    mirror = mirrored()
    seen = []
    for remaining in (506, 200, 0):
        shop.planter.connection.execute("truncate invoice cascade")
        mirror.invoice(506, remaining)
        mirror.news()
        seen.append(shop.order(mirror.number)["payment"])

    assert seen == ["none", "partially_paid", "paid"]


def test_several_invoices_count_together_and_a_cancelled_one_not_at_all(
    shop: Shop, mirrored: Callable[..., Mirror]
) -> None:
    mirror = mirrored()
    mirror.invoice(300, 0)
    mirror.invoice(206, 206)
    mirror.invoice(999, 999, status="cancelled")

    mirror.news()

    assert shop.order(mirror.number)["payment"] == "partially_paid"


def test_a_delivered_and_paid_order_is_nobodys_any_more(shop: Shop, mirrored: Callable[..., Mirror]) -> None:
    mirror = mirrored()
    mirror.status("posted")
    mirror.invoice(506, 0)

    mirror.news()

    assert shop.state(mirror.number) == ("delivered", "approved", "nobody")


@pytest.mark.parametrize("status", ["open", "released", "in_review"])
def test_older_news_never_moves_an_order_back(shop: Shop, mirrored: Callable[..., Mirror], status: str) -> None:
    mirror = mirrored()
    mirror.status("posted")
    mirror.news()
    mirror.status(status)

    mirror.news()

    assert shop.state(mirror.number)[0] == "delivered"


def test_the_same_news_twice_changes_nothing(shop: Shop, mirrored: Callable[..., Mirror]) -> None:
    mirror = mirrored()
    mirror.line(1, shipped=2)
    mirror.news()
    before, entries = shop.order(mirror.number), len(shop.history(mirror.number))

    assert mirror.news() == 0
    assert shop.order(mirror.number) == before
    assert len(shop.history(mirror.number)) == entries


def test_every_quantity_that_moved_is_recorded_before_and_after(shop: Shop, mirrored: Callable[..., Mirror]) -> None:
    mirror = mirrored()
    mirror.line(1, shipped=2)
    mirror.news()
    mirror.line(1, shipped=4)
    mirror.news()

    moved = [entry for entry in shop.history(mirror.number) if "shipped" in (entry["after"] or {})]
    assert [(entry["before"]["shipped"], entry["after"]["shipped"]) for entry in moved] == [("0", "2"), ("2", "4")]
    assert {(entry["actor_kind"], entry["after"]["line"]) for entry in moved} == {("erp", 1)}


def test_an_erp_that_ran_ahead_of_our_check_puts_the_order_on_hold(shop: Shop, mirrored: Callable[..., Mirror]) -> None:
    mirror = mirrored("BIKE 20", sent=False, by=shop.dora)
    mirror.line(1, shipped=20)

    mirror.news()

    order = shop.order(mirror.number)
    assert (order["process"], order["validation"], order["hold_reason"]) == ("delivered", "pending", "erp_ahead")


def test_with_payment_in_advance_the_payer_has_the_ball_until_it_is_here(
    shop: Shop, mirrored: Callable[..., Mirror]
) -> None:
    shop.planter.connection.execute("update customer set prepayment = true where id = %s", [shop.alpha["id"]])
    try:
        mirror = mirrored()
        mirror.news()
        waiting = shop.order(mirror.number)
        mirror.invoice(506, 0)
        mirror.news()
        paid = shop.order(mirror.number)
    finally:
        shop.planter.connection.execute("update customer set prepayment = false")

    assert (waiting["payment"], waiting["ball_with"], waiting["hold_reason"]) == ("proforma", "payer", None)
    assert (paid["payment"], paid["ball_with"], paid["hold_reason"]) == ("paid", "warehouse", None)


def test_orders_of_others_are_passed_over(shop: Shop, mirrored: Callable[..., Mirror]) -> None:
    mirror = mirrored()
    other = shop.ordered("BIKE 1", by=shop.charlie)
    before = shop.order(other)
    mirror.line(1, shipped=Decimal(1))

    assert mirror.news() == 1
    assert shop.order(other) == before


def test_goods_the_erp_releases_after_the_advance_payment_are_not_ahead_of_anything(
    shop: Shop, mirrored: Callable[..., Mirror]
) -> None:
    """The ERP holds such an order in review until it is paid; releasing it says that the money is there."""
    shop.planter.connection.execute("update customer set prepayment = true where id = %s", [shop.alpha["id"]])
    try:
        mirror = mirrored()
        mirror.status("in_review")
        mirror.news()
        mirror.status("released")
        mirror.line(1, shipped=2)
        mirror.news()
    finally:
        shop.planter.connection.execute("update customer set prepayment = false")

    order = shop.order(mirror.number)
    assert (order["process"], order["hold_reason"]) == ("in_dispatch", None)
