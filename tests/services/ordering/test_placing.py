"""Sending an order: prices frozen, all layers asked, approval where it is needed, then it is ours to act on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.domain.pricing import PriceLine, PriceSource
from app.errors import MoveRefused
from app.services.ordering.place import Outcome
from app.services.rulebook import shipped
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp, Trouble


def test_without_a_point_for_a_person_the_rules_approve_and_the_message_leaves(shop: Shop) -> None:
    number = shop.draft("BIKE 5")

    receipt = shop.send(number)

    assert receipt.outcome is Outcome.RECEIVED
    assert shop.state(number) == ("received", "approved", "erp")
    assert [(message["kind"], message["state"]) for message in shop.messages(number)] == [("create_order", "waiting")]


def test_what_is_sent_is_the_order_word_for_word(shop: Shop) -> None:
    number = shop.ordered("BIKE 5", "HELMET 2", reference="PO-4711", comment="Gate 3")
    (message,) = shop.messages(number)
    order = shop.order(number)

    assert message["order_key"] == message["body"]["key"] == order["key"]
    assert (message["body"]["reference"], message["body"]["comment"]) == ("PO-4711", "Gate 3")
    assert message["body"]["customer_number"] == shop.alpha["number"]
    assert [(line["item_number"], line["quantity"], line["unit_price"]) for line in message["body"]["lines"]] == [
        ("BIKE", "5.000000", "80.000000"),
        ("HELMET", "2.000000", "30.000000"),
    ]


def test_an_order_with_a_block_stays_a_draft_with_its_findings(shop: Shop) -> None:
    number = shop.draft("no-such-thing 1", "BIKE 0")

    receipt = shop.send(number)

    assert receipt.outcome is Outcome.BLOCKED
    assert shop.state(number) == ("draft", "not_checked", "buyer")
    assert shop.messages(number) == []
    found = {(finding["rule"], finding["line_number"]) for finding in shop.findings(number)}
    assert {("item-unknown", 1), ("quantity-not-positive", 2)} <= found


def test_all_layers_are_asked_even_when_the_first_one_blocks(shop: Shop) -> None:
    number = shop.draft("no-such-thing 1", "BIKE 2000", by=shop.dora)

    shop.send(number, by=shop.dora)

    layers = {finding["layer"] for finding in shop.findings(number)}
    assert {"integrity", "finance", "logistics"} <= layers


def test_every_finding_says_what_why_and_what_to_do_in_two_languages(shop: Shop) -> None:
    number = shop.draft("no-such-thing 1")
    shop.send(number)

    for finding in shop.findings(number):
        assert set(finding["texts"]["message"]) >= {"en", "de"}
        assert set(finding["texts"]["fix"]) >= {"en", "de"}
    assert "no-such-thing" in shop.findings(number)[0]["texts"]["message"]["en"]


def test_findings_are_kept_with_the_facts_and_the_version_of_the_rules(shop: Shop) -> None:
    number = shop.draft("no-such-thing 1")
    shop.send(number)
    judgement = shop.planter.one("select * from judgement")
    finding = shop.findings(number)[0]

    assert judgement["rule_set_version"] == shop.order(number)["rule_set_version"] == shipped().version
    assert judgement["facts"]["customer"]["number"] == shop.alpha["number"]
    assert finding["facts"]["line.item_number_typed"] == "no-such-thing"


def test_a_blocked_draft_is_changed_and_sent_again_under_the_same_number(shop: Shop) -> None:
    number = shop.draft("no-such-thing 1")
    shop.send(number)

    shop.change(number, "BIKE 1")
    receipt = shop.send(number)

    assert receipt.outcome is Outcome.RECEIVED
    assert len(shop.planter.all("select 1 from judgement")) == 2


def test_an_order_is_sent_once(shop: Shop) -> None:
    number = shop.ordered("BIKE 1")

    with pytest.raises(MoveRefused, match="sent already"):
        shop.send(number)

    assert len(shop.messages(number)) == 1


# --- prices -----------------------------------------------------------------------------------------------------------


def test_the_prices_of_the_moment_of_sending_are_frozen(shop: Shop) -> None:
    number = shop.draft("HELMET 2")
    special = shop.planter.price("HELMET", "25", list_code="OFFER")
    shop.send(number)
    shop.planter.connection.execute("delete from price where id = %s", [special["id"]])

    assert shop.order(number)["net"] == 50
    assert shop.messages(number)[0]["body"]["lines"][0]["unit_price"] == "25.000000"
    assert "order:priced" in shop.tags(number)


def test_a_price_the_erp_gives_now_counts_and_is_called_confirmed(shop: Shop, erp: FakeErp) -> None:
    erp.price_lines.append(
        PriceLine("LIVE", "", PriceSource.ALL, "", "BIKE", "", Decimal(0), "", Decimal(77), None, None, None)
    )
    number = shop.draft("BIKE 1")

    shop.send(number, live=True)

    assert (shop.order(number)["net"], shop.order(number)["promise"]) == (77, "confirmed")


def test_while_the_erp_is_silent_the_last_known_price_counts_and_says_so(shop: Shop, erp: FakeErp) -> None:
    erp.will("quote", Trouble.UNAVAILABLE)
    number = shop.draft("BIKE 1")

    receipt = shop.send(number, live=True)

    assert receipt.outcome is Outcome.RECEIVED
    assert (shop.order(number)["net"], shop.order(number)["promise"]) == (80, "last_known")


def test_a_line_without_a_price_is_for_the_desk(shop: Shop) -> None:
    number = shop.ordered("CUSTOM 1", "BIKE 1")

    assert shop.state(number) == ("in_validation", "pending", "validator")
    assert shop.order(number)["promise"] == "on_request"
    assert shop.messages(number) == []


# --- the checks that the shipped rules bring --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "head", "rule"),
    [
        (["no-such-thing 1"], {}, "item-unknown"),
        (["BIKE 0"], {}, "quantity-not-positive"),
        (["BIKE -1"], {}, "quantity-not-positive"),
        (["BIKE 1.5"], {}, "whole-pieces"),
        (["BIKE 9999999999"], {}, "quantity-too-large"),
        (["BIKE 1 BARREL"], {}, "unit-unknown"),
        (["BIKE 1"], {"requested_date": date(2020, 1, 1)}, "requested-date-past"),
        (["BIKE 1"], {"ship_to": "BETA-DOCK"}, "ship-to-unknown"),
    ],
)
def test_bad_input_gets_a_sentence_and_stays_a_draft(
    shop: Shop, typed: list[str], head: dict[str, Any], rule: str
) -> None:
    number = shop.draft(*typed, **head)

    receipt = shop.send(number)

    assert receipt.outcome is Outcome.BLOCKED
    assert rule in {finding["rule"] for finding in shop.findings(number) if finding["outcome"] == "block"}


def test_the_same_item_twice_is_told_and_both_are_kept(shop: Shop) -> None:
    number = shop.ordered("BIKE 1", "BIKE 2")

    assert ("line-repeated", 2) in {(finding["rule"], finding["line_number"]) for finding in shop.findings(number)}
    assert [line["quantity"] for line in shop.lines_of(number)] == [1, 2]


def test_an_order_over_the_credit_limit_is_for_the_desk(shop: Shop) -> None:
    number = shop.ordered("BIKE 20", by=shop.dora)

    assert shop.state(number) == ("in_validation", "pending", "validator")
    assert "credit-limit" in {finding["rule"] for finding in shop.findings(number)}


def test_open_orders_count_against_the_credit_limit(shop: Shop) -> None:
    first = shop.ordered("BIKE 7", by=shop.dora)
    second = shop.ordered("BIKE 7", by=shop.dora)

    assert [shop.state(number)[0] for number in (first, second)] == ["received", "in_validation"]
