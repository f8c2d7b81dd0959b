"""States as people read them, in their language: labels with a sign, promises of price and stock.

Registered as Jinja filters for the portal and the desk; money, quantities and days: see `app.views.formats`. Decides
nothing and looks nothing up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint

from app.domain.readable import percent
from app.domain.working_days import add_working_days
from app.services.agreeing.tolerance import tolerance
from app.services.approvals import why_words
from app.services.catalogue.items import ItemFacts
from app.services.pricing import Promise
from app.views.formats import count, day, moment
from app.words import n_, t, tn


@dataclass(frozen=True, slots=True)
class Label:
    """A word with a sign, so that colour never says it alone. `kind` is a class of base.css, `text` is in English."""

    text: str
    sign: str
    kind: str

    @property
    def words(self) -> str:
        """In the reader's language."""
        return t(self.text)


OUTCOMES: Mapping[str, Label] = {
    "block": Label(n_("Change needed"), "cross", "stop"),
    "review": Label(n_("We will look"), "eye", "look"),
    "offer": Label(n_("Your choice"), "choice", "choice"),
    "notice": Label(n_("Note"), "info", "notice"),
}
OUTCOME_ORDER = tuple(OUTCOMES)

PROCESS: Mapping[str, Label] = {
    "draft": Label(n_("Draft, not sent"), "pen", ""),
    "awaiting_approval": Label(n_("Waiting for approval"), "clock", "look"),
    "received": Label(n_("We have it"), "tick", "notice"),
    "in_validation": Label(n_("Being checked"), "eye", "look"),
    "confirmed": Label(n_("Confirmed"), "tick", "good"),
    "in_dispatch": Label(n_("On its way"), "arrow", "notice"),
    "delivered": Label(n_("Delivered"), "tick", "good"),
    "cancelled": Label(n_("Cancelled"), "cross", ""),
}
BACK_WITH_YOU = Label(n_("Not accepted"), "cross", "stop")
BEING_ENTERED = Label(n_("Accepted"), "tick", "notice")

CHANNELS: Mapping[str, str] = {"phone": n_("by telephone"), "mail": n_("by mail"), "edi": n_("by EDI")}
ERP_STATUS: Mapping[str, Label] = {
    "open": Label(n_("Entered"), "tick", "notice"),
    "pending approval": Label(n_("Entered"), "tick", "notice"),
    "pending prepayment": Label(n_("Waits for payment"), "clock", "look"),
    "released": Label(n_("Confirmed"), "tick", "good"),
    "posted": Label(n_("Delivered and invoiced"), "tick", "good"),
    "deleted": Label(n_("Cancelled"), "cross", ""),
}


def order_label(process: str, validation: str) -> Label:
    """The state of an order in a list, in a word or two."""
    if process == "in_validation" and validation == "rejected":
        return BACK_WITH_YOU
    if process == "in_validation" and validation == "approved":
        return BEING_ENTERED
    return PROCESS.get(process, Label(process.replace("_", " "), "info", ""))


def erp_label(status: str) -> Label:
    """The state of an order that did not come through the portal."""
    known = status.lower().replace("_", " ")
    return ERP_STATUS.get(known, Label(known, "info", ""))


def channel(code: str) -> str:
    """By which way an order reached us."""
    return t(CHANNELS[code.lower()]) if code.lower() in CHANNELS else code


def lines_of(how_many: int) -> str:
    """1 line, 24 lines."""
    return tn("{n} line", "{n} lines", how_many)


def points_of(how_many: int) -> str:
    """1 point, 3 points."""
    return tn("{n} point", "{n} points", how_many)


def price_label(promise: str, as_of: datetime | None) -> str:
    """How sure a price is, in the same words everywhere. `as_of` None: no sync has run yet."""
    if promise == Promise.ON_REQUEST:
        return t("price on request")
    if promise == Promise.CONFIRMED:
        return t("confirmed by our ERP at {time}", time=moment(as_of)) if as_of else t("confirmed by our ERP")
    if promise == Promise.LAST_KNOWN:
        if as_of is None:
            return t("last known price")
        return t(
            "last known price of {time}; if it differs by more than {percent} we ask you first",
            time=moment(as_of),
            percent=percent(tolerance().percent),
        )
    return t("as of {time}", time=moment(as_of)) if as_of else t("age not known")


def stock_label(item: ItemFacts, today: date) -> str:
    """What is there, or when it comes; never a bare zero."""
    gone = item.is_discontinued(today)
    if gone and item.available <= 0:
        return t("no longer made")
    if item.blocked:
        return t("not for sale at present")
    if item.available > 0:
        words = t("{quantity} in stock; no longer made, these are the last") if gone else t("{quantity} in stock")
        return words.format(quantity=count(item.available))
    if item.lead_time_days:
        first = day(add_working_days(today, item.lead_time_days))
        return t("comes to order, first day {day}", day=first)
    return t("no date yet, we will tell you")


def category_name(name: str) -> str:
    """MOUNTAIN BIKES as it is pleasant to read: Mountain bikes. The word itself is the ERP's."""
    return name.capitalize() if name.isupper() else name


FILTERS: Mapping[str, Callable[..., str]] = {
    "lines_of": lines_of,
    "points_of": points_of,
    "category": category_name,
    "channel": channel,
    "why_words": why_words,
}


def register(blueprint: Blueprint) -> None:
    """Make the words known to all templates, under names that begin like the trade speaks."""
    for name, function in FILTERS.items():
        blueprint.add_app_template_filter(function, name)
