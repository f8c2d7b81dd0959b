"""A proposal in words: what differs, old beside new, and what its buyer can do. In the language of the moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.domain.pricing import net_of
from app.domain.readable import amount, day, percent, price, quantity
from app.domain.reasons import OTHER, REASONS
from app.words import n_, t

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Put:
    """A proposal with what its words need. `item` is number and name as the order has them; `today` leaves out years."""

    code: str
    before: Values
    after: Values
    item: str
    unit: str
    currency: str
    since: date
    words: str = ""
    today: date | None = None


def sentences(put: Put) -> list[str]:
    """Everything that differs, a sentence each; the desk's own words last."""
    return [*_of_line(put), *filter(None, (put.words,))]


def _of_line(put: Put) -> Iterator[str]:
    before, after = put.before, put.after
    if "charge" in after:
        yield _charge(put)
    elif after.get("quantity") == "0":
        yield REASONS["item_not_available"].said(item=put.item)
    elif not before:
        what = quantity(Decimal(after["quantity"]), after["unit"])
        item = f"{after['item']} {after.get('name', '')}".strip()
        yield t("Our order system holds a line that you did not order: {quantity} of {item}.", quantity=what, item=item)
    elif "item" in after:
        yield _other_item(put)
    else:
        yield from _values(put)


def _values(put: Put) -> Iterator[str]:
    before, after = put.before, put.after
    if "quantity" in after and after["quantity"] != before.get("quantity"):
        new, old = (quantity(Decimal(values["quantity"]), put.unit) for values in (after, before))
        yield t("{item}: {new} instead of {old}.", item=put.item, new=new, old=old)
    if "unit_price" in after and "unit_price" not in before:
        yield t("{item} costs {new} each.", item=put.item, new=price(_net(after), put.currency))
    elif "unit_price" in after:
        new, old = (price(_net(values), put.currency) for values in (after, before))
        since = day(put.since, put.today)
        yield REASONS["price_changed"].said(item=put.item, new=new, old=old, date=since)
    if "date" in after:
        new, old = (day(date.fromisoformat(values["date"]), put.today) for values in (after, before))
        yield t("{item} comes on {date} instead of {wished}.", item=put.item, date=new, wished=old)


def _other_item(put: Put) -> str:
    new, old = (
        f"{quantity(Decimal(values['quantity']), values['unit'])} {values['item']} {values.get('name', '')}".strip()
        for values in (put.after, put.before)
    )
    return t("Our order system holds {new} instead of {old}.", new=new, old=old)


def _charge(put: Put) -> str:
    new, old = (amount(Decimal(values["amount"]), put.currency) for values in (put.after, put.before))
    if Decimal(put.before["amount"]) == 0:
        return t("A surcharge of {new} that you were not shown ({code}).", new=new, code=put.after["charge"])
    return t("The surcharge {code} is {new} instead of {old}.", new=new, old=old, code=put.after["charge"])


def next_step(put: Put) -> str:
    """What the buyer can do about it."""
    plain = put.code in (OTHER, "price_to_agree")
    return t("Accept or decline.") if plain else REASONS[put.code].next_step


def fields(put: Put) -> list[tuple[str, str, str]]:
    """What differs as rows: name, old, new. Empty texts where one side has nothing."""
    rows = []
    for name, label in _LABELS.items():
        old, new = (_written(put, name, values) for values in (put.before, put.after))
        if old != new:
            rows.append((t(label), old, new))
    return rows


_LABELS = {
    "item": n_("Item"),
    "quantity": n_("Quantity"),
    "unit_price": n_("Price each"),
    "discount_percent": n_("Discount"),
    "date": n_("Day"),
    "amount": n_("Surcharge"),
    "net": n_("Sum"),
}


def _written(put: Put, name: str, values: Values) -> str:
    if name not in values:
        return ""
    if name == "item":
        return str(values["item"])
    if name == "date":
        return day(date.fromisoformat(values["date"]), put.today)
    number = Decimal(values[name])
    if name == "quantity":
        return quantity(number, values.get("unit", put.unit))
    if name == "discount_percent":
        return percent(number)
    return price(number, put.currency) if name == "unit_price" else amount(number, put.currency)


def _net(values: Values) -> Decimal:
    return net_of(Decimal(values["unit_price"]), Decimal(values.get("discount_percent", 0)))
