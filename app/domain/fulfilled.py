"""Which state an order has by what the ERP says of it and its lines. Pure; the mirror and fresh documents ask alike."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.order_states import Process


@dataclass(frozen=True, slots=True)
class Delivery:
    """Of so many lines: from how many something has left, and how many have nothing open any more (`gone`: by leaving)."""

    lines: int
    begun: int
    settled: int
    gone: int


def process_of(status: str, delivery: Delivery) -> Process:
    """Delivered when every line is shipped or closed; on its way from the first piece that left.

    :param status: of the port's `ErpOrderStatus`
    """
    if status == "cancelled":
        return Process.CANCELLED
    if status == "posted" or (delivery.settled == delivery.lines and delivery.begun):
        return Process.DELIVERED
    return Process.IN_DISPATCH if delivery.begun else Process.CONFIRMED
