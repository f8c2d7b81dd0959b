"""Invoices of the company, one of them with its lines, and its document from the ERP; for those who may see invoices."""

from __future__ import annotations

from flask import Response, render_template, request

from app.extensions import transaction
from app.security.permissions import Permission
from app.services.invoices import fetch_pdf, invoice, recent_invoices, source_of
from app.views.door import door
from app.views.portal import blueprint, fields

PAGE = 50
STATES = ("open", "paid", "cancelled")


@blueprint.get("/invoices")
@door(Permission.INVOICE_READ)
def list_invoices() -> str:
    status = request.args.get("status", "")
    before = fields.version(request.args.get("before", "")) or None
    with transaction():
        found = recent_invoices(before_id=before, status=status if status in STATES else "", limit=PAGE + 1)
    page = found[:PAGE]
    return render_template(
        "portal/invoices.html",
        invoices=page,
        status=status if status in STATES else "",
        more=page[-1].id if len(found) > PAGE else None,
    )


@blueprint.get("/invoices/<number>")
@door(Permission.INVOICE_READ)
def show_invoice(number: str) -> str:
    with transaction():
        found = invoice(number)
    return render_template("portal/invoice.html", invoice=found.head, lines=found.lines)


@blueprint.get("/invoices/<number>/pdf")
@door(Permission.INVOICE_READ)
def invoice_paper(number: str) -> Response:
    with transaction():
        source = source_of(number)
    return as_pdf(fetch_pdf(source, number), number)


def as_pdf(paper: bytes, name: str) -> Response:
    """A document to read or to keep, under a name that no header can trip over."""
    kept = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_") else "-" for letter in name)
    return Response(
        paper, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{kept}.pdf"'}
    )
