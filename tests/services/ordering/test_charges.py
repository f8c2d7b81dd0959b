"""A surcharge is shown before it counts, counts towards every limit, and reaches the ERP as it was shown."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from app.domain.money import total
from app.erp.port import ChargeRecord
from app.security.actor import Role
from app.services import outbox
from app.services.delivery.comparing import differences
from app.services.ordering.place import Outcome
from tests.factories.planting import Row
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp
from tests.services.ordering.test_offers import looked, stocked, take

__all__ = ["stocked"]


def charges(shop: Shop, number: str) -> list[tuple[str, str, int]]:
    return [(each["code"], each["amount"], each["line"]) for each in shop.order(number)["charges"]]


def sum_of_lines(shop: Shop, number: str) -> Decimal:
    return total(line["net"] for line in shop.lines_of(number))


def test_a_draft_with_a_part_pallet_shows_the_surcharge_in_its_sum(stocked: Shop) -> None:
    number = looked(stocked, "CAGE 500")

    assert charges(stocked, number) == [("part-pallet", "18.00", 1)]
    assert stocked.order(number)["net"] == sum_of_lines(stocked, number) + 18
    charge = stocked.order(number)["charges"][0]
    assert charge["label"] == {"en": "Surcharge part pallet", "de": "Zuschlag Anbruchpalette"}
    assert "picking loose ones costs USD 18.00" in charge["why"]["en"]


@pytest.mark.parametrize(
    "ordinary", ["CAGE 5", "CAGE 479", "CAGE 480", "CAGE 960", "CAGE 504", "CAGE 2 PAL", "BIKE 500"]
)
def test_below_a_pallet_on_full_pallets_and_in_full_boxes_there_is_none(stocked: Shop, ordinary: str) -> None:
    number = stocked.draft(ordinary, by=stocked.charlie)
    stocked.send(number, by=stocked.charlie)

    assert charges(stocked, number) == []
    assert stocked.order(number)["net"] == sum_of_lines(stocked, number)


def test_rounding_takes_the_surcharge_away(stocked: Shop) -> None:
    number = looked(stocked, "CAGE 500")

    take(stocked, number, "part-pallet", "take-down")

    assert charges(stocked, number) == []
    assert stocked.order(number)["net"] == Decimal("2877.12")


def test_who_says_nothing_pays_it_and_every_line_its_own(stocked: Shop) -> None:
    number = stocked.draft("CAGE 500", "BIKE 1", "CAGE 490", by=stocked.charlie)
    stocked.send(number, by=stocked.charlie)

    assert charges(stocked, number) == [("part-pallet", "18.00", 1), ("part-pallet", "18.00", 3)]
    assert stocked.order(number)["net"] == sum_of_lines(stocked, number) + 36


def test_it_counts_towards_the_limit_of_the_buyer(stocked: Shop) -> None:
    number = stocked.draft("CAGE 499")  # 2,991.01 without, 3,009.01 with it

    assert stocked.send(number, by=replace(stocked.alice, order_limit=Decimal(3000))).outcome is Outcome.WAITING

    assert stocked.approval(number)["amount"] == Decimal("3009.01")


def test_it_counts_towards_the_credit_limit(stocked: Shop) -> None:
    account = stocked.planter.customer(name="Delta", credit_limit=Decimal(3000))
    stocked.planter.ship_to(account)
    stocked.planter.row("customer_account", customer_id=account["id"], look_at_first=0)
    emil = stocked.planter.person("emil", Role.BUYER, customer=account)
    number = stocked.draft("CAGE 499", by=emil)
    stocked.send(number, by=emil)

    assert "credit-limit" in {finding["rule"] for finding in stocked.findings(number)}


def sent(shop: Shop) -> Row:
    number = shop.draft("CAGE 500", by=shop.charlie)
    shop.send(number, by=shop.charlie)
    return shop.messages(number)[0]


def test_it_travels_in_the_frozen_message(stocked: Shop) -> None:
    body = sent(stocked)["body"]

    assert body["charges"] == [
        {"code": "PART-PALLET", "description": "Surcharge part pallet, line 1", "amount": "18.00"}
    ]


def test_what_the_erp_holds_is_compared_charge_by_charge(stocked: Shop, erp: FakeErp) -> None:
    order = outbox.from_body(sent(stocked)["body"])
    held = erp.create_order(order)
    assert differences(order, held) == []
    assert differences(order, replace(held, charges=())) == ["the charge PART-PALLET of 18.00 is missing"]
    dearer = replace(held, charges=(ChargeRecord("PART-PALLET", "", Decimal(19)),))
    assert len(differences(order, dearer)) == 2
