"""A draft is the cart: created, changed as a whole, kept until it is sent or cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.clock import now
from app.domain.money import total
from app.domain.order_states import Process, Validation
from app.errors import MoveRefused, PreconditionNotMet, Unprocessable
from app.extensions import session
from app.models.transactional import Order, OrderLine
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import require
from app.services import lifecycle
from app.services.agreeing import proposals
from app.services.lifecycle import author
from app.services.ordering import charges, choices
from app.services.ordering.numbers import new_key, next_number
from app.services.ordering.preparing import Prepared
from app.services.ordering.typed import TypedLine, TypedOrder
from app.services.ordering.understanding import UnderstoodLine
from app.services.pricing import Promise
from app.words import t

LARGEST_NET = Decimal("100000000000000")  # numeric(19,4) ends a digit later


def create(actor: Actor, typed: TypedOrder, prepared: Prepared, *, copied_from: str = "") -> Order:
    """Write a new draft with its lines.

    :param copied_from: number of the order it repeats
    :raises NotAllowed: this person may not buy for this customer
    :raises Unprocessable: the sum is beyond what any ERP can hold
    """
    customer = prepared.customer
    order = Order(
        customer_id=customer.id,
        source=customer.source,
        number=next_number(),
        key=new_key(),
        currency=customer.currency,
        placed_by=actor.person_id,
        placed_by_name=actor.name,
        copied_from=copied_from,
        charges=[],
        choices={},
    )
    require(actor, Permission.ORDER_CREATE, order)
    _fill(order, typed, prepared)
    session.add(order)
    session.flush()
    _insert_lines(order, prepared.lines)
    change = Change(Tag.ORDER_CREATED, "order", order.number, None, _content(order, prepared.lines), order.version)
    record([change], customer_id=order.customer_id, author=author())
    return order


def change(actor: Actor, order: Order, typed: TypedOrder, prepared: Prepared, *, seen_version: int) -> None:
    """Replace the content of a draft. An order the desk did not accept becomes a draft again first, same number.

    :param seen_version: the version the buyer looked at
    :raises PreconditionNotMet: somebody changed it since
    :raises MoveRefused: it is not a draft any more
    """
    require(actor, Permission.ORDER_CHANGE, order)
    if order.version != seen_version:
        raise PreconditionNotMet(
            t(
                "{number} was changed since you read it: you saw version {seen}, it is {version} now.",
                number=order.number,
                seen=seen_version,
                version=order.version,
            ),
            t("Read it again, and repeat your change on what it says now."),
        )
    reopen_if_rejected(order)
    if order.process != Process.DRAFT:
        raise MoveRefused(
            t("{number} has been sent and cannot be edited.", number=order.number), t("Cancel it, or ask for a change.")
        )
    before = _content(order, stored_lines(order))
    _fill(order, typed, prepared)
    order.version += 1
    session.execute(delete(OrderLine).where(OrderLine.order_id == order.id))
    session.flush()
    _insert_lines(order, prepared.lines)
    after = _content(order, prepared.lines)
    choices.forget_changed(order, before, after)
    _file_differences(order, before, after)


def reopen_if_rejected(order: Order) -> None:
    """An order the desk did not accept goes back to a draft when its buyer takes it up again."""
    if order.process == Process.IN_VALIDATION and order.validation == Validation.REJECTED:
        lifecycle.move(order, process=Process.DRAFT, validation=Validation.NOT_CHECKED)
        proposals.lapse(order)  # they were about the order as it was


def reprice(order: Order, prepared: Prepared) -> None:
    """Freeze the prices of this moment into a draft that is about to be sent."""
    before = {"net": _number(order.net), "promise": order.promise}
    session.execute(delete(OrderLine).where(OrderLine.order_id == order.id))
    _insert_lines(order, prepared.lines)
    _sum_up(order, prepared.lines)
    after = {"net": _number(order.net), "promise": order.promise}
    if before != after:
        order.version += 1
        change = Change(Tag.ORDER_PRICED, "order", order.number, before, after, order.version)
        record([change], customer_id=order.customer_id, author=author())
    session.flush()


def typed_of(order: Order) -> TypedOrder:
    """A stored order as it was typed."""
    return TypedOrder(
        lines=tuple(stored_lines(order)),
        reference=order.reference,
        requested_date=order.requested_date,
        ship_to=order.ship_to_code,
        ship_to_address=order.ship_to_address,
        comment=order.comment,
    )


def stored_lines(order: Order) -> list[TypedLine]:
    """The lines of a stored order as they were typed."""
    rows = session.execute(
        select(
            OrderLine.typed_item,
            OrderLine.quantity,
            OrderLine.unit,
            OrderLine.requested_date,
            OrderLine.buyer_line,
            OrderLine.cost_center,
            OrderLine.comment,
        )
        .where(OrderLine.order_id == order.id)
        .order_by(OrderLine.line_number)
    )
    return [TypedLine(*row) for row in rows]


def _fill(order: Order, typed: TypedOrder, prepared: Prepared) -> None:
    order.reference = typed.reference
    order.comment = typed.comment
    order.requested_date = typed.requested_date
    order.ship_to_code = typed.ship_to or prepared.customer.default_ship_to
    order.ship_to_address = typed.ship_to_address
    _sum_up(order, prepared.lines)


def _sum_up(order: Order, lines: Sequence[UnderstoodLine]) -> None:
    order.net = total(line.net for line in lines if line.net is not None) + charges.net_of(order)
    if order.net >= LARGEST_NET:
        raise Unprocessable(
            t("The sum of this order is larger than any order system can hold."), t("Check the quantities.")
        )
    order.promise = _weakest(lines).value
    order.priced_at = now()


def _weakest(lines: Sequence[UnderstoodLine]) -> Promise:
    """An order's price is as sure as its least sure line."""
    for promise in (Promise.ON_REQUEST, Promise.LAST_KNOWN, Promise.MIRROR):
        if any(line.promise is promise for line in lines):
            return promise
    return Promise.CONFIRMED


def _insert_lines(order: Order, lines: Sequence[UnderstoodLine]) -> None:
    if lines:
        session.execute(insert(OrderLine.__table__).inline(), [_row(order, line) for line in lines])


def _row(order: Order, line: UnderstoodLine) -> dict[str, Any]:
    return {
        "order_id": order.id,
        "customer_id": order.customer_id,
        "line_number": line.number,
        "typed_item": line.typed_item,
        "item_number": line.item_number,
        "item_name": line.item.name if line.item else "",
        "quantity": line.quantity,
        "unit": line.unit,
        "factor": line.factor,
        "base_quantity": line.base_quantity,
        "requested_date": line.requested_date,
        "buyer_line": line.buyer_line,
        "cost_center": line.cost_center,
        "comment": line.comment,
        "unit_price": line.unit_price,
        "discount_percent": line.discount_percent,
        "net_unit_price": line.net_unit_price,
        "net": line.net,
        "explanation": list(line.explanation),
        "promise": line.promise.value,
        "price_as_of": line.price_as_of,
    }


def _content(order: Order, lines: Sequence[UnderstoodLine | TypedLine]) -> dict[str, Any]:
    """What a buyer can change, for the record."""
    return {
        "reference": order.reference,
        "comment": order.comment,
        "requested_date": order.requested_date.isoformat() if order.requested_date else None,
        "ship_to": order.ship_to_code,
        "net": _number(order.net),
        "lines": [_line_content(line) for line in lines],
    }


def _line_content(line: UnderstoodLine | TypedLine) -> dict[str, Any]:
    typed_item = line.typed_item if isinstance(line, UnderstoodLine) else line.item
    return {
        "item": typed_item,
        "quantity": _number(line.quantity),
        "unit": line.unit,
        "requested_date": line.requested_date.isoformat() if line.requested_date else None,
    }


def _file_differences(order: Order, before: dict[str, Any], after: dict[str, Any]) -> None:
    """One record for the head, one for each line that is new, gone or different."""
    lines_before, lines_after = before.pop("lines"), after.pop("lines")
    changed = [name for name in after if before[name] != after[name]]
    changes = []
    if changed:
        changes.append(
            Change(
                Tag.ORDER_CHANGED,
                "order",
                order.number,
                {name: before[name] for name in changed},
                {name: after[name] for name in changed},
                order.version,
            )
        )
    for position in range(max(len(lines_before), len(lines_after))):
        old = lines_before[position] if position < len(lines_before) else None
        new = lines_after[position] if position < len(lines_after) else None
        if old != new:
            changes.append(
                Change(
                    Tag.ORDER_LINE_CHANGED,
                    "order",
                    order.number,
                    old and {"line": position + 1, **old},
                    new and {"line": position + 1, **new},
                    order.version,
                )
            )
    record(changes, customer_id=order.customer_id, author=author())


def _number(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"
