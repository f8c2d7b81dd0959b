"""The desk's reason codes: what they are for, what the buyer reads, and what the buyer can do about it.

The buyer always reads the sentence and the next step; the desk may add words, not replace them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.errors import BadRequest

OTHER = "other"
OTHER_NEEDS = 20  # characters of own text


@dataclass(frozen=True, slots=True)
class Reason:
    """`uses`: R reject, P propose for a line, H hold, C cancel."""

    uses: str
    words: str
    next_step: str


REASONS: Mapping[str, Reason] = {
    "item_not_available": Reason(
        "RP", "We cannot supply an item and have no date yet.", "Take the substitute, drop the line, or wait."
    ),
    "item_discontinued": Reason("RP", "An item is no longer made.", "Take the substitute, or drop the line."),
    "item_not_in_assortment": Reason(
        "R", "An item is not among those agreed with your company.", "Ask your account manager."
    ),
    "quantity_split": Reason("P", "We can deliver in parts.", "Accept, take all later, or only what is there."),
    "quantity_packing": Reason("P", "Another quantity makes full boxes.", "Accept, or keep yours."),
    "quantity_unusual": Reason("P", "The quantity is far from your usual one.", "Confirm or correct it."),
    "contract_used_up": Reason(
        "RP", "Your contract does not cover the whole quantity.", "Split it, take what is left, or ask."
    ),
    "price_to_agree": Reason("RP", "This quantity needs a price agreed first.", "Ask for a quote."),
    "price_changed": Reason("P", "A price changed since you sent the order.", "Accept, or drop the line."),
    "credit_limit": Reason(
        "RH", "The order goes over the limit of your account.", "Pay, make it smaller, or talk to us."
    ),
    "invoices_overdue": Reason("RH", "Invoices that are long due are open.", "Pay, or tell us a date."),
    "account_stopped": Reason("RH", "Your company's account is closed for new orders.", "Call your account manager."),
    "advance_payment_missing": Reason("HC", "The advance payment has not arrived.", "Pay, or cancel."),
    "date_not_possible": Reason(
        "P", "The date you wish cannot be met.", "Accept the new one, split, or cancel the line."
    ),
    "site_closed": Reason("P", "The site takes no goods on that day.", "Choose another day or site."),
    "carrier_cannot": Reason("RP", "No carrier takes an item to this site.", "Choose another site, or collect it."),
    "goods_apart": Reason("P", "Two items must not travel together.", "Accept two deliveries."),
    "address_unclear": Reason("RP", "We cannot tell where to deliver.", "Complete the address."),
    "po_number": Reason("RP", "The PO number is missing, or belongs to another order.", "Enter it."),
    "double_order": Reason(
        "R", "This is the same as an earlier order; we deliver that one.", "Order again if both are meant."
    ),
    "tax_data": Reason("H", "We need more to invoice without tax.", "Send it, or accept tax."),
    "paper_missing": Reason("H", "A paper is needed before the goods may leave.", "Upload it."),
    "agreed_with_you": Reason("RPC", "As agreed with you.", "Object within one working day."),
    "erp_refused": Reason("H", "Our order system did not take the order. We are on it.", "Nothing to do."),
    "erp_ahead": Reason("H", "Our order system went ahead of our check. A person looks at it.", "Nothing to do."),
    "erp_differs": Reason("H", "Our order system holds the order differently. A person looks at it.", "Nothing to do."),
    OTHER: Reason("RPHC", "See the note of our desk.", "See the note of our desk."),
}


def check_reason(code: str, use: str, note: str) -> None:
    """:raises BadRequest: the code is unknown, meant for something else, or `other` comes without enough words"""
    known = sorted(name for name, reason in REASONS.items() if use in reason.uses)
    if code not in known:
        raise BadRequest(f"“{code}” is not a reason for this.", f"Use one of: {', '.join(known)}.")
    if code == OTHER and len(note.strip()) < OTHER_NEEDS:
        raise BadRequest(
            "The reason “other” needs a sentence of your own.", f"Write at least {OTHER_NEEDS} characters."
        )
