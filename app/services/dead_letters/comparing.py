"""Is the document a person entered in the ERP this order? Compared by item, since the ERP numbers such lines itself.

Differences are plain values that can be stored; their words come when they are read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import Any

from app.domain.money import total
from app.domain.pricing import line_total
from app.domain.readable import amount, percent, price, quantity
from app.erp.port import ErpOrderStatus, LineToPlace, OrderLineRecord, OrderRecord, OrderToPlace
from app.services.delivery.comparing import PRICE_TOLERANCE
from app.words import t


@dataclass(frozen=True, slots=True)
class Difference:
    """`kind` names a sentence, `facts` fill it: texts, numbers as text."""

    kind: str
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """In the reader's language."""
        return said(self.kind, self.facts)

    def stored(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`refusals` can be agreed to by nobody; `differences` a person may take as they are.

    `record` is the ERP's document with our line numbers, as far as its lines are ours.
    """

    refusals: tuple[Difference, ...]
    differences: tuple[Difference, ...]
    record: OrderRecord

    @property
    def mark(self) -> str:
        """Stands for exactly these differences: whoever agrees sends it along."""
        written = json.dumps([each.stored() for each in self.differences], sort_keys=True)
        return hashlib.sha256(written.encode()).hexdigest()[:16] if self.differences else ""


def compare(sent: OrderToPlace, found: OrderRecord) -> Comparison:
    """What is to be compared before a document becomes the order."""
    pairs, missing, foreign = _pair(sent.lines, [line for line in found.lines if line.quantity > line.cancelled])
    differences = [each for ours, theirs in pairs for each in _line(ours, theirs, sent.currency)]
    differences += [Difference("missing", _named(line)) for line in missing]
    differences += [Difference("extra", _named(line)) for line in foreign]
    if not found.lines:
        differences = [Difference("no_lines")]
    differences += _sum(sent, found)
    lines = tuple(replace(theirs, line_number=ours.line_number) for ours, theirs in pairs)
    return Comparison(tuple(_refusals(sent, found)), tuple(differences), replace(found, lines=lines))


def _refusals(sent: OrderToPlace, found: OrderRecord) -> Iterable[Difference]:
    if found.customer_number.upper() != sent.customer_number.upper():
        yield Difference("customer", {"there": found.customer_number, "here": sent.customer_number})
    if found.currency and found.currency != sent.currency:
        yield Difference("currency", {"there": found.currency, "here": sent.currency})
    if found.status is ErpOrderStatus.CANCELLED:
        yield Difference("cancelled", {"erp_number": found.number})


_Pairs = list[tuple[LineToPlace, OrderLineRecord]]


def _pair(
    ours: Sequence[LineToPlace], theirs: Sequence[OrderLineRecord]
) -> tuple[_Pairs, list[LineToPlace], list[OrderLineRecord]]:
    """Each of our lines with one of theirs: of the same quantity and unit if there is one, else of the same item."""
    left, open_lines, pairs = list(theirs), list(ours), []
    for alike in (_same_quantity, _same_item):
        for line in list(open_lines):
            match = next((each for each in left if alike(line, each)), None)
            if match is not None:
                pairs.append((line, match))
                left.remove(match)
                open_lines.remove(line)
    return sorted(pairs, key=lambda pair: pair[0].line_number), open_lines, left


def _same_quantity(ours: LineToPlace, theirs: OrderLineRecord) -> bool:
    return _same_item(ours, theirs) and (ours.quantity, ours.unit) == (theirs.quantity, theirs.unit)


def _same_item(ours: LineToPlace, theirs: OrderLineRecord) -> bool:
    return ours.item_number.upper() == theirs.item_number.upper()


def _line(ours: LineToPlace, theirs: OrderLineRecord, currency: str) -> Iterable[Difference]:
    where = {"line": str(ours.line_number), "item": ours.item_number}
    if (ours.quantity, ours.unit) != (theirs.quantity, theirs.unit):
        here = {"here": f"{ours.quantity:f}", "here_unit": ours.unit}
        yield Difference("quantity", {**where, **here, "there": f"{theirs.quantity:f}", "there_unit": theirs.unit})
    dearer = abs(theirs.unit_price - ours.unit_price) > PRICE_TOLERANCE
    if dearer or theirs.discount_percent != ours.discount_percent:
        here = {"here": f"{ours.unit_price:f}", "here_percent": f"{ours.discount_percent:f}"}
        there = {"there": f"{theirs.unit_price:f}", "there_percent": f"{theirs.discount_percent:f}"}
        yield Difference("price", {**where, **here, **there, "currency": currency})


def _sum(sent: OrderToPlace, found: OrderRecord) -> list[Difference]:
    lines = [line_total(each.quantity, each.unit_price, each.discount_percent, sent.currency) for each in sent.lines]
    here = total([*lines, *(charge.amount for charge in sent.charges)])
    if here == found.net:
        return []
    return [Difference("sum", {"here": f"{here:f}", "there": f"{found.net:f}", "currency": sent.currency})]


def _named(line: LineToPlace | OrderLineRecord) -> dict[str, str]:
    return {
        "item": line.item_number,
        "quantity": f"{line.quantity:f}",
        "unit": line.unit,
        "line": str(line.line_number),
    }


def said(kind: str, facts: Mapping[str, str]) -> str:
    """The sentence of a difference, in the reader's language."""
    f = _readable(facts)
    return {
        "customer": lambda: t("It belongs to customer {there}, the order to {here}.", **f),
        "currency": lambda: t("It is in {there}, the order in {here}.", **f),
        "cancelled": lambda: t("{erp_number} is cancelled there.", **f),
        "missing": lambda: t("Line {line} is not in it: {quantity} of {item}.", **f),
        "extra": lambda: t("It holds {quantity} of {item}, which nobody ordered.", **f),
        "no_lines": lambda: t("The ERP shows no lines of it, so they could not be compared."),
        "quantity": lambda: t("Line {line}, {item}: {there} there, {here} ordered.", **f),
        "price": lambda: t(
            "Line {line}, {item}: {there} less {there_percent} there, {here} less {here_percent} agreed.", **f
        ),
        "sum": lambda: t("It comes to {there} before tax; the order came to {here}.", **f),
    }[kind]()  # fmt: skip


def _readable(facts: Mapping[str, str]) -> dict[str, str]:
    """Numbers as people read them; which is which says the name beside it."""
    shown = dict(facts)
    for name, unit in (("quantity", "unit"), ("here", "here_unit"), ("there", "there_unit")):
        if unit in facts:
            shown[name] = quantity(Decimal(facts[name]), facts[unit])
    for name in ("here_percent", "there_percent"):
        if name in facts:
            shown[name] = percent(Decimal(facts[name]))
    if "currency" in facts:
        written = price if "item" in facts else amount
        shown |= {name: written(Decimal(facts[name]), facts["currency"]) for name in ("here", "there")}
    return shown
