"""Invoices and deliveries are the own company's; the document comes live from the ERP, or is said not to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.factories.planting import Row
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp, Trouble
from tests.views.api.conftest import Ask


def invoiced(shop: Shop, number: str, *, customer: Row | None = None, **values: object) -> Row:
    owner = customer or shop.alpha
    usual = {
        "source": "main", "erp_key": number, "number": number, "currency": "USD", "issued_on": date(2026, 11, 1),
        "net": Decimal(90), "tax": Decimal(10), "gross": Decimal(100), "remaining": Decimal(100), "status": "open",
    }  # fmt: skip
    return shop.planter.row("invoice", customer_id=owner["id"], **{**usual, **values})


def test_a_buyer_reads_the_invoices_of_the_own_company_newest_first(ask: Ask, shop: Shop) -> None:
    invoiced(shop, "103021")
    invoiced(shop, "103022", issued_on=date(2026, 11, 20))
    invoiced(shop, "999999", customer=shop.beta)

    body = ask(shop.alice, "GET", "/invoices").get_json()

    assert [each["number"] for each in body["items"]] == ["103022", "103021"]
    assert body["items"][0]["gross"] == {"amount": "100.0000", "currency": "USD"}


def test_a_list_goes_on_where_the_page_ended(ask: Ask, shop: Shop) -> None:
    for number in ("1", "2", "3"):
        invoiced(shop, number)
    first = ask(shop.alice, "GET", "/invoices?limit=2").get_json()
    second = ask(shop.alice, "GET", f"/invoices?limit=2&cursor={first['next']}").get_json()

    assert [each["number"] for each in first["items"] + second["items"]] == ["3", "2", "1"]
    assert second["next"] is None


def test_one_invoice_has_its_lines_and_the_order_it_belongs_to(ask: Ask, shop: Shop) -> None:
    number = shop.ordered("BIKE 1", reference="PO-9")
    head = invoiced(shop, "103022", order_key=shop.order(number)["key"])
    shop.planter.row(
        "invoice_line", invoice_id=head["id"], customer_id=shop.alpha["id"], line_number=1, item_number="BIKE",
        quantity=1, unit="PCS", unit_price=80, net=80,
    )  # fmt: skip

    body = ask(shop.alice, "GET", "/invoices/103022").get_json()

    assert (body["order"], body["reference"]) == (number, "PO-9")
    assert [(line["item"], line["quantity"]) for line in body["lines"]] == [("BIKE", "1")]


def test_the_document_is_handed_over_to_be_kept(ask: Ask, shop: Shop) -> None:
    invoiced(shop, "103022")

    answer = ask(shop.alice, "GET", "/invoices/103022/pdf")

    assert (answer.status_code, answer.mimetype, answer.data[:4]) == (200, "application/pdf", b"%PDF")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="invoice-103022.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_while_the_erp_is_silent_the_document_waits_and_says_so(ask: Ask, shop: Shop, erp: FakeErp) -> None:
    invoiced(shop, "103022")
    erp.will("invoice_pdf", Trouble.UNAVAILABLE)

    answer = ask(shop.alice, "GET", "/invoices/103022/pdf")

    assert answer.status_code == 503
    assert "invoice 103022" in answer.get_json()["detail"]


@pytest.mark.parametrize("path", ["/invoices/999999", "/invoices/999999/pdf", "/invoices/none", "/invoices/%C3%BC/pdf"])
def test_a_foreign_invoice_is_not_found_and_the_erp_is_not_asked(ask: Ask, shop: Shop, erp: FakeErp, path: str) -> None:
    invoiced(shop, "999999", customer=shop.beta)

    assert ask(shop.alice, "GET", path).status_code == 404
    assert "invoice_pdf" not in erp.operations()


def test_deliveries_are_listed_with_what_was_in_them(ask: Ask, shop: Shop) -> None:
    head = shop.planter.row(
        "shipment", customer_id=shop.alpha["id"], source="main", erp_key="S1", number="102001",
        shipped_on=date(2026, 11, 20), carrier="UPS", tracking_number="1Z",
    )  # fmt: skip
    shop.planter.row("shipment_line", shipment_id=head["id"], customer_id=shop.alpha["id"], order_line=1,
                     item_number="BIKE", quantity=2, unit="PCS")  # fmt: skip

    (delivery,) = ask(shop.alice, "GET", "/shipments").get_json()["items"]

    assert (delivery["number"], delivery["carrier"]) == ("102001", "UPS")
    assert [(line["item"], line["quantity"]) for line in delivery["lines"]] == [("BIKE", "2")]
    assert ask(shop.charlie, "GET", "/shipments").get_json()["items"] == []
