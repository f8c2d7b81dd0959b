"""Invoices as the ERP has them, and their documents."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, request

from app.errors import BadRequest
from app.extensions import transaction
from app.security.permissions import Permission
from app.services import invoices as mirrored
from app.views.api import blueprint, shapes
from app.views.api.catalog import page_size
from app.views.api.describing import describe
from app.views.door import api_door
from app.words import t

_STATES = ("open", "paid", "cancelled")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


@blueprint.get("/invoices")
@describe(
    "Invoices within the scope, newest first, mirrored from the ERP",
    answer="InvoiceList",
    query=("status", "limit", "cursor"),
)
@api_door(Permission.INVOICE_READ)
def invoices() -> dict[str, Any]:
    limit, status = page_size(), request.args.get("status", "")
    if status and status not in _STATES:
        raise BadRequest(
            t("{value} is no state of an invoice.", value=repr(status[:40])),
            t("Use one of: {values}.", values=", ".join(_STATES)),
        )
    before = shapes.from_cursor(request.args.get("cursor"))
    with transaction():
        rows = mirrored.recent_invoices(before_id=before, status=status, limit=limit + 1)
        page = rows[:limit]
        items = [shapes.invoice(row) for row in page]
    return {"items": items, "next": shapes.cursor(page[-1].id if len(rows) > limit else None)}


@blueprint.get("/invoices/<number>")
@describe("One invoice with its lines", answer="Invoice")
@api_door(Permission.INVOICE_READ)
def invoice(number: str) -> dict[str, Any]:
    with transaction():
        sheet = mirrored.invoice(number)
        lines = [shapes.invoice_line(line, sheet.head.currency) for line in sheet.lines]
        return {**shapes.invoice(sheet.head), "lines": lines}


@blueprint.get("/invoices/<number>/pdf")
@describe("The document, from the ERP", answer="Pdf", answer_type="application/pdf", statuses=(200, 404, 503))
@api_door(Permission.INVOICE_READ)
def invoice_pdf(number: str) -> Response:
    with transaction():
        source = mirrored.source_of(number)
    return pdf_response(mirrored.fetch_pdf(source, number), f"invoice-{number}")


def pdf_response(content: bytes, name: str) -> Response:
    """A document to be kept, never shown within our pages: it comes from another system."""
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{_UNSAFE.sub("_", name)}.pdf"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
