"""Ordered while the ERP was silent: the price is asked again before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from app import clock
from app.domain.pricing import PriceLine, PriceSource
from app.services.agreeing.tolerance import tolerance
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp, Trouble
from tests.services.agreeing.conftest import Agreeing

BIKE = PriceLine(
    list_code="DEALER", list_name="Dealers", source=PriceSource.GROUP, source_code="DEALER", item="BIKE", unit="",
    minimum_quantity=Decimal(0), currency="", unit_price=Decimal(80), discount_percent=None, valid_from=None, valid_to=None,
)  # fmt: skip


@pytest.fixture
def number(shop: Shop, erp: FakeErp) -> str:
    """BIKE 5 at 80.00 and HELMET 2 at 30.00, sent while the ERP did not answer."""
    erp.price_lines = [BIKE]
    erp.will("quote", Trouble.UNAVAILABLE)
    number = shop.draft("BIKE 5", "HELMET 2")
    shop.send(number, live=True)
    assert shop.order(number)["promise"] == "last_known"
    erp.calls.clear()
    return number


def costs(erp: FakeErp, price: str) -> None:
    """What the ERP asks for a BIKE now."""
    erp.price_lines = [replace(BIKE, unit_price=Decimal(price))]


def mirrored(shop: Shop, price: str) -> None:
    """The same, read into the mirror after the order was sent."""
    run = shop.planter.connection.execute
    run("update price set unit_price = %s where item_number = 'BIKE'", [Decimal(price)])
    run("delete from sync_state")
    shop.planter.row("sync_state", source="main", entity="prices", fresh_at=clock.now() + timedelta(seconds=1))


@pytest.fixture(autouse=True)
def _mirror_as_before(shop: Shop) -> None:
    mirrored(shop, "80")
    shop.planter.connection.execute("delete from sync_state")


def test_the_same_price_is_sent_at_once(agreeing: Agreeing, erp: FakeErp, shop: Shop, number: str) -> None:
    assert agreeing.deliver() == "done"

    assert erp.operations() == ["quote", "create_order"]
    assert shop.order(number)["promise"] == "confirmed"


def test_dearer_within_the_tolerance_is_sent_at_the_promised_price(
    agreeing: Agreeing, erp: FakeErp, shop: Shop, number: str
) -> None:
    costs(erp, "81.5")

    assert agreeing.deliver() == "done"

    assert erp.documents[shop.order(number)["key"]].lines[0].unit_price == 80


def test_dearer_than_that_is_not_sent_and_the_buyer_is_asked(
    agreeing: Agreeing, erp: FakeErp, shop: Shop, number: str
) -> None:
    costs(erp, "85")

    assert agreeing.deliver() == "repriced"

    assert erp.documents == {}
    (row,) = agreeing.open(number)
    assert (row["origin"], row["code"], row["after"]["unit_price"]) == ("prices", "price_changed", "85")
    assert shop.order(number)["hold_reason"] == "your_answer"
    assert shop.state(number) == ("received", "approved", "buyer")
    assert shop.messages(number)[0]["state"] == "withdrawn"


def test_accepted_it_goes_out_at_the_new_price_exactly_once(
    agreeing: Agreeing, erp: FakeErp, shop: Shop, number: str
) -> None:
    costs(erp, "85")
    agreeing.deliver()

    agreeing.accept(number)

    assert shop.state(number) == ("received", "approved", "erp")
    assert agreeing.deliver() == "done"
    assert [line.unit_price for line in erp.documents[shop.order(number)["key"]].lines] == [85, 30]
    assert erp.operations().count("create_order") == 1
    assert (shop.state(number)[0], shop.order(number)["net"]) == ("confirmed", 485)


def test_declined_the_line_is_not_ordered_and_the_rest_goes_out(
    agreeing: Agreeing, erp: FakeErp, shop: Shop, number: str
) -> None:
    costs(erp, "85")
    agreeing.deliver()

    agreeing.decline(number)

    assert agreeing.deliver() == "done"
    assert [line.item_number for line in erp.documents[shop.order(number)["key"]].lines] == ["HELMET"]
    assert (shop.lines_of(number)[0]["cancelled"], shop.order(number)["net"]) == (5, 60)


def test_with_nothing_left_the_order_is_over_and_its_lines_are_kept(
    agreeing: Agreeing, erp: FakeErp, shop: Shop
) -> None:
    erp.will("quote", Trouble.UNAVAILABLE)
    number = shop.draft("BIKE 5")
    shop.send(number, live=True)
    costs(erp, "85")
    agreeing.deliver()

    agreeing.decline(number)

    assert shop.state(number) == ("cancelled", "approved", "nobody")
    assert (shop.order(number)["hold_reason"], shop.lines_of(number)[0]["cancelled"]) == (None, 0)
    assert erp.documents == {}


def test_a_buyer_who_cancels_instead_of_answering_cancels_at_once(
    agreeing: Agreeing, erp: FakeErp, shop: Shop, number: str
) -> None:
    costs(erp, "85")
    agreeing.deliver()

    shop.cancel(number)

    assert shop.state(number)[0] == "cancelled"
    assert [message["state"] for message in shop.messages(number)] == ["withdrawn"]


def test_cheaper_beyond_the_tolerance_is_taken_and_goes_out(
    agreeing: Agreeing, erp: FakeErp, shop: Shop, number: str
) -> None:
    costs(erp, "70")

    assert (agreeing.deliver(), agreeing.deliver()) == ("repriced", "done")

    assert erp.documents[shop.order(number)["key"]].lines[0].unit_price == 70
    assert "order:difference:taken" in shop.tags(number)


def test_a_mirror_that_was_read_since_answers_without_a_call(
    agreeing: Agreeing, erp: FakeErp, shop: Shop, number: str
) -> None:
    mirrored(shop, "85")

    assert agreeing.deliver() == "repriced"

    assert erp.operations() == []


def test_a_stuck_price_feed_holds_it_for_a_while_only(
    agreeing: Agreeing, erp: FakeErp, shop: Shop, number: str
) -> None:
    erp.will("quote", Trouble.REFUSED, Trouble.REFUSED)
    assert agreeing.deliver() == "later"
    assert erp.operations() == ["quote"]
    long_ago = clock.now() - tolerance().price_wait
    shop.planter.connection.execute("update outbox_message set created_at = %s, due_at = now()", [long_ago])

    assert agreeing.deliver() == "done"

    assert erp.documents[shop.order(number)["key"]].lines[0].unit_price == 80


def test_what_may_be_in_the_erp_already_is_never_asked_about(
    agreeing: Agreeing, erp: FakeErp, shop: Shop, number: str
) -> None:
    erp.will("create_order", Trouble.TIMEOUT_AFTER_COMMIT)
    agreeing.deliver()
    costs(erp, "85")
    shop.planter.connection.execute("update outbox_message set due_at = now()")

    assert agreeing.deliver() == "done"

    assert agreeing.proposals(number) == []
    assert len(erp.created()) == 1


def test_a_higher_sum_is_judged_again_before_it_goes(agreeing: Agreeing, erp: FakeErp, shop: Shop) -> None:
    erp.price_lines = [BIKE]
    erp.will("quote", Trouble.UNAVAILABLE)
    number = shop.draft("BIKE 12", by=shop.dora)
    shop.send(number, live=True, by=shop.dora)
    costs(erp, "85")
    agreeing.deliver()

    agreeing.accept(number, by=shop.dora)

    assert shop.state(number) == ("in_validation", "pending", "validator")
    assert [finding["rule"] for finding in shop.findings(number) if finding["outcome"] == "review"] == ["credit-limit"]
