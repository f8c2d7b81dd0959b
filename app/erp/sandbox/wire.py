"""How values look on the wire and in the store, and how one becomes the other.

Money, prices, quantities and percents are kept as whole millionths, moments as milliseconds since 1970 (UTC), dates as
ISO text with `0001-01-01` for "none". Nothing is ever a float on its way to or from the store.
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any

MILLION = 1_000_000
NO_DATE = "0001-01-01"
NO_GUID = "00000000-0000-0000-0000-000000000000"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micro(value: Decimal | int | str) -> int:
    """A decimal as whole millionths, half away from zero."""
    return int((Decimal(value) * MILLION).to_integral_value(ROUND_HALF_UP))


def decimal(value: int) -> Decimal:
    """Whole millionths as the decimal they stand for."""
    return Decimal(value) / MILLION


def cents(value: Decimal) -> Decimal:
    """An amount rounded to the currency's two decimals, half away from zero."""
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def amount_text(value: int) -> str:
    """Whole millionths as a JSON number without trailing zeros."""
    sign = "-" if value < 0 else ""
    whole, rest = divmod(abs(value), MILLION)
    return f"{sign}{whole}.{rest:06d}".rstrip("0") if rest else f"{sign}{whole}"


@lru_cache(maxsize=4096)
def moment_text(milliseconds: int) -> str:
    """A moment in UTC, trailing zeros of the second dropped, as Business Central writes it."""
    if milliseconds <= 0:
        return "0001-01-01T00:00:00Z"
    at = _EPOCH + timedelta(milliseconds=milliseconds)
    fraction = f".{at.microsecond // 1000:03d}".rstrip("0").rstrip(".")
    return f"{at:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def milliseconds_of(at: datetime) -> int:
    """An aware moment as milliseconds since 1970."""
    return int((at - _EPOCH) / timedelta(milliseconds=1))


def now_ms() -> int:
    """This moment as milliseconds since 1970."""
    return milliseconds_of(datetime.now(UTC))


def today() -> date:
    """The ERP's date of business: the date in UTC."""
    return datetime.now(UTC).date()


def etag(version: int) -> str:
    """The opaque tag of a row version."""
    token = f"'19;{version:019d}1;00;'"
    return f'W/"{base64.b64encode(token.encode()).decode()}"'


def dump(value: Any) -> str:
    """JSON text with Decimals as numbers; no float takes part."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{encode_basestring(str(k))}:{dump(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(dump(v) for v in value) + "]"
    if isinstance(value, Decimal):
        return amount_text(micro(value))
    return json.dumps(value, ensure_ascii=False)


def load(text: bytes) -> Any:
    """JSON with every number as Decimal or int; raises ValueError when it is not JSON."""
    return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
