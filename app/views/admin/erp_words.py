"""The ERP's own codes in words, for administrators: nearer to the ERP than what buyers read, and in their language.

A code that is not here is shown as the ERP writes it.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.words import n_, t

ORDER_STATES: Mapping[str, str] = {
    "open": n_("open"),
    "in_review": n_("waits in the ERP"),
    "released": n_("released"),
    "posted": n_("shipped and invoiced"),
    "cancelled": n_("cancelled"),
}
INVOICE_STATES: Mapping[str, str] = {
    "draft": n_("draft"),
    "open": n_("open"),
    "paid": n_("paid"),
    "cancelled": n_("cancelled"),
}
CHANNELS: Mapping[str, str] = {
    "portal": n_("portal"),
    "phone": n_("telephone"),
    "mail": n_("mail"),
    "edi": n_("EDI"),
    "other": n_("another way"),
}


def order_state(code: str) -> str:
    """Where the ERP has an order."""
    return _word(ORDER_STATES, code)


def invoice_state(code: str) -> str:
    """Where the ERP has an invoice."""
    return _word(INVOICE_STATES, code)


def channel(code: str) -> str:
    """By which way an order came."""
    return _word(CHANNELS, code)


def _word(words: Mapping[str, str], code: str) -> str:
    return t(words[code]) if code in words else code
