"""VAT and business numbers with right check digits, made from a customer's position; no real company is meant.

Sources: ISO 7064 MOD 11,10 (Germany), SIREN with its two-digit key (France), modulus 97 (United Kingdom), modulus 89
(Australian Business Number).
"""

from __future__ import annotations


def number_for(country: str, position: int) -> str:
    """A formally right number for a country of the data; empty where stores have none (US, CA)."""
    makers = {"DE": _german, "FR": _french, "GB": _british, "AU": _australian}
    return makers[country](position) if country in makers else ""


def _german(position: int) -> str:
    digits = f"{10_000_000 + position * 8_117:08d}"
    product = 10
    for digit in digits:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return f"DE{digits}{(11 - product) % 10}"


def _french(position: int) -> str:
    body = f"{30_000_000 + position * 7_919:08d}"
    siren = body + str(_luhn_digit(body))
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"


def _luhn_digit(body: str) -> int:
    total = 0
    for at, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if at % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10


def _british(position: int) -> str:
    body = f"{4_000_000 + position * 6_007:07d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, range(8, 1, -1), strict=True))
    return f"GB{body}{97 - total % 97:02d}"


def _australian(position: int) -> str:
    body = f"{500_000_000 + position * 9_973:09d}"
    weights = (3, 5, 7, 9, 11, 13, 15, 17, 19)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return f"{11 + (-total - 1) % 89:02d}{body}"
