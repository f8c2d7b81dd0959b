"""We have the order: judge it, accept it by the rules at once or leave it to the desk, and hand it to the outbox.

The same tail for an order sent without approval, an approved one, and one the desk let pass.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.clock import now
from app.domain.order_states import Process, Validation
from app.erp.port import LineToPlace, OrderToPlace
from app.errors import Unprocessable
from app.models.transactional import Order
from app.security.actor import RULES, acting, origin
from app.services import lifecycle, notifications, outbox
from app.services.customers import CustomerFacts
from app.services.lifecycle import Progress
from app.services.ordering import charges
from app.services.ordering.understanding import UnderstoodLine
from app.services.validation.judge import Verdict, judge
from app.words import t


def receive(
    order: Order, customer: CustomerFacts, lines: Sequence[UnderstoodLine], verdict: Verdict | None = None
) -> Verdict:
    """Take the order in.

    :param verdict: of this very moment; left out, the order is judged now
    :raises Unprocessable: a finding blocks it meanwhile
    """
    verdict = verdict or judge(order, customer, lines)
    if verdict.blocks:
        raise Unprocessable(
            t("{number} cannot go out as it is any more: something changed since it was sent.", number=order.number),
            t("Look at its findings; the buyer has to change it."),
        )
    progress = Progress(prepayment=customer.prepayment, lines=len(lines))
    sent = order.submitted_at or now()
    lifecycle.move(
        order,
        process=Process.RECEIVED,
        validation=Validation.PENDING,
        progress=progress,
        submitted_at=sent,
        review_reason="",  # what was said of an earlier version is settled
        review_note="",
        reviewed_by=None,
    )
    notifications.receipt(order)
    with acting(RULES, origin().ip):
        if verdict.needs_a_person:
            lifecycle.move(order, process=Process.IN_VALIDATION, progress=progress)
        else:
            accept(order, customer, lines)
    return verdict


def accept(order: Order, customer: CustomerFacts, lines: Sequence[UnderstoodLine]) -> None:
    """The check is passed: freeze the order as a message to the ERP, in this transaction."""
    _all_priced(order, lines)
    progress = Progress(prepayment=customer.prepayment, lines=len(lines))
    lifecycle.move(order, validation=Validation.APPROVED, progress=progress)
    outbox.post(outbox.CREATE, order, outbox.as_body(to_place(order, customer, lines)))


def _all_priced(order: Order, lines: Sequence[UnderstoodLine]) -> None:
    """What has no price yet would have to be left out of the message, and nothing is left out in silence."""
    without = [str(line.number) for line in lines if line.unit_price is None]
    if without:
        raise Unprocessable(
            t("{number} has no price yet on line {lines}.", number=order.number, lines=", ".join(without)),
            t("Have the price entered in the ERP, and ask the buyer to send the order again."),
        )


def to_place(order: Order, customer: CustomerFacts, lines: Sequence[UnderstoodLine]) -> OrderToPlace:
    """The snapshot the ERP gets: price and discount always with it. Every line has a price by now."""
    return OrderToPlace(
        key=order.key,
        customer_number=customer.number,
        reference=order.reference,
        currency=order.currency,
        ship_to_code=order.ship_to_code,
        requested_date=order.requested_date,
        comment=order.comment,
        lines=tuple(
            LineToPlace(
                line_number=line.number,
                item_number=line.item_number,
                name=line.item.name if line.item else "",
                quantity=line.quantity,
                unit=line.unit,
                unit_price=line.unit_price,
                discount_percent=line.discount_percent,
                requested_date=line.requested_date,
                comment=line.comment,
            )
            for line in lines
            if line.unit_price is not None
        ),
        charges=charges.to_place(order),
    )
