"""Where the document in the ERP differs from the order that was sent: line by line and field by field. Pure values.

Whose document it is at all is asked before, by `app.services.delivery.comparing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.money import ZERO, total
from app.domain.pricing import line_total
from app.domain.quantities import plain
from app.erp.port import ChargeRecord, ChargeToPlace, LineToPlace, OrderLineRecord, OrderRecord, OrderToPlace
from app.services.agreeing.tolerance import Tolerance, minor_unit

# Business Central rounds unit prices to its own precision.
SAME_PRICE = Decimal("0.00005")

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Deviation:
    """One thing that is otherwise: `before` and `after` by field, numbers as text. `line` is None for a surcharge.

    `code` is the reason of the desk under which a buyer is asked; `inside` ones are taken without asking.
    """

    line: int | None
    code: str
    before: Values
    after: Values
    inside: bool = False


def deviations(sent: OrderToPlace, found: OrderRecord, allowed: Tolerance) -> list[Deviation]:
    """All of them; empty when the ERP holds what was sent. A document without lines says nothing about them."""
    if not found.lines:
        return []
    theirs = _paired(sent.lines, found.lines)
    differing: list[Deviation] = []
    for ours in sent.lines:
        differing += _of_line(ours, theirs.pop(ours.line_number, None), sent, allowed)
    differing += [_not_ours(number, line) for number, line in theirs.items()]
    return differing + list(_of_charges(sent, found, allowed))


def _paired(ours: Sequence[LineToPlace], theirs: Sequence[OrderLineRecord]) -> dict[int, OrderLineRecord]:
    """Their lines by our number; in a document somebody entered by hand, where no number is ours, by their order."""
    numbers = [line.line_number for line in ours]
    if any(line.line_number in numbers for line in theirs):
        return {line.line_number: line for line in theirs}
    further = range(max(numbers, default=0) + 1, max(numbers, default=0) + 1 + len(theirs))
    return dict(zip([*numbers, *further], sorted(theirs, key=lambda line: line.line_number), strict=False))


def _of_line(
    ours: LineToPlace, theirs: OrderLineRecord | None, sent: OrderToPlace, allowed: Tolerance
) -> Iterator[Deviation]:
    number = ours.line_number
    if theirs is None:
        yield Deviation(number, "item_not_available", {"quantity": plain(ours.quantity)}, {"quantity": "0"})
        return
    if theirs.item_number.upper() != ours.item_number.upper() or theirs.unit.upper() != ours.unit.upper():
        code = "quantity_packing" if theirs.item_number.upper() == ours.item_number.upper() else "item_not_available"
        yield Deviation(number, code, _what(ours), _what(theirs))
        return
    if theirs.quantity != ours.quantity:
        code = "quantity_split" if theirs.quantity < ours.quantity else "quantity_packing"
        amounts = _amounts(ours, theirs, sent.currency)
        yield Deviation(number, code, {"quantity": plain(ours.quantity), "net": amounts[0]}, {
            "quantity": plain(theirs.quantity), "net": amounts[1]})  # fmt: skip
    yield from _of_price(ours, theirs, sent.currency, allowed)
    yield from _of_day(number, ours.requested_date or sent.requested_date, theirs.confirmed_date)


def _of_price(ours: LineToPlace, theirs: OrderLineRecord, currency: str, allowed: Tolerance) -> Iterator[Deviation]:
    """The amount decides: another price with another discount may come to the same."""
    mine = line_total(theirs.quantity, ours.unit_price, ours.discount_percent, currency)
    same = abs(theirs.unit_price - ours.unit_price) <= SAME_PRICE and theirs.discount_percent == ours.discount_percent
    if same and abs(theirs.net - mine) <= minor_unit(currency):
        return
    yield Deviation(
        ours.line_number,
        "price_changed",
        {"unit_price": plain(ours.unit_price), "discount_percent": plain(ours.discount_percent), "net": plain(mine)},
        _price(theirs),
        inside=allowed.takes(mine, theirs.net, currency),
    )


def _of_day(number: int, wished: date | None, confirmed: date | None) -> Iterator[Deviation]:
    """Only a later day is asked about; an earlier one is told in the confirmation."""
    if wished is not None and confirmed is not None and confirmed > wished:
        yield Deviation(number, "date_not_possible", {"date": wished.isoformat()}, {"date": confirmed.isoformat()})


def _not_ours(number: int, line: OrderLineRecord) -> Deviation:
    """A line nobody ordered here."""
    return Deviation(number, "other", {}, _what(line))


def _what(line: LineToPlace | OrderLineRecord) -> dict[str, str]:
    common = {"item": line.item_number, "name": line.name, "quantity": plain(line.quantity), "unit": line.unit}
    return {**common, **_price(line)}


def _price(line: LineToPlace | OrderLineRecord) -> dict[str, str]:
    values = {"unit_price": plain(line.unit_price), "discount_percent": plain(line.discount_percent)}
    return {**values, "net": plain(line.net)} if isinstance(line, OrderLineRecord) else values


def _amounts(ours: LineToPlace, theirs: OrderLineRecord, currency: str) -> tuple[str, str]:
    mine = line_total(ours.quantity, ours.unit_price, ours.discount_percent, currency)
    return plain(mine), plain(line_total(theirs.quantity, ours.unit_price, ours.discount_percent, currency))


# --- surcharges -------------------------------------------------------------------------------------------------------


def _of_charges(sent: OrderToPlace, found: OrderRecord, allowed: Tolerance) -> Iterator[Deviation]:
    if not found.charges and _in_the_sum(sent, found):
        return  # this page of the ERP does not list them
    ours, theirs = _rest(sent.charges, found.charges)
    for code in sorted(ours.keys() | theirs.keys()):
        mine, other = ours.get(code, []), theirs.get(code, [])
        for at in range(max(len(mine), len(other))):
            before = mine[at] if at < len(mine) else ZERO
            after = other[at] if at < len(other) else ZERO
            inside = bool(before) and allowed.takes(before, after, sent.currency)
            values = {"charge": code, "amount": plain(before)}, {"charge": code, "amount": plain(after)}
            yield Deviation(None, "other", *values, inside=inside)


def _in_the_sum(sent: OrderToPlace, found: OrderRecord) -> bool:
    wanted = total([line.net for line in found.lines] + [charge.amount for charge in sent.charges])
    return abs(found.net - wanted) <= minor_unit(sent.currency) * (len(found.lines) + 1)


def _rest(
    sent: Sequence[ChargeToPlace], found: Sequence[ChargeRecord]
) -> tuple[dict[str, list[Decimal]], dict[str, list[Decimal]]]:
    """By code, the amounts that have no equal on the other side."""
    ours: dict[str, list[Decimal]] = {}
    theirs: dict[str, list[Decimal]] = {}
    for charge in sent:
        ours.setdefault(charge.code.upper(), []).append(charge.amount)
    for held in found:
        mine = ours.get(held.code.upper(), [])
        if held.net in mine:
            mine.remove(held.net)
        else:
            theirs.setdefault(held.code.upper(), []).append(held.net)
    return {code: amounts for code, amounts in ours.items() if amounts}, theirs
