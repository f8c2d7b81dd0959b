"""A draft as it is shown: 50 lines a page, those with points first, what was typed over what is stored.

Reads inside the transaction it is called in and hands out plain values; templates ask the database nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from secrets import token_urlsafe
from typing import Any

from app.clock import today
from app.domain.order_states import Process, Validation
from app.models.transactional import Order
from app.security.actor import Actor
from app.services.customers import CustomerFacts, ShipToAddress, facts_of
from app.services.ordering.frozen import frozen_lines
from app.services.ordering.typed import TypedLine, TypedOrder
from app.services.ordering.understanding import UnderstoodLine
from app.views.portal import explaining
from app.views.portal.draft_form import DraftForm, FormLine
from app.views.portal.explaining import Step
from app.views.portal.findings import Point, points_of_draft
from app.views.portal.pasted import NotRead
from app.views.portal.words import OUTCOME_ORDER, amount, number, price_label, several, stock_label, unit_choice

PAGE = 50


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry of a select field."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of the form. `quantity`, `unit` and `item` are what was typed; `was` what is stored, where they differ."""

    number: int
    typed_item: str
    item: str
    item_number: str
    own_number: str
    name: str
    known: bool
    quantity: str
    unit: str
    units: Sequence[Choice]
    remove: bool
    was: str
    pieces: str
    unit_price: Decimal | None
    net: Decimal | None
    price_label: str
    stock_label: str
    steps: Sequence[Step]
    points: Sequence[Point]
    problem: str


@dataclass(frozen=True, slots=True)
class Said:
    """What the page says about the last thing somebody did with it."""

    title: str = ""
    message: str = ""
    fix: str = ""
    kind: str = "look"
    problems: Mapping[str, str] = field(default_factory=dict)
    not_read: Sequence[NotRead] = ()


@dataclass(frozen=True, slots=True)
class DraftPage:
    """`number` empty: nothing is stored yet. `points` are those about the whole order.

    `token` tells a form that is sent twice from two forms.
    """

    reference: str
    ship_to: str
    ship_tos: Sequence[Choice]
    wished: str
    comment: str
    pasted: str
    currency: str
    said: Said
    number: str = ""
    version: int = 0
    lines: Sequence[LineView] = ()
    total_lines: int = 0
    page: int = 1
    pages: int = 1
    net: Decimal = Decimal(0)
    points: Sequence[Point] = ()
    line_points: int = 0
    blocked: int = 0
    then: str = ""
    back_with_you: bool = False
    saved: datetime | None = None
    token: str = field(default_factory=lambda: token_urlsafe(16))


def typed_of(order: Order, lines: Sequence[TypedLine]) -> TypedOrder:
    """What is stored, as if it had just been typed."""
    return TypedOrder(
        lines=tuple(lines),
        reference=order.reference,
        requested_date=order.requested_date,
        ship_to=order.ship_to_code,
        ship_to_address=order.ship_to_address,
        comment=order.comment,
    )


def editable(order: Order) -> bool:
    """A draft, or an order the desk did not accept."""
    rejected = order.process == Process.IN_VALIDATION and order.validation == Validation.REJECTED
    return order.process == Process.DRAFT or rejected


def empty_page(customer: CustomerFacts, form: DraftForm | None = None, said: Said | None = None) -> DraftPage:
    """The page before anything is stored."""
    form = form or DraftForm(0, ship_to=customer.default_ship_to)
    return DraftPage(**_typed_head(form, customer), currency=customer.currency, said=said or Said())


def draft_page(
    actor: Actor, order: Order, *, page: int = 1, form: DraftForm | None = None, said: Said | None = None
) -> DraftPage:
    """The page of a stored draft; with a form, what was typed but could not be stored is shown over what is."""
    said = said or Said()
    customer = facts_of(order.customer_id)
    understood = frozen_lines(order, customer)
    all_points = points_of_draft(order, customer, understood, actor)
    shown, pages, page = _page_of(understood, all_points, page, form)
    by_line = _by_line(all_points)
    return DraftPage(
        **_typed_head(form or _head(order), customer),
        number=order.number,
        version=order.version,
        lines=[_line(line, form, by_line.get(line.number, ()), said) for line in shown],
        total_lines=len(understood),
        page=page,
        pages=pages,
        net=order.net,
        currency=order.currency,
        points=[point for point in all_points if point.line is None],
        line_points=len(by_line),
        blocked=sum(1 for point in all_points if point.outcome == "block"),
        then=_then(actor, order, sum(1 for point in all_points if point.outcome == "review")),
        back_with_you=order.process != Process.DRAFT,
        saved=order.priced_at,
        said=said,
    )


def _typed_head(form: DraftForm, customer: CustomerFacts) -> dict[str, Any]:
    """The fields above the lines, as typed."""
    return {
        "reference": form.reference,
        "ship_to": form.ship_to,
        "ship_tos": _ship_tos(customer.ship_tos, form.ship_to),
        "wished": form.wished,
        "comment": form.comment,
        "pasted": form.pasted,
    }


def _head(order: Order) -> DraftForm:
    wished = order.requested_date.isoformat() if order.requested_date else ""
    return DraftForm(order.version, order.reference, order.ship_to_code, wished, order.comment)


def _ship_tos(addresses: Sequence[ShipToAddress], chosen: str) -> list[Choice]:
    choices = [Choice(each.code, ", ".join(part for part in (each.name, each.city) if part)) for each in addresses]
    if chosen and chosen not in {choice.value for choice in choices}:
        choices.append(Choice(chosen, f"{chosen} (not known to us)"))
    return choices


def _by_line(all_points: Sequence[Point]) -> dict[int, list[Point]]:
    found: dict[int, list[Point]] = {}
    for point in all_points:
        if point.line is not None:
            found.setdefault(point.line, []).append(point)
    return found


def _page_of(
    lines: Sequence[UnderstoodLine], all_points: Sequence[Point], page: int, form: DraftForm | None
) -> tuple[list[UnderstoodLine], int, int]:
    """The lines of one page, those with points first; with a form, exactly the lines it holds."""
    urgency = {point.line: OUTCOME_ORDER.index(point.outcome) for point in reversed(all_points)}
    ordered = sorted(
        lines,
        key=lambda line: (0 if line.item is None else 1 + urgency.get(line.number, len(OUTCOME_ORDER)), line.number),
    )
    pages = max(1, -(-len(ordered) // PAGE))
    page = min(max(page, 1), pages)
    if form is not None and form.lines:
        return [line for line in ordered if line.number in form.lines], pages, page
    return ordered[(page - 1) * PAGE : page * PAGE], pages, page


def _line(line: UnderstoodLine, form: DraftForm | None, its_points: Sequence[Point], said: Said) -> LineView:
    stored = FormLine(line.number, line.typed_item, line.typed_item, number(line.quantity), line.unit, remove=False)
    typed = form.lines.get(line.number, stored) if form else stored
    item = line.item
    stored_words = f"{stored.quantity} {stored.unit}"
    return LineView(
        number=line.number,
        typed_item=line.typed_item,
        item=typed.item,
        item_number=line.item_number,
        own_number=item.own_number if item else "",
        name=item.name if item else "",
        known=item is not None,
        quantity=typed.quantity,
        unit=typed.unit,
        units=_units(line, typed.unit),
        remove=typed.remove,
        was=stored_words if f"{typed.quantity} {typed.unit}" != stored_words else "",
        pieces=f"{number(line.base_quantity)} {item.base_unit}" if item and line.factor != 1 else "",
        unit_price=line.net_unit_price,
        net=line.net,
        price_label=price_label(line.promise, line.price_as_of),
        stock_label=stock_label(item, today()) if item else "",
        steps=explaining.steps(line.explanation),
        points=its_points,
        problem=said.problems.get(f"quantity-{line.number}", ""),
    )


def _units(line: UnderstoodLine, typed: str) -> list[Choice]:
    if line.item is None:
        return []
    choices = [Choice(code, unit_choice(code, factor, line.item.base_unit)) for code, factor in line.item.units.items()]
    if typed and typed not in line.item.units:
        choices.append(Choice(typed, f"{typed} (not sold in it)"))
    return choices


def _then(actor: Actor, order: Order, to_look_at: int) -> str:
    """What happens when the draft is sent, said before."""
    limit = actor.order_limit
    if limit is not None and order.net > limit:
        return f"over your limit of {amount(limit, order.currency)}: somebody in your company approves, that sends it."
    if to_look_at:
        return f"it goes to us; our desk looks at {several(to_look_at, 'point')}."
    return "it goes to us; our rules check it at once."
