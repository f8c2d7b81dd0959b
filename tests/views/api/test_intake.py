"""`POST /intake`: text, form or text file; the contract's answer; nothing is created."""

from __future__ import annotations

import io

import pytest

from tests.factories.shop import Shop
from tests.views.api.conftest import Ask

LIST = "SKU;Qty\nBIKE;2\nNIX-1;3\nBIKE;4\n"


def test_the_answer_has_lines_problems_and_notices(ask: Ask, shop: Shop) -> None:
    answer = ask(shop.alice, "POST", "/intake", json={"text": LIST}).get_json()

    assert (answer["result"], answer["recognised"], answer["of"]) == ("accepted_with_problems", 2, 3)
    assert answer["lines"][0] == {
        "row": 2, "item": "BIKE", "name": "Item BIKE", "quantity": "2", "unit": "PCS", "base_quantity": "2",
        "requested_date": None, "note": "",
    }  # fmt: skip
    assert [(each["row"], each["code"]) for each in answer["problems"]] == [(3, "unknown_item")]
    assert [each["code"] for each in answer["notices"]] == ["duplicate_item"]
    assert "NIX-1" in answer["corrected_file"]
    assert shop.planter.all("select 1 from customer_order") == []


@pytest.mark.parametrize("how", ["form", "file", "utf-16"])
def test_a_form_or_a_text_file_is_read_the_same(ask: Ask, shop: Shop, how: str) -> None:
    content = LIST.encode("utf-16" if how == "utf-16" else "utf-8")
    data = {"text": LIST} if how == "form" else {"file": (io.BytesIO(content), "list.csv")}

    answer = ask(shop.alice, "POST", "/intake", data=data)

    assert [line["item"] for line in answer.get_json()["lines"]] == ["BIKE", "BIKE"]


@pytest.mark.parametrize("content", [b"PK\x03\x04", "Menge;Stück".encode("cp1252")])
def test_other_files_are_refused_with_words_that_help(ask: Ask, shop: Shop, content: bytes) -> None:
    answer = ask(shop.alice, "POST", "/intake", data={"file": (io.BytesIO(content), "list.xlsx")})

    assert answer.status_code == 415
    assert "paste them as text" in answer.get_json()["fix"]


@pytest.mark.parametrize("body", [{}, {"text": None}, {"text": 5}, {"text": ["BIKE 1"]}])
def test_without_a_text_there_is_nothing_to_read(ask: Ask, shop: Shop, body: dict[str, object]) -> None:
    assert ask(shop.alice, "POST", "/intake", json=body).status_code == 400


def test_a_picture_is_no_list(ask: Ask, shop: Shop) -> None:
    data = {"file": (io.BytesIO(b"\x89PNG\r\n\x1a\n\x00\x00"), "list.csv")}

    answer = ask(shop.alice, "POST", "/intake", data=data).get_json()

    assert (answer["result"], answer["file_problem"], answer["lines"]) == ("rejected", "not_a_table", [])


def test_only_who_may_order_reads_lists(ask: Ask, shop: Shop) -> None:
    assert ask(shop.vera, "POST", "/intake", json={"text": LIST}).status_code == 403


def test_what_is_handed_back_runs_in_no_spreadsheet(ask: Ask, shop: Shop) -> None:
    answer = ask(shop.alice, "POST", "/intake", json={"text": "SKU,Qty,Note\nBIKE,1,=1+1\nNIX,1,x"}).get_json()

    assert answer["lines"][0]["note"] == "=1+1"
    assert "'=1+1" in answer["corrected_file"]
