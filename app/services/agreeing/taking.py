"""What the ERP made of an order, compared with what it was sent: inside the tolerance taken, outside back to the buyer."""

from __future__ import annotations

from sqlalchemy import text

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.clock import now
from app.erp.port import OrderRecord, OrderToPlace
from app.extensions import session
from app.models.transactional import Order
from app.services import lifecycle
from app.services.agreeing import proposals
from app.services.agreeing.applying import apply
from app.services.agreeing.deviations import deviations
from app.services.agreeing.tolerance import tolerance
from app.services.lifecycle import Progress, author

_CONFIRMED = text("""
    update order_line set promise = 'confirmed', price_as_of = :moment
     where order_id = :order and promise in ('mirror', 'last_known')""")


def take_differences(order: Order, sent: OrderToPlace, found: OrderRecord, *, erp_call_id: int | None) -> None:
    """Compare the document with the order, in the transaction that settles its delivery.

    Cheaper, rounded otherwise, or dearer within the tolerance: the order takes it, with a record. Everything else
    becomes a question to the buyer, line by line, and the order is on hold until all are answered. Another customer,
    currency or reference (an earlier try, before it was corrected) is nothing a buyer could answer: the desk looks.
    """
    _confirm_prices(order)
    differing = deviations(sent, found, tolerance())
    outside = {each.line for each in differing if not each.inside} - {None}
    asked = [each for each in differing if not each.inside or each.line in outside]
    taken = [each for each in differing if each not in asked]
    for each in taken:
        apply(order, each.line, each.before, each.after)
    if taken:
        proposals.note_taken(order, taken, origin="erp", erp_call_id=erp_call_id)
    if foreign := _of_head(sent, found):
        _to_the_desk(order, foreign, erp_call_id)
    if asked:
        proposals.put(order, asked, origin="erp", erp_call_id=erp_call_id)
    if asked or foreign:
        proposals.pass_ball(order, Progress(lines=len(sent.lines)))


def _confirm_prices(order: Order) -> None:
    """The ERP holds the document: its prices are promises no longer."""
    session.execute(_CONFIRMED, {"order": order.id, "moment": now()})
    if order.promise in ("mirror", "last_known"):
        order.promise = "confirmed"


def _of_head(sent: OrderToPlace, found: OrderRecord) -> list[str]:
    problems = []
    if found.customer_number.upper() != sent.customer_number.upper():
        problems.append(f"it belongs to customer {found.customer_number}, ours to {sent.customer_number}")
    if found.currency and found.currency != sent.currency:
        problems.append(f"it is in {found.currency}, ours in {sent.currency}")
    if found.key.upper() == sent.key.upper() and not _begins_alike(sent.reference, found.reference):
        problems.append(f"its reference is {found.reference}, ours {sent.reference}")
    return problems


def _begins_alike(ours: str, theirs: str) -> bool:
    """ERPs write capitals, and cut off what is too long; one that does not tell the reference says nothing about it."""
    return ours.strip().upper().startswith(theirs.strip().upper())


def _to_the_desk(order: Order, problems: list[str], erp_call_id: int | None) -> None:
    lifecycle.hold(order, proposals.AT_THE_DESK, erp_call_id=erp_call_id)
    change = Change(Tag.ORDER_ERP, "order", order.number, None, {"differs": problems}, order.version, erp_call_id)
    record([change], customer_id=order.customer_id, author=author())
