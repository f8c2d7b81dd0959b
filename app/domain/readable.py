"""Values as people read them in their language: money, unit prices, quantities, days, moments.

1,234.50 and Tue 1 Dec in English, 1.234,50 and Di., 1. Dez. in German. The language is that of `app.words`; the separators
and names of days come from the Unicode CLDR by way of Babel. The one implementation for pages, mails and papers; not for
machines, whose numbers and dates are never localised.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date

from app.domain.money import at_least_decimals, rounded
from app.domain.quantities import plain
from app.words import language, t, tn

UNKNOWN = "–"
_DAY = {"en": "EEE d MMM", "de": "EEE, d. MMM"}
_DAY_WITH_YEAR = {"en": "EEE d MMM y", "de": "EEE, d. MMM y"}


def amount(value: Decimal | None, currency: str = "") -> str:
    """7,312.45, or USD 7,312.45 (7.312,45 USD) when the currency is given; the currency's own decimals."""
    if value is None:
        return UNKNOWN
    return with_currency(_localised(f"{rounded(value, currency):,f}"), currency)


def price(value: Decimal | None, currency: str = "") -> str:
    """A unit price with the decimals of the ERP, two at least: 28.4943, 2,753.99."""
    if value is None:
        return t("on request")
    decimals = len(at_least_decimals(value, 2).partition(".")[2])
    return with_currency(_localised(f"{value:,.{decimals}f}"), currency)


def with_currency(written: str, currency: str) -> str:
    """The currency's code where the language puts it: before the number in English, after it in German."""
    if not currency:
        return written
    return f"{written} {currency}" if language() == "de" else f"{currency} {written}"


def count(value: Decimal | int | None) -> str:
    """A quantity with thousands: 1,104 or 2.5."""
    if value is None:
        return UNKNOWN
    whole, point, rest = plain(Decimal(value)).partition(".")
    grouped = f"{int(whole):,}" if whole.lstrip("-").isdigit() else whole
    return _localised(f"{grouped}{point}{rest}")


def number(value: Decimal | None) -> str:
    """A number as it is typed into a field and read back, in every language alike: 1104 or 2.5."""
    return "" if value is None else plain(value)


def percent(value: Decimal | None) -> str:
    """5 %, 2.5 %."""
    return UNKNOWN if value is None else f"{_localised(plain(value))} %"


def unit(code: str, quantity: Decimal | int | None = None) -> str:
    """PCS → pieces; 1 of it → piece. A code we have no word for stays as it is."""
    n = 1 if quantity == 1 else 2
    if code == "PCS":
        return tn("piece", "pieces", n)
    if code == "BOX":
        return tn("box", "boxes", n)
    if code == "PAL":
        return tn("pallet", "pallets", n)
    return code


def quantity(value: Decimal | None, code: str = "") -> str:
    """A quantity with its unit: 24 pieces, 1 box."""
    return UNKNOWN if value is None else f"{count(value)} {unit(code, value)}".strip()


def unit_choice(code: str, factor: Decimal, base_unit: str) -> str:
    """The unit as it stands in a list of choices: piece, box of 24."""
    one = unit(code, 1)
    return one if code == base_unit else t("{unit} of {quantity}", unit=one, quantity=count(factor))


def day(value: date | None, today: date | None = None) -> str:
    """Tue 1 Dec; with the year when it is another one than today's, or today is not given."""
    if value is None:
        return UNKNOWN
    return day_in(language(), value, with_year=today is None or value.year != today.year)


def moment(value: datetime | None, zone: ZoneInfo, now: datetime | None = None) -> str:
    """14:09 today, else Mon 23 Nov 14:09.

    :param zone: of the seller, in which everything we write speaks
    :param now: without it the day is always named, with its year
    """
    if value is None:
        return UNKNOWN
    local = value.astimezone(zone)
    today = now.astimezone(zone).date() if now is not None else None
    time = f"{local:%H:%M}"
    return time if local.date() == today else f"{day(local.date(), today)} {time}"


def exact_moment(value: datetime, zone: ZoneInfo, now: datetime | None = None) -> str:
    """Mon 23 Nov 14:09:31, for a record of what happened."""
    local = value.astimezone(zone)
    today = now.astimezone(zone).date() if now is not None else None
    return f"{day(local.date(), today)} {local:%H:%M:%S}"


def age(time: timedelta) -> str:
    """In the largest unit that says enough: 40 s, 12 min, 3 h, 2 days."""
    seconds = max(0, int(time.total_seconds()))
    if seconds >= 172_800:
        return tn("{n} day", "{n} days", seconds // 86_400)
    if seconds >= 3600:
        return t("{n} h", n=seconds // 3600)
    return t("{n} min", n=seconds // 60) if seconds >= 60 else t("{n} s", n=seconds)


@lru_cache(maxsize=2000)
def day_in(code: str, value: date, *, with_year: bool) -> str:
    """The same for findings, which are written in every language at once."""
    return format_date(value, (_DAY_WITH_YEAR if with_year else _DAY)[code], locale=code)


def _localised(written: str) -> str:
    """A number written as 1,234.5 with the separators of the language."""
    code = language()
    return written if code == "en" else written.translate(_separators(code))


@lru_cache
def _separators(code: str) -> dict[int, str]:
    symbols = Locale.parse(code).number_symbols["latn"]
    return str.maketrans({",": symbols["group"], ".": symbols["decimal"]})
