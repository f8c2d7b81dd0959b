"""One or two words for each state, outcome and role, for lists and marks; not the sentences of the lanes.

Codes are those of the contract; a code that is not here is shown as it is written, which only technical ones are.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.words import n_, t

STATE_WORDS: Mapping[str, str] = {
    # process
    "draft": n_("draft"),
    "awaiting_approval": n_("awaiting approval"),
    "received": n_("received"),
    "in_validation": n_("being checked"),
    "confirmed": n_("confirmed"),
    "in_dispatch": n_("on its way"),
    "delivered": n_("delivered"),
    "cancelled": n_("cancelled"),
    # our check
    "not_checked": n_("not checked yet"),
    "pending": n_("waits for our check"),
    "approved": n_("approved"),
    "rejected": n_("not accepted"),
    # payment
    "none": n_("none"),
    "proforma": n_("to be paid in advance"),
    "partially_paid": n_("partly paid"),
    "paid": n_("paid"),
    # who has the ball
    "buyer": n_("buyer"),
    "approver": n_("approver"),
    "validator": n_("review desk"),
    "account_manager": n_("account manager"),
    "erp": n_("ERP"),
    "warehouse": n_("warehouse"),
    "carrier": n_("carrier"),
    "payer": n_("payer"),
    "nobody": n_("nobody"),
    # other roles
    "company_admin": n_("company administrator"),
    "administrator": n_("administrator"),
    "erp_service": n_("ERP service"),
    # findings: outcomes and layers
    "notice": n_("note"),
    "offer": n_("choice"),
    "review": n_("we look"),
    "block": n_("change needed"),
    "integrity": n_("integrity"),
    "business": n_("business"),
    "finance": n_("finance"),
    "logistics": n_("logistics"),
    # how sure a price is
    "mirror": n_("as mirrored"),
    "last_known": n_("last known"),
    "on_request": n_("on request"),
    # messages and calls to the ERP
    "waiting": n_("waiting"),
    "dead": n_("needs a person"),
    "sent": n_("sent"),
    "kept": n_("kept"),
    "done": n_("done"),
    "withdrawn": n_("withdrawn"),
    "handed_over": n_("handed over"),
    "accepted": n_("accepted"),
    "declined": n_("declined"),
    "lapsed": n_("settled by itself"),
    "ok": n_("ok"),
    "all": n_("everything"),
    "ship": n_("shipping"),
    "invoice": n_("invoicing"),
    "create_order": n_("enter the order"),
    "cancel_order": n_("cancel the order"),
    "quote": n_("ask for the prices of the moment"),
    "find_order": n_("look for the order by its key"),
    "find_order_by_number": n_("look for the order by its number"),
    "refused": n_("refused"),
    # orders as the ERP has them, and differences to it
    "open": n_("open"),
    "in_review": n_("held by the ERP"),
    "released": n_("released"),
    "posted": n_("fully shipped and invoiced"),
    "healed": n_("healed by itself"),
    "decided": n_("decided"),
    "gone": n_("not found any more"),
    "drift": n_("difference"),
    "reconciliation": n_("comparison"),
    "unavailable": n_("not reached"),
    "unknown": n_("not known"),
    "busy": n_("busy"),
    "already_there": n_("there already"),
    "misread": n_("not understood"),
    # what is mirrored from the ERP
    "items": n_("items"),
    "customers": n_("customers"),
    "tax_rates": n_("tax rates"),
    "prices": n_("prices"),
    "stock": n_("stock"),
    "balances": n_("balances"),
    "orders": n_("orders"),
    "shipments": n_("shipments"),
    "invoices": n_("invoices"),
    # what a record of the audit is about
    "order": n_("order"),
    "person": n_("person"),
    "token": n_("token"),
    "rule_set": n_("rule set"),
    "seller": n_("seller's profile"),
    "terms": n_("terms of sale"),
    # whom a price is for
    "group": n_("price group"),
    "customer": n_("customer"),
}


def state_word(code: str) -> str:
    """The state in the reader's language."""
    known = STATE_WORDS.get(code)
    return code.replace("_", " ") if known is None else t(known)
