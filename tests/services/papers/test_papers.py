"""The papers of an order: whole, in the reader's language, differences first, every page numbered, drawn quickly enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from app.errors import NotFound
from app.extensions import transaction
from app.jobs.relay import drain
from app.security.scopes import Scope, entered
from app.services import papers
from app.services.fulfilment import follow
from app.services.papers import drawing
from app.services.papers.differing import differences
from app.services.papers.facts import Charge, Held, Line, OrderFacts
from app.services.papers.page import Sheet, drawable
from app.services.seller import Seller
from app.words import LANGUAGES, use_language
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp
from tests.services.notifications.post_office import PostOffice

SELLER = Seller(
    version=1, name="Adventure Works", legal_name="Adventure Works Cycles", address="Bothell, WA",
    iban="DE89 3704 0044 0532 0130 00", register_entry="HRB 1",
)  # fmt: skip


def line(number: int, **values: Any) -> Line:
    usual: dict[str, Any] = {
        "number": number, "item": f"BK-{number}", "own_number": "", "name": f"Bike {number}", "quantity": Decimal(24),
        "unit": "PCS", "unit_price": Decimal("27.6395"), "discount_percent": Decimal(0), "net": Decimal("663.35"),
        "wished": date(2026, 12, 1), "confirmed": Decimal(24), "confirmed_date": date(2026, 12, 1),
        "cancelled": Decimal(0), "held": Held(Decimal("27.6395"), Decimal(0), Decimal("663.35")),
    }  # fmt: skip
    return Line(**{**usual, **values})


def order(*lines: Line, **values: Any) -> OrderFacts:
    net = sum((each.net or Decimal(0) for each in lines), Decimal(0))
    usual: dict[str, Any] = {
        "id": 1, "customer_id": 1, "placed_by": 1, "number": "P-10391", "reference": "4500012345", "erp_number": "101047",
        "currency": "USD", "net": net, "held_net": net, "tax": Decimal("53.07"), "gross": net + Decimal("53.07"),
        "comment": "", "placed_by_name": "Alice", "submitted_at": datetime(2026, 11, 23, 14, 9, tzinfo=UTC),
        "wished": date(2026, 12, 1), "terms_version": 3, "review_reason": "", "review_note": "",
        "payment_terms": "Net 30 days", "account_manager": "max", "customer_number": "AW1", "customer_name": "A Bike Store",
        "customer_address": ("Elliot Avenue 1",), "ship_to": ("Dock 3",), "charges": (), "lines": lines,
    }  # fmt: skip
    return OrderFacts(**{**usual, **values})


@pytest.fixture
def draw(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[tuple[int, str]]]:
    """Draws a paper of an order made up for the test, and tells each text with its page."""
    drawn: list[tuple[int, str]] = []
    original = Sheet.words

    def words(sheet: Sheet, text: str, *args: Any, **more: Any) -> None:
        drawn.append((sheet.page_no(), text))
        original(sheet, text, *args, **more)

    def draw(
        found: OrderFacts, *, confirmed: bool = True, language: str = "en", seller: Seller = SELLER
    ) -> list[tuple[int, str]]:
        drawn.clear()
        monkeypatch.setattr(drawing, "order_facts", lambda _: found)
        monkeypatch.setattr(drawing.seller, "current", lambda: seller)
        made = (papers.confirmation if confirmed else papers.receipt)(1, language)
        assert made.startswith(b"%PDF-")
        return list(drawn)

    monkeypatch.setattr(Sheet, "words", words)
    return draw


def texts(drawn: list[tuple[int, str]]) -> list[str]:
    return [text for _, text in drawn]


def test_a_confirmation_says_line_by_line_what_comes_when(draw: Callable[..., list[tuple[int, str]]]) -> None:
    said = texts(draw(order(line(1, own_number="3575-057"), line(2))))

    assert "Order confirmation 101047" in said
    assert "your 3575-057 · Bike 1" in said
    assert {"24 pieces", "27.6395", "663.35", "Tue 1 Dec 2026", "1,326.70", "53.07", "1,379.77"} <= set(said)
    assert "Our terms of sale apply, version 3." in said
    assert "Different from what you ordered" not in said


def test_differences_stand_before_the_lines(draw: Callable[..., list[tuple[int, str]]]) -> None:
    late = line(2, confirmed_date=date(2026, 12, 4))
    said = texts(draw(order(line(1), late)))

    assert said.index("Line 2, BK-2: on Fri 4 Dec 2026 instead of Tue 1 Dec 2026.") < said.index("BK-1")


def test_a_receipt_says_that_it_is_no_acceptance_and_promises_nothing(
    draw: Callable[..., list[tuple[int, str]]],
) -> None:
    said = texts(draw(order(line(1, confirmed=Decimal(0), held=None)), confirmed=False))

    assert "We have your order. This is not yet our acceptance; that comes with the confirmation." in said
    assert "Confirmed for" not in said
    assert "Total in USD" not in said


def test_german_papers_are_german(draw: Callable[..., list[tuple[int, str]]]) -> None:
    said = texts(draw(order(line(1)), language="de"))

    assert {"Auftragsbestätigung 101047", "24 Stück", "Di., 1. Dez. 2026", "663,35", "Summe vor Steuer in USD"} <= set(
        said
    )
    assert not {"Quantity", "Unit price", "Tax"} & set(said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_five_hundred_lines_are_all_there_and_every_page_is_numbered(
    draw: Callable[..., list[tuple[int, str]]], language: str
) -> None:
    drawn = draw(order(*(line(number) for number in range(1, 501))), language=language)

    assert {f"BK-{number}" for number in range(1, 501)} <= set(texts(drawn))
    pages = {page for page, _ in drawn}
    with use_language(language):
        numbered = {page for page, text in drawn if "{nb}" in text and str(page) in text}
    assert numbered == pages
    assert len(pages) > 10


def test_a_logo_stands_for_the_name(draw: Callable[..., list[tuple[int, str]]]) -> None:
    picture = BytesIO()
    Image.new("RGB", (300, 100), "#0c5c68").save(picture, "PNG")

    said = texts(draw(order(line(1)), seller=replace(SELLER, logo=picture.getvalue(), logo_type="image/png")))

    assert "Adventure Works" not in said


def test_letters_of_many_scripts_and_none_can_be_drawn(draw: Callable[..., list[tuple[int, str]]]) -> None:
    strange = line(1, name="Łańcuch Ж Ω 車 🚲 \x07\u202e<b>" + "W" * 200, item="X" * 80, unit="KARTON-MIT-LANGEM-NAMEN")

    assert draw(order(strange, comment="a\nb"))


def test_what_would_turn_or_hide_text_is_not_drawn() -> None:
    assert drawable("a\u202eb\x00c\u200bd") == "abcd"


def test_a_surcharge_has_its_label_in_the_readers_language(draw: Callable[..., list[tuple[int, str]]]) -> None:
    charge = Charge({"en": "Picking loose pieces", "de": "Anbruch"}, Decimal(18))
    found = order(line(1), net=Decimal("681.35"), held_net=Decimal("681.35"), charges=(charge,))

    assert {"Picking loose pieces", "18.00"} <= set(texts(draw(found)))
    assert "Anbruch" in texts(draw(found, language="de"))
    assert differences(found) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"confirmed": Decimal(20)}, "20 confirmed instead of 24 pieces"),
        ({"cancelled": Decimal(24)}, "not delivered"),
        ({"held": Held(Decimal("28"), Decimal(0), Decimal(672))}, "USD 28.00 each instead of USD 27.6395"),
        ({"held": Held(Decimal("27.6395"), Decimal(5), Decimal(630))}, "discount 5 % instead of 0 %"),
        ({"held": Held(Decimal("27.63952"), Decimal(0), Decimal("663.35"))}, ""),
        ({"wished": None}, ""),
        ({"confirmed_date": None}, ""),
        ({"held": None}, ""),
    ],
)
def test_what_counts_as_a_difference(change: dict[str, Any], sentence: str) -> None:
    found = differences(order(line(7, **change)))

    assert len(found) == (1 if sentence else 0)
    assert all(sentence in each and each.startswith("Line 7, BK-7") for each in found)


def test_a_sum_that_differs_on_its_own_is_told_too() -> None:
    assert differences(order(line(1), held_net=Decimal(700))) == [
        "The sum before tax is USD 700.00 instead of USD 663.35."
    ]


def test_a_buyer_gets_the_papers_of_the_own_company_alone(shop: Shop, erp: FakeErp) -> None:
    number = shop.ordered("BIKE 5")
    drain()
    PostOffice(shop).mirrored(number)
    with entered(Scope.staff()):
        follow({shop.order(number)["key"]})
    order_id = shop.order(number)["id"]

    with shop.scope(shop.alice), transaction():
        assert papers.confirmation(order_id, "de").startswith(b"%PDF-")
    with shop.scope(shop.charlie), transaction(), pytest.raises(NotFound):
        papers.receipt(order_id, "en")
