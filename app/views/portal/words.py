"""Values and states as people read them: money, quantities, days and times in the seller's zone, labels with a sign.

Registered as Jinja filters for the portal and the desk. Decides nothing and looks nothing up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app

from app.clock import now
from app.domain.money import at_least_decimals, rounded
from app.domain.quantities import plain
from app.domain.working_days import add_working_days
from app.services.catalogue.items import ItemFacts
from app.services.pricing import Promise

UNITS: Mapping[str, tuple[str, str]] = {
    "PCS": ("piece", "pieces"),
    "BOX": ("box", "boxes"),
    "PAL": ("pallet", "pallets"),
}


@dataclass(frozen=True, slots=True)
class Label:
    """A word with a sign, so that colour never says it alone. `kind` is a class of base.css."""

    words: str
    sign: str
    kind: str


OUTCOMES: Mapping[str, Label] = {
    "block": Label("Change needed", "cross", "stop"),
    "review": Label("We will look", "eye", "look"),
    "offer": Label("Your choice", "choice", "choice"),
    "notice": Label("Note", "info", "notice"),
}
OUTCOME_ORDER = tuple(OUTCOMES)

PROCESS: Mapping[str, Label] = {
    "draft": Label("Draft, not sent", "pen", ""),
    "awaiting_approval": Label("Waiting for approval", "clock", "look"),
    "received": Label("We have it", "tick", "notice"),
    "in_validation": Label("Being checked", "eye", "look"),
    "confirmed": Label("Confirmed", "tick", "good"),
    "in_dispatch": Label("On its way", "arrow", "notice"),
    "delivered": Label("Delivered", "tick", "good"),
    "cancelled": Label("Cancelled", "cross", ""),
}
BACK_WITH_YOU = Label("Not accepted", "cross", "stop")
BEING_ENTERED = Label("Accepted", "tick", "notice")

CHANNELS: Mapping[str, str] = {"phone": "by telephone", "mail": "by mail", "edi": "by EDI"}
ERP_STATUS: Mapping[str, str] = {
    "open": "entered",
    "pending approval": "entered",
    "pending prepayment": "waits for payment",
    "released": "confirmed",
    "posted": "delivered and invoiced",
    "deleted": "cancelled",
}


def order_label(process: str, validation: str) -> Label:
    """The state of an order in a list, in a word or two."""
    if process == "in_validation" and validation == "rejected":
        return BACK_WITH_YOU
    if process == "in_validation" and validation == "approved":
        return BEING_ENTERED
    return PROCESS.get(process, Label(process.replace("_", " "), "info", ""))


def amount(value: Decimal | None, currency: str = "") -> str:
    """7,312.45, or USD 7,312.45 when the currency is given; the currency's own decimals."""
    if value is None:
        return "–"
    return f"{currency} {rounded(value, currency):,f}".strip()


def price(value: Decimal | None) -> str:
    """A unit price with the decimals of the ERP, two at least: 28.4943, 2,753.99."""
    if value is None:
        return "on request"
    decimals = len(at_least_decimals(value, 2).partition(".")[2])
    return f"{value:,.{decimals}f}"


def count(value: Decimal | int | None) -> str:
    """A quantity with thousands: 1,104 or 2.5."""
    if value is None:
        return "–"
    whole, point, rest = plain(Decimal(value)).partition(".")
    return f"{int(whole):,}{point}{rest}" if whole.lstrip("-").isdigit() else f"{whole}{point}{rest}"


def number(value: Decimal | None) -> str:
    """A quantity as it is typed into a field: 1104 or 2.5."""
    return "" if value is None else plain(value)


def several(how_many: int, one: str, many: str = "") -> str:
    """1 line, 24 lines."""
    return f"{how_many:,} {one if how_many == 1 else many or one + 's'}"


def unit(code: str, quantity: Decimal | None = None) -> str:
    """PCS → pieces; 1 of it → piece. A code we have no word for stays as it is."""
    one, many = UNITS.get(code, (code, code))
    return one if quantity == 1 else many


def unit_choice(code: str, factor: Decimal, base_unit: str) -> str:
    """The unit as it stands in a list of choices: piece, box of 24."""
    one, _ = UNITS.get(code, (code, code))
    return one if code == base_unit else f"{one} of {count(factor)}"


def zone() -> ZoneInfo:
    """The seller's time zone, in which all pages speak."""
    return ZoneInfo(current_app.config["BUSINESS_TIME_ZONE"])


def day(value: date | None) -> str:
    """Tue 1 Dec; with the year when it is another one."""
    if value is None:
        return "–"
    return f"{value:%a} {value.day} {value:%b}{_year(value)}"


def moment(value: datetime | None) -> str:
    """14:09 today, else Mon 23 Nov 14:09."""
    if value is None:
        return "–"
    local = value.astimezone(zone())
    if local.date() == now().astimezone(zone()).date():
        return f"{local:%H:%M}"
    return f"{day(local.date())} {local:%H:%M}"


def exact_moment(value: datetime) -> str:
    """Mon 23 Nov 14:09:31, for a record of what happened."""
    local = value.astimezone(zone())
    return f"{day(local.date())} {local:%H:%M:%S}"


def _year(value: date) -> str:
    return "" if value.year == now().astimezone(zone()).year else f" {value.year}"


def price_label(promise: str, as_of: datetime | None) -> str:
    """How sure a price is, in the same words everywhere."""
    if promise == Promise.ON_REQUEST:
        return "price on request"
    at = moment(as_of) if as_of else "an unknown time"
    return {
        Promise.CONFIRMED: f"confirmed by our ERP at {at}",
        Promise.LAST_KNOWN: f"last known price of {at}",
    }.get(Promise(promise), f"as of {at}")


def stock_label(item: ItemFacts, today: date) -> str:
    """What is there, or when it comes; never a bare zero."""
    if item.is_discontinued(today) and item.available <= 0:
        return "no longer made"
    if item.blocked:
        return "not for sale at present"
    if item.available > 0:
        last = "; no longer made, these are the last" if item.is_discontinued(today) else ""
        return f"{count(item.available)} in stock{last}"
    if item.lead_time_days:
        return f"comes to order, first day {day(add_working_days(today, item.lead_time_days))}"
    return "no date yet, we will tell you"


def web_link(url: str) -> str:
    """The address if it is one of the web, else empty: it comes from outside and must not run anything."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


FILTERS: Mapping[str, Callable[..., str]] = {
    "amount": amount,
    "price": price,
    "count_of": count,
    "number": number,
    "unit": unit,
    "day": day,
    "moment": moment,
    "exact_moment": exact_moment,
    "web_link": web_link,
    "several": several,
}


def register(blueprint: Blueprint) -> None:
    """Make the words known to all templates, under names that begin like the trade speaks."""
    for name, function in FILTERS.items():
        blueprint.add_app_template_filter(function, name)
