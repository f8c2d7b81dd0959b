"""Values as people read them on pages, in the reader's language and the seller's time zone; marks for states.

Money, quantities and days are those of `app.domain.readable`, with the zone and the day of this application; they are
Jinja filters on every page. What else stands here is for administrators' screens.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Flask, current_app
from markupsafe import Markup

from app.clock import now
from app.domain import readable
from app.domain.readable import amount, count, number, price, unit, unit_choice
from app.domain.state_words import state_word
from app.words import t

__all__ = [
    "amount", "count", "day", "document", "exact_moment", "mark", "moment", "money", "number", "percent", "price",
    "quantity", "register_formats", "shown", "stamp", "structure", "unit", "unit_choice", "unit_price", "web_link", "zone",
]  # fmt: skip

NOTHING = Markup('<span class="soft">–</span>')

# state → kind of mark (see base.css); a state that is not here gets a plain one
MARKS = {
    "confirmed": "good",
    "delivered": "good",
    "approved": "good",
    "paid": "good",
    "done": "good",
    "sent": "good",
    "kept": "notice",
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


def zone() -> ZoneInfo:
    """The seller's time zone, in which all pages speak."""
    return ZoneInfo(current_app.config["BUSINESS_TIME_ZONE"])


def day(value: date | None) -> str:
    """Tue 1 Dec; with the year when it is another one."""
    return readable.day(value, now().astimezone(zone()).date())


def moment(value: datetime | None) -> str:
    """14:09 today, else Mon 23 Nov 14:09."""
    return readable.moment(value, zone(), now())


def exact_moment(value: datetime) -> str:
    """Mon 23 Nov 14:09:31, for a record of what happened."""
    return readable.exact_moment(value, zone(), now())


def web_link(url: str) -> str:
    """The address if it is one of the web, else empty: it comes from outside and must not run anything."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


# administrators' screens


def shown(value: Any) -> Any:
    """Any value, by its kind; text comes back as it is and is escaped by the template."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return t("yes") if value else t("no")
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date):
        return readable.day(value)
    if isinstance(value, Decimal):
        return count(value)
    if isinstance(value, (dict, list)):
        return structure(value)
    return value


def stamp(value: datetime | None) -> Any:
    """A moment with its year, to the second in the tooltip."""
    if value is None:
        return NOTHING
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        value.isoformat(), readable.exact_moment(value, zone()), readable.moment(value, zone())
    )


def money(value: Decimal | None, currency: str) -> Any:
    """A sum with the currency's decimals, like `USD 1,234.50`."""
    return NOTHING if value is None else amount(value, currency)


def unit_price(value: Decimal | None, currency: str = "") -> Any:
    """Keeps the decimals of the ERP, two at least."""
    return NOTHING if value is None else price(value, currency)


def percent(value: Decimal | None) -> Any:
    return NOTHING if not value else readable.percent(value)


def quantity(value: Decimal | None, code: str = "") -> Any:
    """With the ERP's code of the unit, as administrators compare it with the ERP."""
    return NOTHING if value is None else f"{count(value)} {code}".strip()


def mark(state: str | None) -> Any:
    """A state as a coloured word; the word alone says it, too."""
    if not state:
        return NOTHING
    return Markup('<span class="mark {}">{}</span>').format(MARKS.get(state, ""), state_word(state))


def structure(value: Any) -> Markup:
    """Stored documents, readable and in full."""
    return Markup('<pre class="document" tabindex="0">{}</pre>').format(
        json.dumps(value, indent=2, ensure_ascii=False, default=str)
    )


def document(text: str) -> Any:
    """A body as it went over the wire; indented when it is JSON."""
    if not text:
        return NOTHING
    try:
        return structure(json.loads(text))
    except ValueError:
        return Markup('<pre class="document" tabindex="0">{}</pre>').format(text)


FILTERS: Mapping[str, Callable[..., str]] = {
    "amount": amount,
    "price": price,
    "count_of": count,
    "number": number,
    "unit": unit,
    "day": day,
    "moment": moment,
    "exact_moment": exact_moment,
    "state_word": state_word,
    "web_link": web_link,
}


def register_formats(app: Flask) -> None:
    """Make the values known to all templates, under names that begin like the trade speaks."""
    for name, function in FILTERS.items():
        app.add_template_filter(function, name)
