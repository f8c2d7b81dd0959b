"""Values as people read them on administrators' screens: money, quantities, moments, marks for states."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from markupsafe import Markup

from app.domain.money import at_least_decimals, rounded
from app.domain.quantities import plain

NOTHING = Markup('<span class="soft">–</span>')

# state → kind of mark (see base.css); a state that is not here gets a plain one
MARKS = {
    "confirmed": "good",
    "delivered": "good",
    "approved": "good",
    "paid": "good",
    "done": "good",
    "accepted": "good",
    "ok": "good",
    "received": "notice",
    "in_dispatch": "notice",
    "notice": "notice",
    "waiting": "notice",
    "awaiting_approval": "look",
    "in_validation": "look",
    "pending": "look",
    "review": "look",
    "partially_paid": "look",
    "proforma": "look",
    "offer": "choice",
    "dead": "stop",
    "rejected": "stop",
    "block": "stop",
    "all": "stop",
}


def shown(value: Any) -> Any:
    """Any value, by its kind; text comes back as it is and is escaped by the template."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, (dict, list)):
        return structure(value)
    return value


def moment(value: datetime | None) -> Any:
    """In the seller's time zone, to the second in the tooltip."""
    if value is None:
        return NOTHING
    local = value.astimezone(ZoneInfo(current_app.config["BUSINESS_TIME_ZONE"]))
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        value.isoformat(), f"{local:%a %d %b %Y %H:%M:%S %Z}", f"{local.day} {local:%b %Y %H:%M}"
    )


def day(value: date | None) -> Any:
    return NOTHING if value is None else f"{value:%a} {value.day} {value:%b %Y}"


def money(amount: Decimal | None, currency: str) -> Any:
    """A sum with the currency's decimals, like `USD 1,234.50`."""
    return NOTHING if amount is None else Markup("{} {:,}").format(currency, rounded(amount, currency))


def unit_price(price: Decimal | None, currency: str = "") -> Any:
    """Keeps the decimals of the ERP, two at least."""
    return NOTHING if price is None else f"{currency} {at_least_decimals(price, 2)}".strip()


def percent(value: Decimal | None) -> Any:
    return NOTHING if not value else f"{plain(value)} %"


def quantity(value: Decimal | None, unit: str = "") -> Any:
    return NOTHING if value is None else f"{plain(value)} {unit}".strip()


def mark(state: str | None) -> Any:
    """A state as a coloured word; the word alone says it, too."""
    if not state:
        return NOTHING
    return Markup('<span class="mark {}">{}</span>').format(MARKS.get(state, ""), state.replace("_", " "))


def structure(value: Any) -> Markup:
    """Stored documents, readable and in full."""
    return Markup('<pre class="document">{}</pre>').format(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def document(text: str) -> Any:
    """A body as it went over the wire; indented when it is JSON."""
    if not text:
        return NOTHING
    try:
        return structure(json.loads(text))
    except ValueError:
        return Markup('<pre class="document">{}</pre>').format(text)
