"""The words of every mail, as a letter without form: what happened, why, what comes next. A function for each kind.

Texts of buyers, approvers, the desk and the ERP are values in it; escaping them is the business of the templates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from app.domain.readable import amount, day, quantity
from app.domain.reasons import REASONS
from app.services.agreeing.telling import next_step, sentences
from app.services.notifications.intents import Kind
from app.services.notifications.queries import Delivery, delivery, waiting_approval
from app.services.papers.differing import differences
from app.services.papers.drawing import sum_rows
from app.services.papers.facts import Line, OrderFacts
from app.words import n_, t, tn

MOST_LINES = 20  # in the mail itself; the paper has them all
LARGEST_LINES = 5
MOST_DIFFERENCES = 30


@dataclass(frozen=True, slots=True)
class Row:
    """A line of an order or delivery as the mail lists it. `beneath` is the name, `details` quantity and the like."""

    number: int
    item: str
    beneath: str
    details: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """`first` is what differs, before everything else. `quote` is somebody's own text, `quote_by` who wrote it."""

    subject: str
    title: str
    paragraphs: Sequence[str]
    first: Sequence[str] = ()
    quote: str = ""
    quote_by: str = ""
    facts: Sequence[tuple[str, str]] = ()
    rows_title: str = ""
    rows: Sequence[Row] = ()
    more: str = ""
    sums: Sequence[tuple[str, str, bool]] = ()
    button: str = ""
    path: str = ""
    link: str = ""
    link_words: str = ""
    paper: str = ""


class NotNeeded(Exception):
    """What the mail would tell is over already; the text is a sentence for administrators."""


Told = Mapping[str, Any]


def letter(kind: Kind, order: OrderFacts, told: Told) -> Letter:
    """The mail in the reader's language.

    :param told: the facts of the intent
    :raises NotNeeded: it has been overtaken
    """
    return _COMPOSERS[kind](order, told)


def _receipt(order: OrderFacts, _: Told) -> Letter:
    return Letter(
        subject=t("We have your order {number}", number=_named(order)),
        title=t("We have your order"),
        paragraphs=(
            t("We have your order. This is not yet our acceptance; that comes with the confirmation."),
            t("There is nothing for you to do. You can follow the order in the portal."),
        ),
        facts=_facts(order),
        rows_title=t("Your lines"),
        rows=_rows(order.lines[:MOST_LINES], order),
        more=_more(len(order.lines) - MOST_LINES),
        sums=tuple(sum_rows(order, confirmed=False)),
        button=t("Open the order"),
        path=f"/orders/{order.number}",
        paper="receipt",
    )


def _approval_asked(order: OrderFacts, _: Told) -> Letter:
    asked = waiting_approval(order.id)
    if asked is None:
        raise NotNeeded(n_("It has been decided already, or the buyer took the order back."))
    name, net = order.placed_by_name, amount(asked.amount, asked.currency)
    largest = sorted(order.lines, key=lambda line: (-(line.net or 0), line.number))[:LARGEST_LINES]
    return Letter(
        subject=t("{name} asks for your approval: {number}, {net}", name=name, number=order.number, net=net),
        title=t("An order waits for your approval"),
        paragraphs=(
            _why(order, asked),
            t("Approving sends the order to us as it is. A no, with your reason, gives it back to {name}.", name=name),
        ),
        facts=_facts(order, net=net),
        rows_title=(
            t("All lines")
            if len(order.lines) <= LARGEST_LINES
            else t("The {few} largest of {n} lines", few=LARGEST_LINES, n=len(order.lines))
        ),
        rows=_rows(largest, order),
        button=t("Look and decide"),
        path=f"/approvals/{asked.id}",
    )  # fmt: skip


def _why(order: OrderFacts, asked: Any) -> str:
    if asked.order_limit is None:
        return t("The order of {name} needs approval: {why}.", name=order.placed_by_name, why=asked.why)
    return t(
        "{name} ordered for {net} before tax. Up to {limit}, {name} orders without approval; this order is above.",
        name=order.placed_by_name,
        net=amount(asked.amount, asked.currency),
        limit=amount(asked.order_limit, asked.currency),
    )


def _given_back(order: OrderFacts, told: Told) -> Letter:
    return Letter(
        subject=t("Given back by {name}: your order {number}", name=told["by"], number=_named(order)),
        title=t("Your order was not approved in your company"),
        paragraphs=(
            t("{name} looked at your order and gave it back to you. Nothing was ordered.", name=told["by"]),
            t("Your lines are kept as a draft. Change what is needed and send it again."),
        ),
        quote=told["reason"],
        quote_by=t("{name} writes", name=told["by"]),
        facts=_facts(order),
        button=t("Open the draft"),
        path=f"/drafts/{order.number}",
    )


def _not_accepted(order: OrderFacts, told: Told) -> Letter:
    reason = REASONS.get(told["code"])
    own_words = told["code"] == "other" or reason is None
    manager = {"account_manager": order.account_manager}
    why = () if own_words or reason is None else (reason.said(**manager),)
    then = () if own_words or reason is None else (t("What you can do: {step}", step=reason.advised(**manager)),)
    return Letter(
        subject=t("Not accepted: your order {number}", number=_named(order)),
        title=t("We could not accept your order"),
        paragraphs=(
            *why,
            *then,
            t("Nothing was ordered. Your lines are kept: change what is needed and send the order again."),
        ),
        quote=told["note"],
        quote_by=t("Our desk writes"),
        facts=_facts(order),
        button=t("Open the order"),
        path=f"/orders/{order.number}",
    )


def _confirmation(order: OrderFacts, _: Told) -> Letter:
    found = differences(order)
    named = {"number": _named(order), "erp": order.erp_number}
    left = len(found) - MOST_DIFFERENCES
    rest = tn("{n} more is in the attached paper.", "{n} more are in the attached paper.", left) if left > 0 else ""
    return Letter(
        subject=(
            t("Confirmed, with differences: your order {number}, our number {erp}", **named)
            if found
            else t("Confirmed: your order {number}, our number {erp}", **named)
        ),
        title=t("Your order is confirmed"),
        first=(*found[:MOST_DIFFERENCES], *filter(None, (rest,))),
        paragraphs=(
            t("We accept your order as listed here. Our number is {erp}; please name it when you ask us.", **named),
            *(
                ()
                if not found
                else (
                    t("If a difference does not suit you, you can cancel the order on its page until the goods leave."),
                )
            ),
        ),
        facts=_facts(order),
        rows_title=t("Confirmed line by line"),
        rows=_rows(order.lines[:MOST_LINES], order, confirmed=True),
        more=_more(len(order.lines) - MOST_LINES),
        sums=tuple(sum_rows(order, confirmed=True)),
        button=t("Open the order"),
        path=f"/orders/{order.number}",
        paper="confirmation",
    )


def _shipped(order: OrderFacts, told: Told) -> Letter:
    found = delivery(told["shipment"], order_id=order.id, customer_id=order.customer_id)
    if found is None:
        raise NotNeeded(n_("The ERP took the delivery back."))
    parcels = found.parcels[:MOST_LINES]
    rows = [Row(each.line, each.item, each.name, quantity(each.quantity, each.unit)) for each in parcels]
    left = len(found.parcels) - MOST_LINES
    return Letter(
        subject=t("On its way: your order {number}, delivery {delivery}", number=_named(order), delivery=found.number),
        title=t("A delivery is on its way"),
        paragraphs=(
            tn("{n} line left our warehouse on {date}.", "{n} lines left our warehouse on {date}.", len(found.parcels),
               date=day(found.shipped_on)),
        ),
        facts=_with_values((*_facts(order), *_of_carrier(found))),
        rows_title=t("In this delivery"),
        rows=rows,
        more=tn("{n} more line is in the portal.", "{n} more lines are in the portal.", left) if left > 0 else "",
        button=t("Open the order"),
        path=f"/orders/{order.number}",
        link=_web(found.tracking_url),
        link_words=t("Follow the parcel"),
    )  # fmt: skip


def _question(order: OrderFacts, told: Told) -> Letter:
    return Letter(
        subject=t("A question about your order {number}", number=_named(order)),
        title=t("We have a question about your order"),
        paragraphs=(t("The order waits until you answer. You answer on the page of the order."),),
        quote=told["text"],
        quote_by=t("Our desk writes"),
        facts=_facts(order),
        button=t("Answer the question"),
        path=f"/orders/{order.number}",
    )


def _proposal(order: OrderFacts, _: Told) -> Letter:
    waiting = [each for each in order.proposals if each.state == "open"]
    if not waiting:
        raise NotNeeded(n_("All of it has been answered already."))
    rows = [
        Row(each.line or 0, each.put.item, " ".join(sentences(each.put)), next_step(each.put))
        for each in waiting[:MOST_LINES]
    ]
    left = len(waiting) - MOST_LINES
    return Letter(
        subject=t("Please answer: something differs in your order {number}", number=_named(order)),
        title=t("Something differs from what you ordered"),
        paragraphs=(
            tn("{n} line needs your answer.", "{n} lines need your answer.", len(waiting)),
            t("You accept or decline each with one tap on the page of the order. Nothing changes until you answer."),
        ),
        facts=_facts(order),
        rows_title=t("What differs"),
        rows=rows,
        more=tn("{n} more line is in the portal.", "{n} more lines are in the portal.", left) if left > 0 else "",
        button=t("Accept or decline"),
        path=f"/orders/{order.number}",
    )


def _can_be_sent(order: OrderFacts, _: Told) -> Letter:
    return Letter(
        subject=t("You can send your order {number} now", number=_named(order)),
        title=t("Your draft can be sent"),
        paragraphs=(
            t("What kept your order from being sent is settled. Your lines are as you left them."),
            t("Open the draft and send it; prices and stock are looked at once more."),
        ),
        facts=_facts(order, net=amount(order.net, order.currency)),
        button=t("Open the draft"),
        path=f"/drafts/{order.number}",
    )


_COMPOSERS: Mapping[Kind, Callable[[OrderFacts, Told], Letter]] = {
    Kind.RECEIPT: _receipt,
    Kind.APPROVAL_ASKED: _approval_asked,
    Kind.GIVEN_BACK: _given_back,
    Kind.NOT_ACCEPTED: _not_accepted,
    Kind.CONFIRMATION: _confirmation,
    Kind.SHIPPED: _shipped,
    Kind.QUESTION: _question,
    Kind.PROPOSAL: _proposal,
    Kind.CAN_BE_SENT: _can_be_sent,
}


# --- pieces -----------------------------------------------------------------------------------------------------------


def _named(order: OrderFacts) -> str:
    """Our number, and the buyer's own beside it."""
    return f"{order.number} ({order.reference})" if order.reference else order.number


def _facts(order: OrderFacts, *, net: str = "") -> Sequence[tuple[str, str]]:
    return _with_values(
        (
            (t("Order in the portal"), order.number),
            (t("Our number"), order.erp_number),
            (t("Your PO number"), order.reference),
            (t("Ordered by"), order.placed_by_name),
            (t("Wished for"), day(order.wished) if order.wished else ""),
            (t("Deliver to"), ", ".join(order.ship_to)),
            (t("Sum before tax"), net),
        )
    )


def _of_carrier(found: Delivery) -> Sequence[tuple[str, str]]:
    return (
        (t("Delivery"), found.number),
        (t("Carrier"), found.carrier),
        (t("Tracking number"), found.tracking_number),
    )


def _with_values(pairs: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    return tuple((name, value) for name, value in pairs if value)


def _rows(lines: Sequence[Line], order: OrderFacts, *, confirmed: bool = False) -> Sequence[Row]:
    return [_row(line, order, confirmed=confirmed) for line in lines]


def _row(line: Line, order: OrderFacts, *, confirmed: bool) -> Row:
    own = t("your {number}", number=line.own_number) if line.own_number else ""
    held = line.held if confirmed else None
    date = line.confirmed_date if confirmed else line.wished
    dated = day(date) if date else (t("date follows") if confirmed and line.promised else "")
    wanted = quantity(line.promised if confirmed else line.quantity, line.unit)
    return Row(
        number=line.number,
        item=line.item,
        beneath=" · ".join(filter(None, (own, line.name))),
        details=" · ".join(filter(None, (wanted, dated))),
        value=amount(held.net if held else line.net, order.currency),
    )


def _more(left: int) -> str:
    if left <= 0:
        return ""
    return tn("{n} more line is in the attached paper.", "{n} more lines are in the attached paper.", left)


def _web(address: str) -> str:
    """The address if it is one of the web, else empty: it comes from the ERP and must not run anything."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    clean = address.isprintable() and not any(sign in address for sign in " <>\"'")
    return address if clean and parts.scheme in ("http", "https") and parts.hostname else ""
