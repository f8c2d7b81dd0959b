"""What a call to an ERP is for, in words: those for orders by name, those that read by what they read.

Names of the ERP's own pages stay as they are; whoever looks after the line knows them.
"""

from __future__ import annotations

from app.domain.state_words import STATE_WORDS
from app.words import n_, t

_WORDS = {
    "sign_in": n_("sign in"),
    "companies": n_("look for the company"),
    "change_order": n_("change the order"),
    "invoice_pdf": n_("fetch an invoice as PDF"),
    "read_balances": n_("read balances"),
    "read_open_invoices": n_("read unpaid invoices"),
    "read_paid_invoices": n_("read invoices that were paid"),
    "subscriptions": n_("read subscriptions"),
    "subscribe": n_("subscribe to changes"),
    "renew_subscription": n_("renew a subscription"),
    "cancel_subscription": n_("end a subscription"),
}


def call_word(operation: str) -> str:
    """The call in the reader's language."""
    known = _WORDS.get(operation) or STATE_WORDS.get(operation)
    if known is not None:
        return t(known)
    verb, _, entity = operation.partition("_")
    if verb == "read" and entity:
        return t("read {page}", page=entity)
    if verb == "mark" and entity:
        return t("look how new {page} is", page=entity)
    return operation.replace("_", " ")
