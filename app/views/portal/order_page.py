"""One order as it is shown: lanes, ball, what needs an answer, then the rest.

Reads inside the transaction it is called in and hands out plain values; templates ask the database nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from app.audit.history import history
from app.domain.order_states import CANCEL_AT_ONCE, CLOSED, Process, Validation
from app.domain.pricing import net_of
from app.models.transactional import Order
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import may
from app.services.dead_letters import ErpLane, RelinkRow
from app.services.ordering.every_channel import ForeignOrder
from app.services.ordering.reading import OrderSheet
from app.views.formats import web_link
from app.views.portal import explaining
from app.views.portal.erp_lane import DeadLetter, PlainSentence, erp_lane
from app.views.portal.explaining import Step
from app.views.portal.findings import Point, points
from app.views.portal.lanes import BallLine, Lane, ball_line, lanes
from app.views.portal.money import Charge, charges_of
from app.views.portal.proposals import Answering, answering
from app.views.portal.story import Told, told
from app.views.portal.words import Label, channel, erp_label, order_label, price_label
from app.words import t

PAGE = 50
FEW = 8  # so many lines are shown unfolded


@dataclass(frozen=True, slots=True)
class LineView:
    """Quantities in the line's unit; `open` is what is neither shipped nor cancelled."""

    number: int
    item: str
    own_number: str
    name: str
    unit: str
    ordered: Decimal
    confirmed: Decimal
    shipped: Decimal
    open: Decimal
    cancelled: Decimal
    confirmed_date: date | None
    wished: date | None
    unit_price: Decimal | None
    net: Decimal | None
    price_label: str
    steps: Sequence[Step]
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Parcel:
    """A line of a delivery."""

    line: int
    item: str
    quantity: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What left the house together. `link` leads to the carrier and is empty unless it is an address of the web."""

    number: str
    shipped_on: date
    carrier: str
    tracking: str
    link: str
    lines: Sequence[Parcel]


@dataclass(frozen=True, slots=True)
class Approving:
    """The question to the approvers: where it stands, and whether this reader may answer it."""

    id: int
    state: str
    why: str
    reason: str
    asked_at: datetime
    decided_at: datetime | None
    may_decide: bool


@dataclass(frozen=True, slots=True)
class OrderPage:
    """`change_again` and `cancel` say which of the two are open to this reader.

    `key` to `relink` are the way into the ERP, for whoever settles it; everybody else may get `erp_words`.
    """

    number: str
    version: int
    reference: str
    customer: str
    placed_by: str
    submitted_at: datetime | None
    process: str
    net: Decimal
    tax: Decimal | None
    gross: Decimal | None
    currency: str
    ship_to: str
    wished: date | None
    comment: str
    erp_number: str
    label: Label
    charges: Sequence[Charge]
    lanes: Sequence[Lane]
    ball: BallLine
    together: str
    rejection: str
    rejection_next: str
    desk_note: str
    messages: Sequence[Row[Any]]
    asked: bool
    may_write: bool
    points: Sequence[Point]
    lines: Sequence[LineView]
    total_lines: int
    lines_open: bool
    page: int
    pages: int
    deliveries: Sequence[Delivery]
    invoices: Sequence[Row[Any]]
    approval: Approving | None
    answering: Answering
    history: Sequence[Told]
    change_again: bool
    cancel: str
    key: str
    lane: ErpLane | None
    dead_letter: DeadLetter | None
    relink: RelinkRow | None
    erp_words: PlainSentence | None


# Columns of the order that are shown as they are.
_COPIED = (
    "number",
    "version",
    "reference",
    "submitted_at",
    "process",
    "net",
    "tax",
    "gross",
    "currency",
    "comment",
    "erp_number",
)


def order_page(actor: Actor, sheet: OrderSheet, *, page: int = 1) -> OrderPage:
    """The page of an order for this reader."""
    order = sheet.order
    all_points = points(sheet.findings, actor, order=order)
    return OrderPage(
        **{name: getattr(order, name) for name in _COPIED},
        **_lines_of_page(sheet, all_points, page),
        **_rejection(actor, sheet),
        **_messages(actor, sheet),
        **erp_lane(actor, order),
        customer=f"{sheet.customer_name} ({sheet.customer_number})" if actor.is_staff else "",
        placed_by=order.placed_by_name,
        ship_to=order.ship_to_code,
        wished=order.requested_date,
        label=order_label(order.process, order.validation),
        charges=charges_of(order, actor),
        lanes=lanes(sheet),
        ball=ball_line(sheet, actor),
        together=_together(order),
        points=[point for point in all_points if point.line is None],
        deliveries=[_delivery(row) for row in sheet.shipments],
        invoices=sheet.invoices if may(actor, Permission.INVOICE_READ) else (),
        approval=_approving(actor, sheet),
        answering=answering(actor, sheet),
        history=told(history("order", order.number), actor),
        cancel=_cancel(actor, order),
    )


def _lines_of_page(sheet: OrderSheet, all_points: Sequence[Point], page: int) -> dict[str, Any]:
    """What the page says of its lines, in the order in which they were sent."""
    pointed = any(point.line is not None for point in all_points)
    ordered = sorted(sheet.lines, key=lambda line: line.line_number)
    pages = max(1, -(-len(ordered) // PAGE))
    page = min(max(page, 1), pages)
    return {
        "lines": [_line(line, all_points) for line in ordered[(page - 1) * PAGE : page * PAGE]],
        "total_lines": len(ordered),
        "lines_open": len(ordered) <= FEW or page > 1 or pointed,
        "page": page,
        "pages": pages,
    }


def _messages(actor: Actor, sheet: OrderSheet) -> dict[str, Any]:
    """What buyer and desk wrote to each other, and whether this reader can write to the desk that has the order."""
    order = sheet.order
    at_the_desk = order.process == Process.IN_VALIDATION and order.validation == Validation.PENDING
    return {
        "messages": sheet.messages,
        "asked": sheet.situation.asked,
        "may_write": at_the_desk and may(actor, Permission.ORDER_WRITE, order),
    }


def _rejection(actor: Actor, sheet: OrderSheet) -> dict[str, Any]:
    """Why the desk did not accept it, while that is so, and whether this reader can take it up again."""
    order, said = sheet.order, sheet.rejection
    rejected = order.process == Process.IN_VALIDATION and order.validation == Validation.REJECTED
    return {
        "rejection": said.words if rejected and said else "",
        "rejection_next": said.next_step if rejected and said else "",
        "desk_note": order.review_note if rejected else "",
        "change_again": rejected and may(actor, Permission.ORDER_CHANGE, order),
    }


def largest_lines(actor: Actor, sheet: OrderSheet, how_many: int) -> list[LineView]:
    """The lines that cost most."""
    ordered = sorted(sheet.lines, key=lambda line: line.net or Decimal(0), reverse=True)
    return [_line(line, points(sheet.findings, actor)) for line in ordered[:how_many]]


def _line(line: Row[Any], all_points: Sequence[Point]) -> LineView:
    return LineView(
        number=line.line_number,
        item=line.item_number or line.typed_item,
        own_number=line.own_number,
        name=line.item_name,
        unit=line.unit,
        ordered=line.quantity,
        confirmed=line.confirmed,
        shipped=line.shipped,
        open=max(line.quantity - line.shipped - line.cancelled, Decimal(0)),
        cancelled=line.cancelled,
        confirmed_date=line.confirmed_date,
        wished=line.requested_date,
        unit_price=line.net_unit_price,
        net=line.net,
        price_label=price_label(line.promise, line.price_as_of),
        steps=explaining.steps(line.explanation),
        points=[point for point in all_points if point.line == line.line_number],
    )


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        number=row.number,
        shipped_on=row.shipped_on,
        carrier=row.carrier,
        tracking=row.tracking_number,
        link=web_link(row.tracking_url),
        lines=[Parcel(line["line"], line["item"], Decimal(line["quantity"]), line["unit"]) for line in row.lines or ()],
    )


def _together(order: Order) -> str:
    """Where two lanes meet and neither says it, one sentence says how they go together."""
    if order.process == Process.CONFIRMED and order.validation == Validation.PENDING:
        return t("Your change is being checked. Until we answer, the confirmed order stays as it is.")
    if order.process == Process.CANCELLED and order.payment == "paid":
        return t("A credit note follows.")
    return ""


def _approving(actor: Actor, sheet: OrderSheet) -> Approving | None:
    row = sheet.approval
    if row is None or row.state == "withdrawn":
        return None
    decides = row.state == "waiting" and may(actor, Permission.APPROVAL_DECIDE, sheet.order)
    return Approving(row.id, row.state, row.why, row.reason, row.asked_at, row.decided_at, decides)


def _cancel(actor: Actor, order: Order) -> str:
    """What cancelling would do now, said before; empty when it is not open to this reader."""
    process = Process(order.process)
    closed = process in CLOSED or process is Process.IN_DISPATCH or order.cancel_requested_at is not None
    if closed or not may(actor, Permission.ORDER_CANCEL, order):
        return ""
    if process in CANCEL_AT_ONCE and order.validation != Validation.APPROVED:
        return t("It is cancelled at once; nothing has been ordered yet.")
    return t("Our order system holds it already, so it is asked first whether the order can still be stopped.")


@dataclass(frozen=True, slots=True)
class OtherOrderPage:
    """An order that reached the ERP by another way, as it stands there; read only."""

    number: str
    reference: str
    way: str
    label: Label
    ordered_on: date
    currency: str
    net: Decimal
    tax: Decimal
    gross: Decimal
    lines: Sequence[LineView]
    deliveries: Sequence[Delivery]
    invoices: Sequence[Row[Any]]


def other_order_page(actor: Actor, order: ForeignOrder) -> OtherOrderPage:
    """The page of an order of another channel for this reader."""
    return OtherOrderPage(
        number=order.number,
        reference=order.reference,
        way=channel(order.channel),
        label=erp_label(order.status),
        ordered_on=order.ordered_on,
        currency=order.currency,
        net=order.net,
        tax=order.tax,
        gross=order.gross,
        lines=[_other_line(line) for line in order.lines],
        deliveries=[_delivery(row) for row in order.shipments],
        invoices=order.invoices if may(actor, Permission.INVOICE_READ) else (),
    )


def _other_line(line: Row[Any]) -> LineView:
    return LineView(
        number=line.line_number,
        item=line.item_number,
        own_number="",
        name=line.name,
        unit=line.unit,
        ordered=line.quantity,
        confirmed=line.quantity - line.cancelled,
        shipped=line.shipped,
        open=max(line.quantity - line.shipped - line.cancelled, Decimal(0)),
        cancelled=line.cancelled,
        confirmed_date=line.confirmed_date,
        wished=None,
        unit_price=net_of(line.unit_price, line.discount_percent),
        net=line.net,
        price_label="",
        steps=(),
        points=(),
    )
