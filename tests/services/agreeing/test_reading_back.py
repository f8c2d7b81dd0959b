"""What the ERP made of an order is compared with what was sent: taken inside the tolerance, else put to the buyer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from app.erp.port import ChargeRecord, OrderRecord
from app.jobs.agreeing import follow
from app.services.papers.differing import differences
from app.services.papers.facts import order_facts
from tests.factories.shop import Shop
from tests.services.agreeing.conftest import Agreeing, at


def told(shop: Shop, number: str) -> list[str]:
    """What stands first in the confirmation."""
    with shop.scope(shop.alice):
        return differences(order_facts(shop.order(number)["id"]))


def test_what_is_held_as_sent_needs_no_question(agreeing: Agreeing, shop: Shop) -> None:
    number = agreeing.ordered_and_held(lambda record: record)

    assert agreeing.proposals(number) == []
    assert (shop.order(number)["hold_reason"], shop.order(number)["promise"]) == (None, "confirmed")


@pytest.mark.parametrize("price", ["81.6", "80.004", "70"])
def test_cheaper_rounded_or_within_two_percent_is_taken_with_a_record(
    agreeing: Agreeing, shop: Shop, price: str
) -> None:
    number = agreeing.ordered_and_held(at(1, unit_price=Decimal(price)))

    order, line = shop.order(number), shop.lines_of(number)[0]
    assert (order["hold_reason"], line["unit_price"], line["net"]) == (None, Decimal(price), Decimal(price) * 5)
    assert order["net"] == Decimal(price) * 5 + 60
    taken = [entry for entry in shop.history(number) if entry["tag"] == "order:difference:taken"]
    assert [(entry["before"]["unit_price"], entry["after"]["unit_price"]) for entry in taken] == [("80", price)]


def test_what_was_taken_stands_first_in_the_confirmation(agreeing: Agreeing, shop: Shop) -> None:
    number = agreeing.ordered_and_held(at(1, unit_price=Decimal("81")))

    assert told(shop, number)[0].startswith("Line 1: BIKE Item BIKE costs USD 81.00 since")


def test_the_same_amount_written_as_another_price_and_discount_is_taken(agreeing: Agreeing, shop: Shop) -> None:
    number = agreeing.ordered_and_held(at(1, unit_price=Decimal(100), discount_percent=Decimal(20)))

    assert shop.order(number)["hold_reason"] is None
    assert shop.lines_of(number)[0]["net"] == 400


def test_a_price_outside_goes_back_to_the_buyer_line_by_line(agreeing: Agreeing, shop: Shop) -> None:
    number = agreeing.ordered_and_held(at(1, unit_price=Decimal(90)))

    (row,) = agreeing.open(number)
    assert (row["line_number"], row["origin"], row["code"]) == (1, "erp", "price_changed")
    assert (row["before"]["unit_price"], row["after"]["unit_price"]) == ("80", "90")
    assert shop.order(number)["hold_reason"] == "your_answer"
    assert shop.state(number) == ("confirmed", "approved", "buyer")
    assert shop.lines_of(number)[0]["unit_price"] == 80
    assert "proposal:made" in shop.tags(number)
    mails = shop.planter.all("select kind from mail where kind <> 'receipt'")
    assert [mail["kind"] for mail in mails] == ["proposal"]


Other = Callable[[OrderRecord], OrderRecord]
OTHERS: list[tuple[Other, str, dict[str, str]]] = [
    (at(2, quantity=Decimal(1)), "quantity_split", {"quantity": "1"}),
    (at(2, quantity=Decimal(4)), "quantity_packing", {"quantity": "4"}),
    (at(2, item_number="BIKE", name="Bike"), "item_not_available", {"item": "BIKE"}),
    (at(2, unit="BOX"), "quantity_packing", {"unit": "BOX"}),
    (at(2, confirmed_date=date(2027, 3, 1)), "date_not_possible", {"date": "2027-03-01"}),
    (lambda record: replace(record, lines=record.lines[:1]), "item_not_available", {"quantity": "0"}),
    (lambda record: replace(record, lines=(*record.lines, replace(record.lines[0], line_number=9))), "other",
     {"item": "BIKE", "quantity": "5"}),
    (lambda record: replace(record, charges=(ChargeRecord("FUEL", "Fuel", Decimal(12)),), net=record.net + 12), "other",
     {"charge": "FUEL", "amount": "12"}),
]  # fmt: skip


@pytest.mark.parametrize(("change", "code", "after"), OTHERS, ids=lambda value: value if isinstance(value, str) else "")
def test_everything_else_that_differs_is_asked_never_ignored(
    agreeing: Agreeing, shop: Shop, change: Other, code: str, after: dict[str, str]
) -> None:
    number = agreeing.ordered_and_held(change, requested_date=date(2026, 12, 18))

    (row,) = agreeing.open(number)
    assert row["code"] == code
    assert after.items() <= row["after"].items()


def test_price_and_quantity_of_one_line_are_one_question(agreeing: Agreeing) -> None:
    number = agreeing.ordered_and_held(at(1, quantity=Decimal(4), unit_price=Decimal(90)))

    (row,) = agreeing.open(number)
    assert (row["before"]["quantity"], row["before"]["unit_price"], row["before"]["net"]) == ("5", "80", "400")
    assert (row["after"]["quantity"], row["after"]["unit_price"], row["after"]["net"]) == ("4", "90", "360")


def test_another_customer_or_currency_is_the_desks_business(agreeing: Agreeing, shop: Shop) -> None:
    number = agreeing.ordered_and_held(lambda record: replace(record, currency="EUR"))

    assert (shop.order(number)["hold_reason"], shop.state(number)[2]) == ("erp_differs", "validator")
    assert agreeing.open(number) == []


def test_an_accepted_line_takes_the_erps_values_and_the_order_goes_on(agreeing: Agreeing, shop: Shop) -> None:
    number = agreeing.ordered_and_held(at(1, quantity=Decimal(4), unit_price=Decimal(90)))

    agreeing.accept(number)

    line = shop.lines_of(number)[0]
    assert (line["quantity"], line["base_quantity"], line["unit_price"], line["net"]) == (4, 4, 90, 360)
    assert shop.order(number)["net"] == 420
    assert shop.order(number)["hold_reason"] is None
    assert shop.state(number) == ("confirmed", "approved", "warehouse")


def test_the_confirmation_waits_for_the_answer_and_is_sent_once(agreeing: Agreeing, shop: Shop) -> None:
    number = agreeing.ordered_and_held(at(1, unit_price=Decimal(90)))
    agreeing.accept(number)

    assert (follow(), follow()) == (1, 0)

    kinds = [mail["kind"] for mail in shop.planter.all("select kind from mail order by id")]
    assert kinds == ["receipt", "proposal", "confirmation"]


def test_the_hold_ends_only_when_every_line_is_answered(agreeing: Agreeing, shop: Shop) -> None:
    number = agreeing.ordered_and_held(
        lambda record: at(2, unit_price=Decimal(40))(at(1, unit_price=Decimal(90))(record))
    )

    agreeing.accept(number)

    assert shop.order(number)["hold_reason"] == "your_answer"
    assert shop.state(number)[2] == "buyer"


def test_a_substitute_is_taken_as_the_erp_holds_it(agreeing: Agreeing, shop: Shop) -> None:
    number = agreeing.ordered_and_held(at(2, item_number="BIKE", name="Bike", unit_price=Decimal(35)))

    agreeing.accept(number)

    line = shop.lines_of(number)[1]
    assert (line["item_number"], line["item_name"], line["net"]) == ("BIKE", "Bike", 70)


def test_a_line_the_erp_left_out_is_cancelled_when_the_buyer_agrees(agreeing: Agreeing, shop: Shop) -> None:
    number = agreeing.ordered_and_held(lambda record: replace(record, lines=record.lines[:1]))

    agreeing.accept(number)

    assert (shop.lines_of(number)[1]["cancelled"], shop.order(number)["net"]) == (2, 400)
