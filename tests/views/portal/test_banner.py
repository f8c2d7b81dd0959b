"""The one line about how things are: each state in its words, in both languages, and nothing while nothing is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app import clock
from app.clock import business_zone
from app.extensions import transaction
from app.security.actor import Actor
from app.services import silence
from app.services.maintenance import start_maintenance
from app.services.silence import start_silence
from tests.factories.shop import Shop
from tests.views.portal.browsing import Browser, text_of

Browse = Callable[[Actor], Browser]
SIGNS = ("silent", "back since", "older than", "reading only", "schweigt", "antwortet nicht", "wieder da", "nur lesen")


@pytest.fixture(autouse=True)
def _well(shop: Shop) -> Iterator[None]:
    start_silence("Business Central", 24)
    yield
    for table in ("sync_state", "erp_line"):
        shop.planter.connection.execute(f"delete from {table}")
    shop.planter.connection.execute("update person set language = 'en'")
    start_maintenance(None)


def ago(**how_long: int) -> datetime:
    return clock.now() - timedelta(**how_long)


def line(shop: Shop, **values: Any) -> None:
    """How delivery has found the ERP."""
    shop.planter.connection.execute("delete from erp_line")
    shop.planter.row("erp_line", connection="main", **values)


def read(shop: Shop, entity: str, at: datetime, problem: str = "") -> None:
    """When the sync last read something."""
    shop.planter.row("sync_state", source="main", entity=entity, fresh_at=at, problem=problem)


def hhmm(moment: datetime) -> str:
    return f"{moment.astimezone(business_zone()):%H:%M}"


def seen(browse: Browse, actor: Actor, path: str = "/orders") -> str:
    page = browse(actor).get(path)
    assert page.status_code == 200
    return text_of(page)


def german(shop: Shop) -> None:
    shop.planter.connection.execute("update person set language = 'de'")


@pytest.mark.parametrize("path", ["/orders", "/find", "/drafts/new"])
def test_nothing_is_said_while_nothing_is_wrong(shop: Shop, browse: Browse, path: str) -> None:
    read(shop, "prices", ago(minutes=1))
    line(shop, breaker="closed", changed_at=ago(minutes=1), openings=0)

    assert not [sign for sign in SIGNS if sign in seen(browse, shop.alice, path)]
    assert 'class="message' not in browse(shop.vera).get("/desk").text


def test_silent(shop: Shop, browse: Browse) -> None:
    heard, prices = ago(minutes=7), ago(minutes=8)
    read(shop, "prices", prices)
    line(shop, breaker="open", answered_at=heard, openings=1, changed_at=ago(minutes=2))

    assert (
        f"Order as usual. Our order system has been silent since {hhmm(heard)}. Orders are kept safely and entered in"
        f" their turn. Prices are those of {hhmm(prices)}; if one differs by more than 2 % we ask you before we deliver."
        " Stock is promised again afterwards."
    ) in seen(browse, shop.alice)
    german(shop)
    assert "weicht einer um mehr als 2 % ab, fragen wir Sie vor der Lieferung" in seen(browse, shop.alice)


def test_silence_that_only_the_sync_has_noticed(shop: Shop, browse: Browse) -> None:
    read(shop, "prices", ago(minutes=20))

    assert f"silent since {hhmm(ago(minutes=20))}" in seen(browse, shop.alice)


@pytest.fixture
def two_went_in(shop: Shop) -> list[str]:
    """Two orders that were sent while the ERP was silent, and were entered when it came back."""
    numbers = [shop.ordered("BIKE 1"), shop.ordered("BIKE 2")]
    shop.planter.connection.execute(
        "update outbox_message set state = 'done', created_at = %s, finished_at = now()", [ago(minutes=40)]
    )
    line(shop, breaker="closed", openings=1, changed_at=ago(minutes=5), answered_at=ago(minutes=1))
    read(shop, "prices", ago(minutes=1))
    return numbers


def test_back_again(shop: Shop, browse: Browse, two_went_in: list[str]) -> None:
    back = f"{hhmm(ago(minutes=5))}"

    assert re.search(
        rf"Our order system is back since {back}\. Your 2 orders of (this morning|that time) are in\.",
        seen(browse, shop.alice),
    )
    german(shop)
    assert f"Unser Auftragssystem ist seit {back} wieder da. Ihre 2 Aufträge" in seen(browse, shop.alice)


@pytest.mark.parametrize(("hour", "this_morning"), [(9, True), (15, False)])
def test_orders_of_this_morning_are_called_so(
    shop: Shop, two_went_in: list[str], hour: int, this_morning: bool
) -> None:
    local = clock.now().astimezone(business_zone())
    clock.shift(local.replace(hour=hour, minute=30) - local)
    try:
        shop.planter.connection.execute("update outbox_message set created_at = %s", [ago(minutes=40)])
        shop.planter.connection.execute("update outbox_message set finished_at = %s", [clock.now()])
        line(shop, breaker="closed", openings=1, changed_at=ago(minutes=5), answered_at=ago(minutes=1))
        shop.planter.connection.execute("update sync_state set fresh_at = %s", [ago(minutes=1)])
        with shop.scope(shop.alice), transaction():
            told = silence.news("main", shop.alpha["id"])
    finally:
        clock.shift(timedelta())

    assert told is not None
    assert (told.kind, told.orders, told.this_morning) == ("back", 2, this_morning)


def test_back_again_with_a_price_that_differs(shop: Shop, browse: Browse, two_went_in: list[str]) -> None:
    order = shop.order(two_went_in[0])
    shop.planter.row(
        "proposal", order_id=order["id"], customer_id=order["customer_id"], line_number=1, origin="prices",
        code="price_changed", before={"unit_price": "80", "net": "80"}, after={"unit_price": "90", "net": "90"},
    )  # fmt: skip

    assert "One price differs: please look." in seen(browse, shop.alice)
    german(shop)
    assert "Ein Preis weicht ab: Bitte sehen Sie nach." in seen(browse, shop.alice)


def test_back_again_is_no_news_for_those_who_did_not_order(shop: Shop, browse: Browse, two_went_in: list[str]) -> None:
    assert "back since" not in seen(browse, shop.charlie)


def test_prices_that_are_too_old(shop: Shop, browse: Browse) -> None:
    read(shop, "prices", ago(hours=30))
    read(shop, "orders", ago(minutes=1))

    assert "Prices are older than 24 hours. You can send; we confirm each price before we deliver." in seen(
        browse, shop.alice
    )
    german(shop)
    assert "Die Preise sind älter als 24 Stunden." in seen(browse, shop.alice)


def window(start: timedelta, length: timedelta = timedelta(hours=2)) -> tuple[datetime, datetime]:
    begins = (clock.now().astimezone(business_zone()) + start).replace(tzinfo=None, second=0, microsecond=0)
    return begins, begins + length


def test_maintenance_is_announced_a_day_before_and_refuses_nothing_yet(shop: Shop, browse: Browse) -> None:
    start, end = window(timedelta(hours=3))
    start_maintenance((start, end))

    told = seen(browse, shop.alice)

    assert "reading only. Drafts on this device are kept and can be sent afterwards." in told
    assert f"{start:%H:%M} to" in told
    german(shop)
    assert "nur lesen. Entwürfe auf diesem Gerät bleiben erhalten" in seen(browse, shop.alice)
    number = shop.draft("BIKE 1")
    browser = browse(shop.alice)
    browser.post(f"/drafts/{number}/send", browser.get(f"/drafts/{number}"))
    assert shop.state(number)[0] == "received"


def test_in_maintenance_everything_can_be_read_and_what_was_typed_stays(shop: Shop, browse: Browse) -> None:
    number = shop.draft("BIKE 1")
    browser = browse(shop.alice)
    page = browser.get(f"/drafts/{number}")
    start_maintenance(window(timedelta(hours=-1)))

    answer = browser.post(f"/drafts/{number}/send", page, reference="PO-4711")

    assert (answer.status_code, shop.state(number)[0]) == (503, "draft")
    assert 'value="PO-4711"' in answer.text
    assert "What you typed is in the fields." in text_of(answer)
    assert browser.get(f"/drafts/{number}").status_code == 200


def test_in_maintenance_nobody_changes_anything_anywhere(shop: Shop, browse: Browse) -> None:
    number = shop.ordered("BIKE 1")
    start_maintenance(window(timedelta(hours=-1)))

    answer = browse(shop.alice).post(f"/orders/{number}/cancel")

    assert (answer.status_code, shop.state(number)[0]) == (503, "received")
    assert 0 < int(answer.headers["Retry-After"]) <= 3600


def test_desk_and_administrators_read_how_many_wait_and_are_told_not_to_enter_them(shop: Shop, browse: Browse) -> None:
    shop.ordered("BIKE 1")
    shop.ordered("BIKE 2")
    shop.planter.connection.execute("update outbox_message set created_at = %s where id = (select min(id) from"
                                    " outbox_message)", [ago(minutes=38, seconds=5)])  # fmt: skip
    heard, next_try = ago(minutes=40), clock.now() + timedelta(minutes=2)
    line(shop, breaker="open", answered_at=heard, probe_at=next_try, openings=3)

    words = (
        f"Business Central silent since {hhmm(heard)} · 2 orders wait, oldest 38 min · next try {hhmm(next_try)}."
        " Do not enter them by hand: they would be double."
    )
    assert words in seen(browse, shop.vera, "/desk")
    admin = browse(shop.ada).get("/admin/outbox/list/")
    assert words in text_of(admin)
    assert "Hand one over" in admin.text
    assert "Details" not in browse(shop.vera).get("/desk").text
    german(shop)
    assert "2 Aufträge warten, der älteste 38 Min." in seen(browse, shop.vera, "/desk")


def test_buyers_are_not_told_of_other_peoples_orders(shop: Shop, browse: Browse) -> None:
    line(shop, breaker="open", answered_at=ago(minutes=3), openings=1)

    assert "wait, oldest" not in seen(browse, shop.alice)


def test_the_label_of_a_last_known_price_says_what_the_setting_says(shop: Shop, browse: Browse) -> None:
    number = shop.draft("BIKE 1")
    shop.planter.connection.execute("update order_line set promise = 'last_known', price_as_of = %s", [ago(minutes=9)])
    shop.planter.connection.execute("update customer_order set process = 'received', validation = 'approved'")

    assert f"last known price of {hhmm(ago(minutes=9))}; if it differs by more than 2 % we ask you first" in seen(
        browse, shop.alice, f"/orders/{number}"
    )
    assert Decimal(shop.lines_of(number)[0]["net"]) == 80


def test_an_order_that_waits_for_a_silent_erp_is_safe_and_says_so(shop: Shop, browse: Browse) -> None:
    shop.ordered("BIKE 1")
    number, heard = shop.ordered("BIKE 2"), ago(minutes=4)
    line(shop, breaker="open", answered_at=heard, openings=1)

    page = seen(browse, shop.alice, f"/orders/{number}")
    assert f"We, since {hhmm(heard)}: our order system does not answer." in page
    assert "Your order is safe and keeps its place; nothing for you to do." in page
    assert "usually within a minute" not in page
    at_the_desk = seen(browse, shop.vera, f"/orders/{number}")
    assert "waiting for the ERP, 1 before it. Next: Do not enter it by hand: it would be double." in at_the_desk
