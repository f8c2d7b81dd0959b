"""Whether a VAT id is one that its country issues: form and check digits, offline, by python-stdnum.

Not for whether the id is registered; that is a question to the tax office.
"""

from __future__ import annotations

from functools import lru_cache

from stdnum import get_cc_module

# The European Union and its neighbours with a VAT id of known form (stdnum); elsewhere a sales tax number is not a VAT id.
COUNTRIES = frozenset(
    (
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
        "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "CH", "GB", "NO",
    )
)  # fmt: skip


@lru_cache(maxsize=4096)
def is_vat_id_of(vat_id: str, country: str) -> bool:
    """False only where the country's own form is known and this is not it."""
    if country not in COUNTRIES:
        return True
    form = get_cc_module(country.lower(), "vat")
    return form is None or bool(form.is_valid(vat_id[:40]))


# How many digits the ids of countries have that consist of nothing else, beside the country's two letters.
_DIGITS = {"DE": 9, "EE": 9, "GR": 9, "FI": 8, "HU": 8, "IT": 11, "LU": 8, "MT": 8, "PL": 10, "PT": 9, "SI": 8}


def digits(vat_id: str, country: str) -> tuple[int | None, int | None]:
    """How many digits an id has and how many it needs, where their number is all that is wrong; else None twice."""
    needed = _DIGITS.get(country)
    number = vat_id.upper().removeprefix("EL" if country == "GR" else country).replace(" ", "")
    if needed is None or not (number.isascii() and number.isdigit()) or len(number) == needed:
        return None, None
    return len(number), needed
