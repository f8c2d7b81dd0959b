"""Writing what was agreed into the order: a line, a surcharge, the sum. Says nothing in the record: callers do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, text, update

from app.domain.money import ZERO
from app.domain.pricing import line_total, net_of
from app.domain.quantities import in_base_units, plain
from app.extensions import session
from app.models.transactional import Order, OrderLine
from app.services.ordering import charges

Values = Mapping[str, Any]


def apply(order: Order, line: int | None, before: Values, after: Values) -> None:
    """The line, or the surcharge, takes the other values; the order's sum follows."""
    if "charge" in after:
        _charge(order, before, after)
    elif line is not None and not before:
        _new_line(order, line, after)
    elif line is not None:
        _line(order, line, after)
    sum_up(order)


def drop(order: Order, lines: Sequence[int]) -> None:
    """These lines are not ordered after all; they stay visible as cancelled, and their surcharges go."""
    if not lines:
        return
    session.execute(
        update(OrderLine)
        .where(OrderLine.order_id == order.id, OrderLine.line_number.in_(lines))
        .values(cancelled=OrderLine.quantity)
    )
    order.charges = [each for each in order.charges or () if each["line"] not in lines]
    sum_up(order)


_NET = text("select coalesce(sum(net), 0) from order_line where order_id = :order and cancelled < quantity")


def sum_up(order: Order) -> None:
    """Lines that are still ordered, and surcharges."""
    session.flush()
    order.net = Decimal(session.execute(_NET, {"order": order.id}).scalar_one()) + charges.net_of(order)


def sum_after(order: Order, line: int | None, before: Values, after: Values) -> Decimal:
    """What the order's net sum would be; for showing and for limits, nothing is written."""
    if "charge" in after:
        return order.net + Decimal(after["amount"]) - Decimal(before["amount"])
    if line is None:
        return order.net
    held = _held(order, line)
    old = ZERO if held is None or held.net is None else held.net
    return order.net - old + (_net(order, held, after) or ZERO)


def _held(order: Order, line: int) -> Any:
    return session.execute(
        select(OrderLine.__table__).where(OrderLine.order_id == order.id, OrderLine.line_number == line)
    ).one_or_none()


def _net(order: Order, held: Any, after: Values) -> Decimal | None:
    """The line's amount with the other values: the ERP's own where it named one."""
    quantity = Decimal(after.get("quantity", held.quantity if held is not None else 0))
    if quantity == 0:
        return ZERO
    if "net" in after:
        return Decimal(after["net"])
    unit_price = after.get("unit_price", held.unit_price if held is not None else None)
    discount = Decimal(after.get("discount_percent", held.discount_percent if held is not None else 0))
    return None if unit_price is None else line_total(quantity, Decimal(unit_price), discount, order.currency)


def _line(order: Order, line: int, after: Values) -> None:
    held = _held(order, line)
    if held is None:
        return
    quantity = Decimal(after.get("quantity", held.quantity))
    if quantity == 0:
        drop(order, [line])
        return
    values: dict[str, Any] = {"net": _net(order, held, after)}
    if "item" in after:
        values |= {"item_number": after["item"], "item_name": after.get("name") or after["item"]}
    if "unit" in after:
        values |= {"unit": after["unit"], "factor": _factor(order, after.get("item", held.item_number), after["unit"])}
    values |= {"quantity": quantity, "base_quantity": in_base_units(quantity, values.get("factor", held.factor))}
    if "unit_price" in after:
        values |= _price(after)
    _write(order, line, values)


def _write(order: Order, line: int, values: dict[str, Any]) -> None:
    session.execute(
        update(OrderLine).where(OrderLine.order_id == order.id, OrderLine.line_number == line).values(**values)
    )


def _price(after: Values) -> dict[str, Any]:
    unit_price, discount = Decimal(after["unit_price"]), Decimal(after.get("discount_percent", 0))
    return {"unit_price": unit_price, "discount_percent": discount, "net_unit_price": net_of(unit_price, discount)}


_FACTOR = text("""
    select u.factor from item i join item_unit u on u.item_id = i.id
     where i.source = :source and i.number = :item and u.code = :unit""")


def _factor(order: Order, item: str, unit: str) -> Decimal:
    found = session.execute(_FACTOR, {"source": order.source, "item": item, "unit": unit}).scalar()
    return Decimal(1) if found is None else Decimal(found)


def _new_line(order: Order, line: int, after: Values) -> None:
    """A line of the ERP that nobody ordered here, and that the buyer agreed to."""
    quantity, factor = Decimal(after["quantity"]), _factor(order, after["item"], after["unit"])
    values = {
        "order_id": order.id,
        "customer_id": order.customer_id,
        "line_number": line,
        "typed_item": after["item"],
        "item_number": after["item"],
        "item_name": after.get("name") or after["item"],
        "quantity": quantity,
        "unit": after["unit"],
        "factor": factor,
        "base_quantity": in_base_units(quantity, factor),
        "net": _net(order, None, after),
        "promise": "confirmed",
        "confirmed": quantity,
        **_price(after),
    }
    session.execute(insert(OrderLine.__table__).inline(), values)


def _charge(order: Order, before: Values, after: Values) -> None:
    """The first surcharge of that code and amount takes the other amount; at nothing it goes, a new one comes."""
    kept: list[dict[str, Any]] = []
    pending = True
    for each in order.charges or ():
        hit = (
            pending
            and each["code"].upper() == before["charge"]
            and Decimal(each["amount"]) == Decimal(before["amount"])
        )
        pending = pending and not hit
        if not hit:
            kept.append(each)
        elif Decimal(after["amount"]):
            kept.append({**each, "amount": plain(Decimal(after["amount"]))})
    if pending and Decimal(after["amount"]):
        label = {"en": after["charge"]}
        kept.append({"code": after["charge"], "label": label, "amount": after["amount"], "why": {}, "line": None})
    order.charges = kept
