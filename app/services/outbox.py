"""Messages to the ERP, written in the transaction of the business change they belong to.

The body is the frozen snapshot that was approved, and exactly that is sent. Not for sending: `app.services.delivery`.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, text

from app.erp.port import ChargeToPlace, LineToPlace, OrderToPlace
from app.extensions import session, wake
from app.logs import correlation_id
from app.models.transactional import Order, OutboxMessage

CREATE, CANCEL = "create_order", "cancel_order"


# As after a restore of the portal: what the mirror knows is looked up in the ERP before it is entered.
_THERE_ALREADY = text("select exists (select from erp_order where source = :source and order_key = :key)")


def post(kind: str, order: Order, body: dict[str, Any]) -> None:
    """Leave a message for the workers; they are woken once it is committed."""
    session.execute(
        insert(OutboxMessage.__table__).inline(),
        {
            "customer_id": order.customer_id,
            "order_id": order.id,
            "order_key": order.key,
            "order_version": order.version,
            "connection": order.source,
            "kind": kind,
            "body": body,
            "attempts": int(kind == CREATE and _is_there_already(order)),
            "correlation_id": correlation_id.get(),
        },
    )
    wake("relay.drain")


def _is_there_already(order: Order) -> bool:
    """Whether the mirror holds a document under this order's key; its message counts as tried then."""
    return bool(session.execute(_THERE_ALREADY, {"source": order.source, "key": order.key}).scalar())


_WITHDRAW = text("""
    update outbox_message set state = 'withdrawn', finished_at = now(), reason_code = 'withdrawn', reason = :reason
     where order_id = :order_id and kind = 'create_order'
       and ((state = 'waiting' and lease_until is null and attempts = coalesce(cast(tries ->> 'unsent' as integer), 0))
            or (state = 'dead' and reason_code = 'erp_refused')) returning id""")

# A message that was taken back for a price that moved never left, and another one is posted when the buyer has agreed.
_WAITS_FOR_AN_ANSWER = text("""
    select bool_and(state = 'withdrawn' and reason_code = 'price_changed') from outbox_message
     where order_id = :order_id and kind = 'create_order'""")


def withdraw_unsent(order: Order, reason: str) -> bool:
    """Take back the order's message if nothing of it ever left the house, or the ERP refused to take it.

    :returns: False when it is, or may be, on its way already
    """
    withdrawn = session.execute(_WITHDRAW, {"order_id": order.id, "reason": reason}).first()
    if withdrawn is not None:
        return True
    return bool(session.execute(_WAITS_FOR_AN_ANSWER, {"order_id": order.id}).scalar())


def as_body(order: OrderToPlace) -> dict[str, Any]:
    """The snapshot as JSON; numbers as text, so that no decimal is lost."""
    return _texts(asdict(order))


def from_body(body: dict[str, Any]) -> OrderToPlace:
    """The snapshot back from JSON."""
    lines = tuple(
        LineToPlace(
            line_number=line["line_number"],
            item_number=line["item_number"],
            name=line["name"],
            quantity=Decimal(line["quantity"]),
            unit=line["unit"],
            unit_price=Decimal(line["unit_price"]),
            discount_percent=Decimal(line["discount_percent"]),
            requested_date=_day(line["requested_date"]),
            comment=line["comment"],
        )
        for line in body["lines"]
    )
    plain = {
        name: body[name] for name in ("key", "customer_number", "reference", "currency", "ship_to_code", "comment")
    }
    return OrderToPlace(
        **plain,
        requested_date=_day(body["requested_date"]),
        lines=lines,
        charges=tuple(
            ChargeToPlace(each["code"], each["description"], Decimal(each["amount"]))
            for each in body.get("charges", ())
        ),
    )


def _day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _texts(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_texts(each) for each in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value
