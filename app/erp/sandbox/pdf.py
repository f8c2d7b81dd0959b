"""A posted invoice as a PDF, drawn when it is asked for."""

from __future__ import annotations

import sqlite3
from decimal import Decimal

from fpdf import FPDF

from app.erp.sandbox import wire

_WIDTHS = (28, 68, 16, 14, 24, 14, 26)
_HEADS = ("Item", "Description", "Quantity", "Unit", "Unit price", "Disc. %", "Amount")


def invoice_pdf(db: sqlite3.Connection, invoice_id: str) -> bytes | None:
    """The document of an invoice, None when there is no invoice of that id."""
    head = db.execute("SELECT * FROM salesInvoices WHERE id = ?", (invoice_id.lower(),)).fetchone()
    if head is None:
        return None
    lines = db.execute(
        "SELECT * FROM salesInvoiceLines WHERE documentId = ? ORDER BY sequence", (head["id"],)
    ).fetchall()
    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(True, margin=18)
    pdf.set_title(f"Invoice {head['number']}")
    pdf.set_creator("Adventure Works")
    pdf.add_page()
    _letterhead(pdf, head)
    _table(pdf, lines)
    _sums(pdf, head)
    return bytes(pdf.output())


def _letterhead(pdf: FPDF, head: sqlite3.Row) -> None:
    pdf.set_font("Helvetica", "B", 18)
    pdf.cell(0, 10, "Adventure Works", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Helvetica", "", 10)
    address = [head["billToName"], head["sellToAddressLine1"], head["sellToAddressLine2"],
               f"{head['sellToPostCode']} {head['sellToCity']}", head["sellToCountry"]]  # fmt: skip
    for text in filter(None, address):
        pdf.cell(0, 5, _printable(text), new_x="LMARGIN", new_y="NEXT")
    pdf.ln(6)
    pdf.set_font("Helvetica", "B", 14)
    pdf.cell(0, 8, f"Invoice {head['number']}", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Helvetica", "", 10)
    facts = {
        "Invoice date": head["invoiceDate"],
        "Due date": head["dueDate"],
        "Customer": head["customerNumber"],
        "Order": head["orderNumber"],
        "Your order": head["externalDocumentNumber"] or "-",
        "Your reference": head["customerPurchaseOrderReference"] or "-",
    }
    for name, value in facts.items():
        pdf.cell(36, 5, name)
        pdf.cell(0, 5, _printable(value), new_x="LMARGIN", new_y="NEXT")
    pdf.ln(5)


def _table(pdf: FPDF, lines: list[sqlite3.Row]) -> None:
    _row(pdf, _HEADS, bold=True)
    for line in lines:
        _row(pdf, (
            line["lineObjectNumber"],
            line["description"],
            wire.amount_text(line["quantity"]),
            line["unitOfMeasureCode"],
            _price(line["unitPrice"]),
            wire.amount_text(line["discountPercent"]),
            _money(line["amountExcludingTax"]),
        ))  # fmt: skip


def _row(pdf: FPDF, texts: tuple[str, ...], *, bold: bool = False) -> None:
    pdf.set_font("Helvetica", "B" if bold else "", 8)
    for at, (width, text) in enumerate(zip(_WIDTHS, texts, strict=True)):
        shown = _printable(text)
        while pdf.get_string_width(shown) > width - 2:
            shown = shown[:-1]
        pdf.cell(width, 6, shown, border="B", align="L" if at in (0, 1, 3) else "R")
    pdf.ln(6)


def _sums(pdf: FPDF, head: sqlite3.Row) -> None:
    pdf.ln(3)
    for name, column in (
        ("Net", "totalAmountExcludingTax"), ("Tax", "totalTaxAmount"), ("Total", "totalAmountIncludingTax"),
    ):  # fmt: skip
        pdf.set_font("Helvetica", "B" if name == "Total" else "", 10)
        pdf.cell(sum(_WIDTHS) - 40, 6, name, align="R")
        pdf.cell(40, 6, f"{_money(head[column])} {head['currencyCode']}", align="R", new_x="LMARGIN", new_y="NEXT")


def _money(value: int) -> str:
    return f"{wire.decimal(value):,.2f}"


def _price(value: int) -> str:
    exact: Decimal = wire.decimal(value)
    return f"{exact:,.4f}"


def _printable(text: str) -> str:
    """The built-in fonts hold Latin 1 only."""
    return text.encode("latin-1", "replace").decode("latin-1")
