"""Deliveries as the ERP has them."""

from __future__ import annotations

from typing import Any

from flask import request

from app.extensions import transaction
from app.security.permissions import Permission
from app.services import invoices as mirrored
from app.views.api import blueprint, shapes
from app.views.api.catalog import page_size
from app.views.api.describing import describe
from app.views.door import api_door


@blueprint.get("/shipments")
@describe(
    "Deliveries within the scope, newest first, mirrored from the ERP", answer="ShipmentList", query=("limit", "cursor")
)
@api_door(Permission.INVOICE_READ)
def shipments() -> dict[str, Any]:
    limit, before = page_size(), shapes.from_cursor(request.args.get("cursor"))
    with transaction():
        rows = mirrored.recent_shipments(before_id=before, limit=limit + 1)
        page = rows[:limit]
        items = [shapes.delivery(row) for row in page]
    return {"items": items, "next": shapes.cursor(page[-1].id if len(rows) > limit else None)}
