"""What approvals and reviews share: an order under decision, with the customer and the frozen lines it is judged by."""

from __future__ import annotations

from app.audit.history import history
from app.errors import Conflict, NotFound
from app.models.transactional import Order
from app.services.customers import CustomerFacts, facts_of
from app.services.ordering.frozen import frozen_lines
from app.services.ordering.understanding import UnderstoodLine
from app.views.api import shapes
from app.views.api.body import Body
from app.words import t


def dossier(order: Order) -> tuple[CustomerFacts, list[UnderstoodLine]]:
    """The customer and the lines as they were frozen."""
    customer = facts_of(order.customer_id)
    return customer, frozen_lines(order, customer)


def checked_id(text: str) -> int:
    """:raises NotFound: it cannot be an id; the same answer as for a foreign one"""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise NotFound()
    return int(text)


def check_version(order: Order, body: Body) -> None:
    """:raises Conflict: the decision was made on an older version than there is; it says what changed since"""
    seen = body.version()
    if seen is not None and seen != order.version:
        raise Conflict(
            t(
                "{number} changed since you opened it: you saw version {seen}, it is {version} now.",
                number=order.number,
                seen=seen,
                version=order.version,
            ),
            t("Open it again and decide on what it says now."),
            version=order.version,
            changed=[shapes.entry(each) for each in history("order", order.number) if (each.version or 0) > seen],
        )
