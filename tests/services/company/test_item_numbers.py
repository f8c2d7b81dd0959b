"""Own item numbers: checked against the assortment one by one, "x of y taken", nothing dropped in silence."""

from __future__ import annotations

import pytest

from app.errors import NotAllowed
from app.services.company import item_numbers
from app.services.company.item_numbers import Pair, Taken
from tests.services.company.conftest import Company


def pasted(company: Company, *lines: tuple[str, str]) -> Taken:
    pairs = [Pair(row, own, ours) for row, (own, ours) in enumerate(lines, start=1)]
    with company.by(company.carol):
        return item_numbers.add(company.carol, pairs)


def kept(company: Company) -> dict[str, str]:
    rows = company.planter.all(
        "select own_number, item_number from customer_item_number where customer_id = %(c)s", c=company.customer["id"]
    )
    return {row["own_number"]: row["item_number"] for row in rows}


def test_good_lines_are_taken_and_the_others_handed_back_with_their_reason(company: Company) -> None:
    taken = pasted(
        company, ("4711", "BIKE-1"), ("4712", "NO-SUCH"), ("4713", "bike 2"), ("", "HELMET"), ("X" * 61, "HELMET")
    )

    assert (taken.taken, taken.of) == (2, 5)
    assert [(each.pair.row, each.why) for each in taken.refused] == [
        (2, "NO-SUCH is not in your assortment."),
        (4, "Two numbers are needed: yours, then ours."),
        (5, "Your number has 61 characters; 60 can be kept."),
    ]
    assert kept(company) == {"4711": "BIKE-1", "4713": "BIKE-2"}


def test_a_number_of_ours_cannot_mean_another_item(company: Company) -> None:
    taken = pasted(company, ("HELMET", "BIKE-1"), ("BIKE-1", "BIKE-1"))

    assert [each.why for each in taken.refused] == [
        "HELMET is our number of another item, and would always mean that one."
    ]


def test_one_number_twice_in_a_list_is_said(company: Company) -> None:
    taken = pasted(company, ("4711", "BIKE-1"), ("4711", "BIKE-2"), ("4711", "BIKE-1"))

    assert [each.why for each in taken.refused] == ["4711 stands in an earlier line for BIKE-1."]
    assert kept(company) == {"4711": "BIKE-1"}


def test_an_item_of_another_erp_connection_is_not_in_the_assortment(company: Company) -> None:
    if not company.planter.all("select 1 from item where number = 'FAR'"):
        company.planter.item("FAR", source="other")

    assert pasted(company, ("1", "FAR")).taken == 0


def test_a_known_number_changes_its_item_and_the_record_says_from_what_to_what(company: Company) -> None:
    pasted(company, ("4711", "BIKE-1"), ("4712", "BIKE-2"))
    pasted(company, ("4711", "HELMET"), ("4712", "BIKE-2"))

    entry = company.audit("company:items:changed", company.customer["number"])[-1]
    assert (entry["before"], entry["after"]) == ({"4711": "BIKE-1"}, {"4711": "HELMET"})
    assert entry["customer_id"] == company.customer["id"]


def test_a_number_is_taken_out_once(company: Company) -> None:
    pasted(company, ("4711", "BIKE-1"))
    with company.by(company.carol):
        assert item_numbers.remove(company.carol, "4711")
        assert not item_numbers.remove(company.carol, "4711")

    assert kept(company) == {}
    assert company.audit("company:items:changed", company.customer["number"])[-1]["before"] == {"4711": "BIKE-1"}


def test_numbers_are_found_by_either_number_and_by_a_word(company: Company) -> None:
    pasted(company, ("4711", "BIKE-1"), ("ab-12", "HELMET"))
    with company.by(company.carol):
        found = {
            q: [row.own_number for row in item_numbers.listed(company.customer["id"], q=q, limit=10, offset=0)]
            for q in ("", "47", "AB", "helm", "item bike", "%")
        }

    assert found == {
        "": ["4711", "ab-12"],
        "47": ["4711"],
        "AB": ["ab-12"],
        "helm": ["ab-12"],
        "item bike": ["4711"],
        "%": [],
    }


def test_numbers_of_another_company_are_neither_seen_nor_touched(company: Company) -> None:
    other = Company(company.planter)
    pasted(other, ("4711", "BIKE-1"))
    with company.by(company.carol):
        assert item_numbers.listed(other.customer["id"], q="", limit=10, offset=0) == []
        assert not item_numbers.remove(company.carol, "4711")

    assert kept(other) == {"4711": "BIKE-1"}


def test_only_a_company_administrator_keeps_them(company: Company) -> None:
    with pytest.raises(NotAllowed), company.by(company.alice):
        item_numbers.add(company.alice, [Pair(1, "4711", "BIKE-1")])
    with pytest.raises(NotAllowed), company.by(company.alice):
        item_numbers.remove(company.alice, "4711")
