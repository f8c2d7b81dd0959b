"""One tap on an offer does what it says: applied as data, recorded, and the draft judged again."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.clock import today
from app.errors import MoveRefused, NotFound, PreconditionNotMet
from app.extensions import transaction
from app.security.actor import Actor
from app.services.lifecycle import locked
from app.services.ordering import checking, drafts, offers
from app.services.ordering.place import Outcome
from app.services.ordering.preparing import prepare
from tests.factories.planting import Row
from tests.factories.shop import Shop


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """With bottle cages in boxes of 12 and pallets of 480, and a slow item."""
    if not shop.planter.all("select 1 from item where number = 'CAGE'"):
        shop.planter.item("CAGE", stock=5000, units={"BOX": 12, "PAL": 480}, list_price=Decimal("5.994"))
        shop.planter.item("SLOW", list_price=Decimal(10), lead_time_days=5)
        shop.planter.item("SCARCE", stock=36, list_price=Decimal(10))
    return shop


def looked(shop: Shop, *typed: str, **head: Any) -> str:
    """A draft somebody has looked at. :returns: its number"""
    number = shop.draft(*typed, **head)
    with shop.scope(shop.alice):
        with transaction():
            lines = drafts.stored_lines(locked(number))
        prepared = prepare(shop.alice.customer_id or 0, lines, live=False)
        with transaction():
            checking.look(locked(number), prepared)
    return number


def key(shop: Shop, number: str, rule: str, offer: str) -> str:
    (finding,) = [each for each in shop.findings(number) if each["rule"] == rule]
    return offers.api_id(finding["id"], offer)


def take(shop: Shop, number: str, rule: str, offer: str, *, by: Actor | None = None) -> None:
    with shop.scope(by or shop.alice):
        offers.take(by or shop.alice, number, key(shop, number, rule, offer))


def quantities(shop: Shop, number: str) -> list[Decimal]:
    return [line["quantity"] for line in shop.lines_of(number)]


def rules_of(rows: list[Row]) -> set[str]:
    return {row["rule"] for row in rows}


def test_a_draft_shows_its_findings_without_being_sent(stocked: Shop) -> None:
    number = looked(stocked, "CAGE 500")

    assert rules_of(stocked.findings(number)) == {"part-pallet"}
    assert stocked.state(number) == ("draft", "not_checked", "buyer")
    assert "order:judged" not in stocked.tags(number)


def test_looking_again_at_an_unchanged_draft_keeps_the_offers_valid(stocked: Shop) -> None:
    number = looked(stocked, "CAGE 500")
    before = key(stocked, number, "part-pallet", "keep")
    with stocked.holding(stocked.alice, number) as order:
        lines = drafts.stored_lines(order)
    with stocked.scope(stocked.alice):
        prepared = prepare(stocked.alice.customer_id or 0, lines, live=False)
        with transaction():
            checking.look(locked(number), prepared)

    assert key(stocked, number, "part-pallet", "keep") == before


@pytest.mark.parametrize(("offer", "quantity"), [("take-down", 480), ("take-up", 960)])
def test_rounding_to_full_pallets_changes_the_line_and_its_price_and_answers_the_finding(
    stocked: Shop, offer: str, quantity: int
) -> None:
    number = looked(stocked, "CAGE 500", "BIKE 1")

    take(stocked, number, "part-pallet", offer)

    assert quantities(stocked, number) == [quantity, 1]
    assert stocked.order(number)["net"] == quantity * Decimal("5.994") + 80
    assert stocked.findings(number) == []
    assert stocked.order(number)["choices"] == {"part-pallet:1": offer}


def test_what_was_chosen_is_on_record(stocked: Shop) -> None:
    number = looked(stocked, "CAGE 500")

    take(stocked, number, "part-pallet", "take-down")

    assert stocked.tags(number)[-2:] == ["order:line:changed", "order:choice:taken"]
    assert stocked.history(number)[-1]["after"] == {"rule": "part-pallet", "line": 1, "offer": "take-down"}


def test_keeping_keeps_the_line_and_remembers_the_choice(stocked: Shop) -> None:
    number = looked(stocked, "CAGE 500")

    take(stocked, number, "part-pallet", "keep")

    assert quantities(stocked, number) == [500]
    assert stocked.order(number)["choices"] == {"part-pallet:1": "keep"}
    assert rules_of(stocked.findings(number)) == {"part-pallet"}


def test_taking_a_line_out_moves_the_choices_of_the_lines_below_up(stocked: Shop) -> None:
    number = looked(stocked, "nothing-known 1", "CAGE 500")
    take(stocked, number, "part-pallet", "keep")

    take(stocked, number, "item-unknown", "take-out")

    assert quantities(stocked, number) == [500]
    assert stocked.order(number)["choices"] == {"part-pallet:1": "keep"}


def test_one_day_for_everything_takes_the_days_of_single_lines_away(stocked: Shop) -> None:
    number = looked(stocked, "SLOW 1", "BIKE 1", requested_date=today() + timedelta(days=1))

    take(stocked, number, "date-before-lead-time", "all-later")

    assert stocked.order(number)["requested_date"] > today() + timedelta(days=4)
    assert [line["requested_date"] for line in stocked.lines_of(number)] == [None, None]
    assert stocked.findings(number) == []


def test_how_to_deliver_is_remembered_with_the_order(stocked: Shop) -> None:
    number = looked(stocked, "SCARCE 60")

    take(stocked, number, "stock-short", "together")

    assert stocked.order(number)["choices"] == {"stock-short:1": "together"}


def test_editing_the_line_by_hand_forgets_what_was_chosen_about_it(stocked: Shop) -> None:
    number = looked(stocked, "CAGE 500", "SCARCE 60")
    take(stocked, number, "part-pallet", "keep")
    take(stocked, number, "stock-short", "together")

    stocked.change(number, "CAGE 700", "SCARCE 60")

    assert stocked.order(number)["choices"] == {"stock-short:2": "together"}


def test_an_offer_of_an_older_judgement_is_gone(stocked: Shop) -> None:
    number = looked(stocked, "CAGE 500")
    old = key(stocked, number, "part-pallet", "keep")
    take(stocked, number, "part-pallet", "take-up")

    with stocked.scope(stocked.alice), pytest.raises(NotFound):
        offers.take(stocked.alice, number, old)


@pytest.mark.parametrize("wrong", ["", "x", "1", "-1-keep", "99999999999999999999999-keep", "٣-keep", "1-keep'--"])
def test_a_key_that_names_no_offer_is_not_found(stocked: Shop, wrong: str) -> None:
    number = looked(stocked, "CAGE 500")

    with stocked.scope(stocked.alice), pytest.raises(NotFound):
        offers.take(stocked.alice, number, wrong)


def test_another_companys_offer_is_not_found(stocked: Shop) -> None:
    number = looked(stocked, "CAGE 500")

    with stocked.scope(stocked.charlie), pytest.raises(NotFound):
        offers.take(stocked.charlie, number, key(stocked, number, "part-pallet", "keep"))


def test_a_button_that_leads_somewhere_is_not_for_the_server(stocked: Shop) -> None:
    number = looked(stocked, "BIKE 1", requested_date=date(2020, 1, 1))

    with pytest.raises(MoveRefused, match="leads to a field"):
        take(stocked, number, "requested-date-past", "choose-day")


def test_who_looked_at_an_older_version_takes_nothing(stocked: Shop) -> None:
    number = looked(stocked, "CAGE 500")

    with stocked.scope(stocked.alice), pytest.raises(PreconditionNotMet):
        offers.take(stocked.alice, number, key(stocked, number, "part-pallet", "take-up"), seen_version=17)

    assert quantities(stocked, number) == [500]


def test_the_offers_of_a_sent_order_are_closed(stocked: Shop) -> None:
    number = looked(stocked, "CAGE 500")
    stocked.send(number)

    with pytest.raises(MoveRefused, match="offers are closed"):
        take(stocked, number, "part-pallet", "take-up")


def test_what_nobody_chose_applies_its_default_when_the_order_is_sent_and_is_recorded(stocked: Shop) -> None:
    tomorrow = today() + timedelta(days=1)
    number = stocked.draft("SLOW 1", "BIKE 1", requested_date=tomorrow)

    assert stocked.send(number).outcome is Outcome.RECEIVED

    assert stocked.order(number)["choices"] == {"date-before-lead-time:1": "line-later"}
    slow, bike = stocked.messages(number)[0]["body"]["lines"]
    assert date.fromisoformat(slow["requested_date"]) > tomorrow
    assert bike["requested_date"] is None
    chosen = [entry["after"] for entry in stocked.history(number) if entry["tag"] == "order:choice:taken"]
    assert chosen == [{"not_chosen": [{"rule": "date-before-lead-time", "line": 1, "offer": "line-later"}]}]


def test_what_was_chosen_is_not_overruled_by_the_default(stocked: Shop) -> None:
    number = looked(stocked, "SCARCE 60")
    take(stocked, number, "stock-short", "together")

    stocked.send(number)

    assert stocked.order(number)["choices"] == {"stock-short:1": "together"}
    assert stocked.tags(number).count("order:choice:taken") == 1
