"""The shipped set judges orders as the product describes it, in words people can use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.rules.engine import Facts, Finding, RuleSet
from app.rules.vocabulary import LAYERS, PASS
from tests.rules.conftest import order_with

Judge = Callable[..., list[Finding]]


def test_an_ordinary_order_has_no_findings(judge: Judge) -> None:
    assert judge() == []


def test_the_facts_of_that_order_are_spelt_as_the_vocabulary_spells_them() -> None:
    assert order_with().problems() == []


def test_each_layer_has_at_least_two_rules(shipped: RuleSet) -> None:
    layers = [rule.layer for rule in shipped.rules]
    assert all(layers.count(layer) >= 2 for layer in LAYERS)


def test_each_rule_shows_by_example_when_it_fires_and_when_not(shipped: RuleSet) -> None:
    for rule in shipped.rules:
        expected = {example.expect for example in rule.examples}
        assert PASS in expected, rule.id
        assert expected - {PASS}, rule.id


@pytest.mark.parametrize(
    ("rule", "outcome", "changed"),
    [
        ("order-empty", "block", {"order.lines": 0}),
        ("item-unknown", "block", {"line.item_known": False}),
        ("unit-unknown", "block", {"line.unit_known": False, "line.base_quantity": None}),
        ("quantity-not-positive", "block", {"line.quantity": Decimal(-5), "line.base_quantity": Decimal(-5)}),
        ("whole-pieces", "block", {"line.quantity": Decimal("2.5"), "line.base_quantity": Decimal("2.5")}),
        ("ship-to-unknown", "block", {"order.ship_to_known": False}),
        ("line-date-past", "block", {"line.own_requested_date": date(2026, 11, 22)}),
        ("vat-id-form", "review", {"customer.vat_id": "DE12345678", "customer.country": "DE"}),
        ("po-number-used", "offer", {"order.same_reference_order": "P-10391"}),
        ("line-repeated", "notice", {"line.duplicate_of": 1}),
        ("item-blocked", "block", {"item.blocked": True}),
        ("item-discontinued", "block", {"item.discontinued": True, "item.available": Decimal(0)}),
        ("order-multiple", "block", {"item.order_multiple": Decimal(12)}),
        ("minimum-quantity", "block", {"item.minimum_quantity": Decimal(12)}),
        ("always-look", "review", {"customer.always_look": True}),
        ("first-orders", "review", {"customer.earlier_orders": 2, "customer.look_at_first": 3}),
        ("price-on-request", "review", {"line.price_known": False, "line.net": None}),
        (
            "next-break-cheaper",
            "offer",
            {"line.next_tier_quantity": Decimal(6), "line.next_tier_total": Decimal("29.00")},
        ),
        ("account-stopped", "block", {"customer.block": "all"}),
        ("credit-limit", "review", {"order.net": Decimal("7312.45")}),
        ("invoices-overdue", "review", {"customer.overdue_days_oldest": 41}),
        ("prepayment", "notice", {"customer.prepayment": True}),
        ("date-before-lead-time", "offer", {"line.earliest_date": date(2026, 12, 2)}),
        ("stock-short", "offer", {"item.available": Decimal(3)}),
        ("stock-none", "offer", {"item.available": Decimal(0)}),
        ("part-pallet", "offer", {"line.base_quantity": Decimal(500)}),
    ],
)
def test_one_thing_out_of_order_is_one_finding(judge: Judge, rule: str, outcome: str, changed: dict[str, Any]) -> None:
    assert [(finding.rule, finding.outcome) for finding in judge(**changed)] == [(rule, outcome)]


def test_a_day_that_is_over_is_not_also_reported_as_too_early(judge: Judge) -> None:
    findings = judge(**{"order.requested_date": date(2026, 11, 20), "line.requested_date": date(2026, 11, 20)})

    assert [finding.rule for finding in findings] == ["requested-date-past"]


def test_a_huge_quantity_is_blocked_and_still_put_into_words(judge: Judge) -> None:
    finding = judge(**{"line.quantity": Decimal("1E+30"), "line.base_quantity": Decimal("1E+30")})[0]

    assert (finding.rule, finding.outcome) == ("quantity-too-large", "block")
    assert len(finding.message["en"]) < 250


def test_an_unknown_item_silences_the_rules_about_items(shipped: RuleSet) -> None:
    line = {"number": 1, "item_number_typed": "XYZ", "item_known": False, "quantity": Decimal(5), "unit": "PCS"}
    findings = shipped.evaluate(Facts(order={"lines": 1}, lines=[{"line": line, "item": None}]))

    assert [finding.rule for finding in findings] == ["item-unknown"]


def test_everything_wrong_is_told_at_once_by_layer_and_then_by_line(shipped: RuleSet) -> None:
    first = order_with(**{"line.number": 1, "line.base_quantity": Decimal(500), "customer.block": "all"})
    second = order_with(**{"line.number": 2, "line.quantity": Decimal(0), "line.base_quantity": Decimal(0)})
    findings = shipped.evaluate(
        Facts(first.order, first.customer, [*first.lines, *second.lines, *first.lines], first.today)
    )

    assert [(finding.layer, finding.rule, finding.line) for finding in findings] == [
        ("integrity", "quantity-not-positive", 2),
        ("finance", "account-stopped", None),
        ("logistics", "part-pallet", 1),
        ("logistics", "part-pallet", 1),
    ]


def test_the_buyer_takes_whole_pallets_with_one_tap_and_keeps_the_quantity_without(judge: Judge) -> None:
    facts = {"line.base_quantity": Decimal(500), "line.net": Decimal(2997), "line.pallets_net": Decimal("2877.12")}
    offers = {offer.id: offer for offer in judge(**facts)[0].offers}

    assert offers["take-down"].effect == {"set": {"line.quantity": Decimal(480), "line.unit": "PCS"}}
    assert offers["take-down"].label == {"en": "Take 480, saves 137.88", "de": "480 nehmen, spart 137,88"}
    assert offers["take-up"].label == {"en": "Take 960, 2 pallets", "de": "960 nehmen, 2 Paletten"}
    assert offers["keep"].label == {"en": "Keep 500 for 18.00 more", "de": "500 für 18,00 mehr"}
    assert offers["keep"].effect["charge"]["amount"] == 18
    assert [offer.id for offer in offers.values() if offer.default] == ["keep"]


def test_who_may_not_see_invoices_reads_no_amount_of_debt(judge: Judge) -> None:
    [finding] = judge(**{"order.net": Decimal("7312.45")})

    assert "your limit is 50,000.00" in finding.buyer_texts("en", sees_invoices=True)[0]
    told = " ".join(text for language in ("en", "de") for text in finding.buyer_texts(language, sees_invoices=False))
    assert not any(sign.isdigit() for sign in told)
    assert "Over by 2,632.55 (5.3 %)" in finding.desk["en"]


def test_no_credit_limit_is_not_a_limit_of_zero(judge: Judge) -> None:
    assert judge(**{"customer.credit_limit": None, "order.net": Decimal(10**9)}) == []
    assert judge(**{"customer.credit_limit": Decimal(0)})[0].rule == "credit-limit"


def test_a_company_may_turn_a_used_po_number_into_a_block_that_cannot_be_kept(judge: Judge) -> None:
    [finding] = judge(**{"order.same_reference_order": "P-1", "customer.po_number_used": "block"})

    assert finding.outcome == "block"
    assert [offer.id for offer in finding.offers] == ["enter-number"]


def test_german_texts_have_german_numbers_and_days(judge: Judge) -> None:
    assert "USD 52.632,55" in judge(**{"order.net": Decimal("7312.45")})[0].message["de"]
    assert "Mi., 2. Dez." in judge(**{"line.earliest_date": date(2026, 12, 2)})[0].message["de"]
