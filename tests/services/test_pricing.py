"""The customer's own price for many items at once: from the ERP live, else from the mirror with its age."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from app import clock
from app.domain.pricing import PriceLine, PriceSource
from app.extensions import transaction
from app.security.actor import Actor
from app.services import pricing
from app.services.ordering.preparing import Prepared, prepare, priced
from app.services.pricing import Promise
from tests.factories.shop import Shop, lines
from tests.fakes.erp import MOMENT, FakeErp, Trouble


def prepared(shop: Shop, *typed: str, by: Actor | None = None, live: bool = False) -> Prepared:
    actor = by or shop.alice
    with shop.scope(actor):
        return prepare(actor.customer_id or 0, lines(*typed), live=live)


def price_of(shop: Shop, *typed: str, by: Actor | None = None, live: bool = False) -> list[Decimal | None]:
    return [line.unit_price for line in prepared(shop, *typed, by=by, live=live).lines]


def test_own_group_and_common_prices_count_and_the_list_price_else(shop: Shop) -> None:
    assert price_of(shop, "BIKE 1", "HELMET 1") == [80, 30]


def test_a_price_for_one_customer_is_that_customers_alone(shop: Shop) -> None:
    own = shop.planter.price("BIKE", "50", customer=shop.alpha, list_code="CONTRACT-1")
    try:
        assert price_of(shop, "BIKE 1") == [50]
        assert price_of(shop, "BIKE 1", by=shop.charlie) == [80]
    finally:
        shop.planter.connection.execute("delete from price where id = %s", [own["id"]])


def test_withdrawn_and_expired_lines_do_not_count(shop: Shop) -> None:
    today = clock.today()
    planted = [
        shop.planter.price("HELMET", "1", withdrawn_at=datetime(2026, 1, 1, tzinfo=UTC)),
        shop.planter.price("HELMET", "2", valid_to=today - timedelta(1)),
        shop.planter.price("HELMET", "3", valid_from=today + timedelta(1)),
        shop.planter.price("HELMET", "4", source="other"),
    ]
    try:
        assert price_of(shop, "HELMET 1") == [30]
    finally:
        shop.planter.connection.execute("delete from price where id = any(%s)", [[row["id"] for row in planted]])


def test_a_mirrored_price_says_how_old_it_is(shop: Shop) -> None:
    assert prepared(shop, "BIKE 1").lines[0].price_as_of is None
    fresh = datetime(2026, 11, 24, 8, tzinfo=UTC)
    shop.planter.row("sync_state", source="main", entity="prices", fresh_at=fresh)

    line = prepared(shop, "BIKE 1").lines[0]

    assert (line.promise, line.price_as_of) == (Promise.MIRROR, fresh)


def test_a_live_price_is_the_erps_word_of_this_moment(shop: Shop, erp: FakeErp) -> None:
    erp.price_lines.append(
        PriceLine("LIVE", "", PriceSource.ALL, "", "BIKE", "", Decimal(0), "", Decimal(71), None, None, None)
    )

    bike, helmet = prepared(shop, "BIKE 1", "HELMET 1", live=True).lines

    assert (bike.unit_price, bike.promise, bike.price_as_of) == (Decimal(71), Promise.CONFIRMED, MOMENT)
    assert helmet.unit_price == 30
    assert erp.operations() == ["quote"]


@pytest.mark.parametrize("trouble", [Trouble.UNAVAILABLE, Trouble.TIMEOUT_BEFORE_COMMIT, Trouble.BUSY, Trouble.REFUSED])
def test_a_silent_erp_leaves_the_last_known_price(shop: Shop, erp: FakeErp, trouble: Trouble) -> None:
    erp.will("quote", trouble)

    (line,) = prepared(shop, "BIKE 1", live=True).lines

    assert (line.unit_price, line.promise) == (Decimal(80), Promise.LAST_KNOWN)


def test_an_erp_that_was_silent_a_moment_ago_is_not_asked_again_at_once(shop: Shop, erp: FakeErp) -> None:
    erp.will("quote", Trouble.UNAVAILABLE)

    promises = [prepared(shop, "BIKE 1", live=True).lines[0].promise for _ in range(3)]
    assert promises == [Promise.LAST_KNOWN] * 3
    assert erp.operations() == ["quote"]

    pricing.erp_speaks_again()
    assert prepared(shop, "BIKE 1", live=True).lines[0].promise is Promise.CONFIRMED


def test_nothing_to_price_asks_nobody(shop: Shop, erp: FakeErp) -> None:
    assert price_of(shop, "no-such-thing 1", "BIKE 0", "BIKE 1 BARREL", live=True) == [None, None, None]
    assert erp.calls == []


def test_without_any_price_it_is_on_request_and_never_nothing(shop: Shop) -> None:
    (line,) = prepared(shop, "CUSTOM 1").lines

    assert (line.unit_price, line.net, line.promise) == (None, None, Promise.ON_REQUEST)


def test_asking_for_prices_answers_every_line_in_its_place(shop: Shop) -> None:
    with shop.scope(shop.alice):
        _, found = priced(shop.alpha["id"], lines("BIKE 2", "no-such-thing 1", "HELMET 3"), live=False)

    assert [price and price.total for price in found] == [160, None, 90]


def test_the_explanation_names_list_validity_and_effect(shop: Shop) -> None:
    offer = shop.planter.price("BIKE", discount_percent=Decimal("12.5"), list_code="OFFER-02", list_name="Autumn",
                               valid_from=date(2026, 1, 1), minimum_quantity=10)  # fmt: skip
    try:
        (line,) = prepared(shop, "BIKE 10").lines
    finally:
        shop.planter.connection.execute("delete from price where id = %s", [offer["id"]])

    assert [(step["kind"], step["source"], step["unit_price"]) for step in line.explanation] == [
        ("price", "DEALER", "80"),
        ("discount", "OFFER-02", "70"),
    ]
    assert line.explanation[1]["from_quantity"] == "10"
    assert line.explanation[1]["percent"] == "12.5"
    assert line.explanation[1]["valid_from"] == "2026-01-01"
    assert line.net == 700


def test_a_customer_of_another_company_cannot_be_priced(shop: Shop) -> None:
    from app.errors import NotFound

    with pytest.raises(NotFound), shop.scope(shop.charlie), transaction():
        prepare(shop.alpha["id"], lines("BIKE 1"), live=False)
