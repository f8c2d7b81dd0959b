"""The two identities of an order: a number for people, a permanent key for the ERP."""

from __future__ import annotations

import secrets

from sqlalchemy import text

from app.extensions import session

# 32 signs without I, L, O and U, which are misread (Crockford's base 32): 16 of them hold 80 random bits.
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_NEXT = text("select nextval('order_number')")

_installation = "PO"


def start_numbers(installation: str) -> None:
    """Set the two signs that tell this installation's keys from any other's (setting INSTALLATION)."""
    global _installation
    _installation = installation


def next_number() -> str:
    """P-10391; gaps are allowed."""
    return f"P-{session.execute(_NEXT).scalar_one()}"


def new_key() -> str:
    """18 signs `[0-9A-Z]`: Business Central takes 35 and upper-cases, M3 takes 20; random, so a restore repeats none."""
    return _installation + "".join(secrets.choice(_SIGNS) for _ in range(16))


def has_our_sign(key: str) -> bool:
    """Whether a key in the ERP looks like one of this installation's, whoever it came from."""
    return len(key) == len(_installation) + 16 and key.upper().startswith(_installation) and key.isalnum()
