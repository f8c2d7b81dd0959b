"""Orders on their way to an ERP that holds something else, or at prices that were only last known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from app.erp.port import OrderRecord
from app.security.actor import Actor
from app.security.scopes import Scope, entered
from app.services.agreeing import deciding
from app.services.delivery import delivery
from tests.factories.planting import Row
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp

Change = Callable[[OrderRecord], OrderRecord]


class Agreeing:
    """What buyer, portal and ERP do about differences."""

    def __init__(self, shop: Shop, erp: FakeErp) -> None:
        self.shop, self.erp = shop, erp

    def deliver(self) -> str:
        """The worker takes one message to its end; the pace holds nobody up here."""
        self.shop.planter.connection.execute("delete from erp_line")
        with entered(Scope.staff()):
            return str(delivery().step("main"))

    def ordered_and_held(self, change: Change, *typed: str, **head: Any) -> str:
        """Sent, and the ERP's answer says something else. :returns: the order's number"""
        number = self.shop.ordered(*(typed or ("BIKE 5", "HELMET 2")), **head)
        entered_as_sent = self.erp.create_order
        self.erp.create_order = lambda order: change(entered_as_sent(order))  # type: ignore[method-assign]
        assert self.deliver() == "done"
        return number

    def proposals(self, number: str) -> list[Row]:
        return self.shop.planter.all(
            "select p.* from proposal p join customer_order o on o.id = p.order_id where o.number = %(number)s"
            " order by p.id",
            number=number,
        )

    def open(self, number: str) -> list[Row]:
        return [row for row in self.proposals(number) if row["state"] == "open"]

    def accept(self, number: str, at: int = 0, *, by: Actor | None = None) -> None:
        actor = by or self.shop.alice
        row = self.open(number)[at]
        with self.shop.holding(actor, number) as order:
            deciding.accept(actor, order, row["id"])

    def decline(self, number: str, at: int = 0, *, by: Actor | None = None) -> None:
        actor = by or self.shop.alice
        row = self.open(number)[at]
        with self.shop.holding(actor, number) as order:
            deciding.decline(actor, order, row["id"])


@pytest.fixture
def agreeing(shop: Shop, erp: FakeErp) -> Agreeing:
    return Agreeing(shop, erp)


def at(line: int, **values: Any) -> Change:
    """The ERP holds this line otherwise; amounts follow the price."""

    def change(record: OrderRecord) -> OrderRecord:
        lines = tuple(replace(each, **values) if each.line_number == line else each for each in record.lines)
        lines = tuple(
            replace(
                each,
                net=(each.quantity * each.unit_price * (100 - each.discount_percent) / 100).quantize(Decimal("0.01")),
            )
            if each.line_number == line and "net" not in values
            else each
            for each in lines
        )
        return replace(record, lines=lines)

    return change
