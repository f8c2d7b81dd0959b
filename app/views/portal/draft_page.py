"""A draft as it is shown: 50 lines a page, those with points first, what was typed over what is stored.

Reads inside the transaction it is called in and hands out plain values; templates ask the database nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from secrets import token_urlsafe
from typing import Any

from app.clock import today
from app.domain.money import total
from app.domain.order_states import Process, Validation
from app.models.transactional import Order
from app.security.actor import Actor
from app.services import pricing
from app.services.customers import CustomerFacts, ShipToAddress, facts_of
from app.services.ordering import checking
from app.services.ordering.frozen import frozen_lines
from app.services.ordering.preparing import Prepared
from app.services.ordering.reading import sheet_of
from app.services.ordering.understanding import UnderstoodLine, asks_of
from app.views.formats import amount, count, number, price, unit, unit_choice
from app.views.portal import explaining
from app.views.portal.draft_form import DraftForm, FormLine
from app.views.portal.explaining import Step
from app.views.portal.findings import Point, points
from app.views.portal.money import Charge, charges_of
from app.views.portal.pasted import NotRead
from app.views.portal.shelf import Choice
from app.views.portal.words import OUTCOME_ORDER, OUTCOMES, Label, price_label, stock_label
from app.words import t, tn

PAGE = 50


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of the form. `quantity`, `unit` and `item` are what was typed; `was` what is stored, where they differ.

    `new_price` is what one costs now, in words, where it is not what was saved.
    """

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
    new_price: str
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

    `counts` says how many points of which kind there are; `to_change` is the place of the first that stops sending.
    `then` says what happens after sending, `send` what the button does. `token` tells a form that is sent twice from two.
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
    lines_net: Decimal = Decimal(0)
    charges: Sequence[Charge] = ()
    points: Sequence[Point] = ()
    counts: Sequence[tuple[Label, int]] = ()
    line_points: int = 0
    blocked: int = 0
    to_change: str = ""
    new_prices: int = 0
    then: str = ""
    send: str = ""
    back_with_you: bool = False
    saved: datetime | None = None
    token: str = field(default_factory=lambda: token_urlsafe(16))


def editable(order: Order) -> bool:
    """A draft, or an order the desk did not accept."""
    rejected = order.process == Process.IN_VALIDATION and order.validation == Validation.REJECTED
    return order.process == Process.DRAFT or rejected


def empty_page(customer: CustomerFacts, form: DraftForm | None = None, said: Said | None = None) -> DraftPage:
    """The page before anything is stored."""
    form = form or DraftForm(0, ship_to=customer.default_ship_to)
    return DraftPage(**_typed_head(form, customer), currency=customer.currency, said=said or Said())


def draft_page(
    actor: Actor,
    order: Order,
    *,
    page: int = 1,
    form: DraftForm | None = None,
    said: Said | None = None,
    approvers: Sequence[str] = (),
) -> DraftPage:
    """The page of a stored draft; with a form, what was typed but could not be stored is shown over what is.

    :param approvers: names of those who decide when it goes over the buyer's limit
    """
    said = said or Said()
    customer = facts_of(order.customer_id)
    understood, new_prices = _with_todays_prices(customer, frozen_lines(order, customer))
    checking.look(order, Prepared(customer, tuple(understood)))
    all_points = points(sheet_of(order).findings, actor, order=order, customer=customer)
    shown, pages, page = _page_of(understood, all_points, page, form)
    by_line = _by_line(all_points)
    return DraftPage(
        **_typed_head(form or _head(order), customer),
        **_what_next(actor, order, all_points, shown, approvers),
        number=order.number,
        version=order.version,
        lines=[
            _line(line, form, by_line.get(line.number, ()), said, new_prices.get(line.number, "")) for line in shown
        ],
        total_lines=len(understood),
        page=page,
        pages=pages,
        net=order.net,
        lines_net=total(line.net for line in understood if line.net is not None),
        charges=charges_of(order, actor),
        currency=order.currency,
        points=[point for point in all_points if point.line is None],
        line_points=len(by_line),
        new_prices=len(new_prices),
        back_with_you=order.process != Process.DRAFT,
        saved=order.priced_at,
        said=said,
    )


def _with_todays_prices(
    customer: CustomerFacts, lines: Sequence[UnderstoodLine]
) -> tuple[list[UnderstoodLine], dict[int, str]]:
    """Frozen lines do not keep the next tier; the mirror knows it, and whether a price is another one by now.

    :returns: the lines at their frozen prices; and line → what one costs today, where that is something else
    """
    prices = iter(pricing.from_mirror(customer, asks_of(lines), on=today()).prices)
    found, changed = [], {}
    for line in lines:
        if not line.priceable:
            found.append(line)
            continue
        now = next(prices)
        if now.net_unit_price != line.net_unit_price:
            changed[line.number] = price(now.net_unit_price)
        found.append(replace(line, next_tier=now.next_tier))
    return found, changed


def _what_next(
    actor: Actor, order: Order, all_points: Sequence[Point], shown: Sequence[UnderstoodLine], approvers: Sequence[str]
) -> dict[str, Any]:
    """What the page says about sending, before it is pressed."""
    counts = {outcome: sum(1 for point in all_points if point.outcome == outcome) for outcome in OUTCOMES}
    first = next((point for point in all_points if point.outcome == "block"), None)
    here = first is not None and any(line.number == first.line for line in shown)
    return {
        "counts": [(OUTCOMES[outcome], n) for outcome, n in counts.items() if n],
        "blocked": counts["block"],
        "to_change": "" if first is None else f"#line-{first.line}" if here else "#points",
        "then": _then(actor, order, counts["review"], approvers),
        "send": _send(actor, order, approvers),
    }


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
        choices.append(Choice(chosen, t("{code} (not known to us)", code=chosen)))
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


def _line(
    line: UnderstoodLine, form: DraftForm | None, its_points: Sequence[Point], said: Said, new_price: str
) -> LineView:
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
        pieces=f"{count(line.base_quantity)} {unit(item.base_unit, line.base_quantity)}"
        if item and line.factor != 1
        else "",
        unit_price=line.net_unit_price,
        net=line.net,
        price_label=price_label(line.promise, line.price_as_of),
        new_price=new_price,
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
        choices.append(Choice(typed, t("{unit} (not sold in it)", unit=typed)))
    return choices


def _over_limit(actor: Actor, order: Order) -> bool:
    return actor.order_limit is not None and order.net > actor.order_limit


def _then(actor: Actor, order: Order, to_look_at: int, approvers: Sequence[str]) -> str:
    """What happens when the draft is sent, said before."""
    said = []
    if _over_limit(actor, order):
        limit = amount(actor.order_limit, order.currency)
        who = _either(approvers)
        said.append(
            t("{names} approves, since it is over your limit of {limit}; that sends it.", names=who, limit=limit)
            if who
            else t("Somebody in your company approves, since it is over your limit of {limit}.", limit=limit)
        )
    if to_look_at:
        said.append(tn("Our desk looks at {n} point.", "Our desk looks at {n} points.", to_look_at))
    elif not said:
        said.append(t("It goes to us; our rules check it at once."))
    return " ".join(said)


def _send(actor: Actor, order: Order, approvers: Sequence[str]) -> str:
    """What the button does."""
    if not _over_limit(actor, order):
        return t("Send order")
    if len(approvers) == 1:
        return t("Send to {name} for approval", name=approvers[0])
    return t("Send for approval")


def _either(names: Sequence[str]) -> str:
    """bob; bob or carol."""
    if len(names) < 2:
        return "".join(names)
    return t("{names} or {last}", names=", ".join(names[:-1]), last=names[-1])
