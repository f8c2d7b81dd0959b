"""Where the confirmed order differs from what was ordered, a sentence each, in the order of the lines. Pure words."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from app.domain.money import decimals_of
from app.domain.readable import amount, count, day, percent, price, unit
from app.services.agreeing.telling import sentences
from app.services.papers.facts import ZERO, Asked, Line, OrderFacts
from app.words import t

# An ERP rounds unit prices to its own precision.
PRICE_TOLERANCE = Decimal("0.00005")


def differences(order: OrderFacts) -> list[str]:
    """Every one of them; empty when all is as ordered."""
    found = [*agreed(order), *(sentence for line in order.lines for sentence in _of_line(line, order.currency))]
    if not found and (sums := _of_sums(order)):
        found.append(sums)
    return found


def agreed(order: OrderFacts) -> list[str]:
    """What the order has taken from the ERP, without asking or with the buyer's yes; days are told by the lines."""
    taken = (each for each in order.proposals if each.state == "accepted" and set(each.put.after) != {"date"})
    return [sentence for each in taken for sentence in _with_line(each)]


def _with_line(asked: Asked) -> Iterator[str]:
    for sentence in sentences(asked.put):
        yield sentence if asked.line is None else t("Line {line}: {what}", line=asked.line, what=sentence)


def differing_lines(order: OrderFacts) -> frozenset[int]:
    """The numbers of the lines with a difference."""
    taken = {each.line for each in order.proposals if each.state == "accepted" and each.line is not None}
    differing = {line.number for line in order.lines if any(True for _ in _of_line(line, order.currency))}
    return frozenset(taken | differing)


def _of_line(line: Line, currency: str) -> Iterator[str]:
    where = {"line": line.number, "item": line.item}
    if line.promised <= ZERO:
        yield t("Line {line}, {item}: not delivered.", **where)
        return
    if line.promised != line.quantity:
        yield t(
            "Line {line}, {item}: {confirmed} confirmed instead of {ordered} {unit}.",
            **where,
            confirmed=count(line.promised),
            ordered=count(line.quantity),
            unit=unit(line.unit, line.quantity),
        )
    if line.wished is not None and line.confirmed_date is not None and line.wished != line.confirmed_date:
        yield t(
            "Line {line}, {item}: on {date} instead of {wished}.",
            **where,
            date=day(line.confirmed_date),
            wished=day(line.wished),
        )
    yield from _of_price(line, currency)


def _of_price(line: Line, currency: str) -> Iterator[str]:
    if line.held is None or line.unit_price is None:
        return
    where = {"line": line.number, "item": line.item}
    if abs(line.held.unit_price - line.unit_price) > PRICE_TOLERANCE:
        yield t(
            "Line {line}, {item}: {new} each instead of {old}.",
            **where,
            new=price(line.held.unit_price, currency),
            old=price(line.unit_price, currency),
        )
    if line.held.discount_percent != line.discount_percent:
        yield t(
            "Line {line}, {item}: discount {new} instead of {old}.",
            **where,
            new=percent(line.held.discount_percent),
            old=percent(line.discount_percent),
        )


def _of_sums(order: OrderFacts) -> str:
    """A sum that differs although no line does. Surcharges that the ERP invoices apart are no difference."""
    if order.held_net is None:
        return ""
    goods = sum((line.net or ZERO for line in order.lines), ZERO)
    a_minor_unit_per_line = Decimal(len(order.lines) + 1).scaleb(-decimals_of(order.currency))
    if min(abs(order.held_net - order.net), abs(order.held_net - goods)) <= a_minor_unit_per_line:
        return ""
    return t(
        "The sum before tax is {new} instead of {old}.",
        new=amount(order.held_net, order.currency),
        old=amount(order.net, order.currency),
    )
