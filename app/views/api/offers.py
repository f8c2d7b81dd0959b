"""Taking an offer of a finding with one call."""

from __future__ import annotations

from flask import Response

from app.extensions import transaction
from app.security.permissions import Permission
from app.services.ordering import offers
from app.services.ordering.reading import sheet
from app.views.api import blueprint, shapes
from app.views.api.describing import describe
from app.views.api.orders import answer_with_tag, checked_number, version_in_header
from app.views.door import api_door, current_actor


@blueprint.post("/orders/<number>/offers/<offer_id>/accept")
@describe(
    "Take an offer of a finding of a draft; its effect is applied, and the order is priced and judged again",
    answer="Order",
    optional_headers=("If-Match",),
    statuses=(200, 404, 409, 412),
)
@api_door(Permission.ORDER_CHANGE)
def accept_offer(number: str, offer_id: str) -> Response:
    actor = current_actor()
    offers.take(actor, checked_number(number), offer_id, seen_version=version_in_header())
    with transaction():
        return answer_with_tag(shapes.order(sheet(number), actor))
