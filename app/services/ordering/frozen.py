"""The lines of a stored order with the prices frozen into them: what was approved, judged, and is sent."""

from __future__ import annotations

from sqlalchemy import select

from app.extensions import session
from app.models.transactional import Order, OrderLine
from app.services.catalogue.items import find_typed
from app.services.customers import CustomerFacts
from app.services.ordering.understanding import UnderstoodLine
from app.services.pricing import Promise


def frozen_lines(order: Order, customer: CustomerFacts) -> list[UnderstoodLine]:
    """The stored lines that are still ordered, with today's facts about their items beside yesterday's prices."""
    rows = session.execute(
        select(OrderLine.__table__)
        .where(OrderLine.order_id == order.id, (OrderLine.cancelled == 0) | (OrderLine.cancelled < OrderLine.quantity))
        .order_by(OrderLine.line_number)
    ).all()
    items = find_typed(customer, [row.item_number or row.typed_item for row in rows])
    lines = []
    for row in rows:
        item = items.get(row.item_number or row.typed_item)
        lines.append(
            UnderstoodLine(
                number=row.line_number,
                typed_item=row.typed_item,
                item=item,
                quantity=row.quantity,
                unit=row.unit,
                unit_known=item is not None and row.unit in item.units,
                factor=row.factor,
                base_quantity=row.base_quantity,
                requested_date=row.requested_date,
                buyer_line=row.buyer_line,
                cost_center=row.cost_center,
                comment=row.comment,
                unit_price=row.unit_price,
                discount_percent=row.discount_percent,
                net_unit_price=row.net_unit_price,
                net=row.net,
                explanation=tuple(row.explanation),
                promise=Promise(row.promise),
                price_as_of=row.price_as_of,
            )
        )
    return lines
