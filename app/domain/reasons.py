"""The desk's reason codes: what they are for, what the buyer reads, and what the buyer can do about it.

The buyer always reads the sentence and the next step; the desk may add words, not replace them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

from app.errors import BadRequest
from app.words import n_, t

OTHER = "other"
OTHER_NEEDS = 20  # characters of own text


@dataclass(frozen=True, slots=True)
class Reason:
    """`uses`: R reject, P propose for a line, H hold, C cancel. The texts are English, for `t`.

    `text` and `advice` can always be said; `sentence` and `advice_sentence` say it with the facts of the order and need
    all of their places.
    """

    uses: str
    text: str
    advice: str
    sentence: str = ""
    advice_sentence: str = ""

    @property
    def words(self) -> str:
        """What the buyer reads, in the reader's language."""
        return t(self.text)

    @property
    def next_step(self) -> str:
        """What the buyer can do, in the reader's language."""
        return t(self.advice)

    def said(self, **facts: str) -> str:
        """The same with the facts of the order, each written as people read it; the general words when one is missing."""
        return _filled(self.sentence, facts) or self.words

    def advised(self, **facts: str) -> str:
        """What the buyer can do, with the facts of the order."""
        return _filled(self.advice_sentence, facts) or self.next_step


def _filled(sentence: str, facts: Mapping[str, str]) -> str:
    """Empty when there is no such sentence, or one of its places is not known."""
    needed = {name for _, name, _, _ in Formatter().parse(sentence) if name}
    return t(sentence, **facts) if sentence and all(facts.get(name) for name in needed) else ""


REASONS: Mapping[str, Reason] = {
    "item_not_available": Reason(
        "RP",
        n_("We cannot supply an item and have no date yet."),
        n_("Take the substitute, drop the line, or wait."),
        n_("We cannot supply {item} and have no date yet."),
    ),
    "item_discontinued": Reason(
        "RP",
        n_("An item is no longer made."),
        n_("Take the substitute, or drop the line."),
        n_("{item} is no longer made. {substitute} is the nearest; it differs in {difference}."),
    ),
    "item_not_in_assortment": Reason(
        "R",
        n_("An item is not among those agreed with your company."),
        n_("Ask your account manager."),
        n_("{item} is not among the items agreed with your company."),
        n_("Ask {account_manager}."),
    ),
    "quantity_split": Reason(
        "P",
        n_("We can deliver in parts."),
        n_("Accept, take all later, or only what is there."),
        n_("We have {quantity} for {date}; {rest} follow on {later}."),
    ),
    "quantity_packing": Reason(
        "P",
        n_("Another quantity makes full boxes."),
        n_("Accept, or keep yours."),
        n_("{quantity} is {boxes} full boxes: nothing loose, no surcharge."),
    ),
    "quantity_unusual": Reason(
        "P",
        n_("The quantity is far from your usual one."),
        n_("Confirm or correct it."),
        n_("{quantity} is far from your usual {range}. Is it right?"),
    ),
    "contract_used_up": Reason(
        "RP",
        n_("Your contract does not cover the whole quantity."),
        n_("Split it, take what is left, or ask."),
        n_("Contract {contract} has {left} of {total} left; the rest would cost {price}."),
    ),
    "price_to_agree": Reason(
        "RP",
        n_("This quantity needs a price agreed first."),
        n_("Ask for a quote."),
        n_("This quantity of {item} needs a price agreed first."),
        n_("Ask {account_manager} for a quote."),
    ),
    "price_changed": Reason(
        "P",
        n_("A price changed since you sent the order."),
        n_("Accept, or drop the line."),
        n_("{item} costs {new} since {date}; it was {old} when you sent the order."),
    ),
    "credit_limit": Reason(
        "RH",
        n_("The order goes over the limit of your account."),
        n_("Pay, make it smaller, or talk to us."),
        advice_sentence=n_("Pay, make it smaller, or talk to {account_manager}."),
    ),
    "invoices_overdue": Reason(
        "RH",
        n_("Invoices that are long due are open."),
        n_("Pay, or tell us a date."),
        n_("Invoices due for more than {days} days are open."),
    ),
    "account_stopped": Reason(
        "RH",
        n_("Your company's account is closed for new orders."),
        n_("Call your account manager."),
        advice_sentence=n_("Call {account_manager}."),
    ),
    "advance_payment_missing": Reason(
        "HC",
        n_("The advance payment has not arrived."),
        n_("Pay, or cancel."),
        n_("The advance payment of {amount} has not arrived."),
    ),
    "date_not_possible": Reason(
        "P",
        n_("The date you wish cannot be met."),
        n_("Accept the new one, split, or cancel the line."),
        n_("{item} cannot arrive by {date}; the first day is {first}, because {why}."),
    ),
    "site_closed": Reason(
        "P",
        n_("The site takes no goods on that day."),
        n_("Choose another day or site."),
        n_("{site} takes no goods on {day}."),
    ),
    "carrier_cannot": Reason(
        "RP",
        n_("No carrier takes an item to this site."),
        n_("Choose another site, or collect it."),
        n_("No carrier takes {item} to {site}: {why}."),
    ),
    "goods_apart": Reason(
        "P",
        n_("Two items must not travel together."),
        n_("Accept two deliveries."),
        n_("{item} and {other_item} must not travel together: two deliveries."),
    ),
    "address_unclear": Reason(
        "RP",
        n_("We cannot tell where to deliver."),
        n_("Complete the address."),
        n_("We cannot tell where to deliver: {missing}."),
    ),
    "po_number": Reason(
        "RP",
        n_("The PO number is missing, or belongs to another order."),
        n_("Enter it."),
        n_("The PO number is missing, or belongs to {order}."),
    ),
    "double_order": Reason(
        "R",
        n_("This is the same as an earlier order; we deliver that one."),
        n_("Order again if both are meant."),
        n_("This is the same as {order} of {date}; we deliver that one."),
    ),
    "tax_data": Reason(
        "H",
        n_("We need more to invoice without tax."),
        n_("Send it, or accept tax."),
        n_("We need {missing} to invoice without tax."),
    ),
    "paper_missing": Reason(
        "H",
        n_("A paper is needed before the goods may leave."),
        n_("Upload it."),
        n_("We need {paper} before {item} may leave."),
    ),
    "agreed_with_you": Reason(
        "RPC",
        n_("As agreed with you."),
        n_("Object within one working day."),
        n_("As agreed with {name} on {date} by {way}."),
    ),
    "erp_refused": Reason(
        "H",
        n_("Our order system did not take the order. We are on it."),
        n_("Nothing to do."),
        n_("Our order system did not take the order: {why}. We are on it."),
    ),
    "erp_ahead": Reason(
        "H",
        n_("Our order system went ahead of our check. A person looks at it."),
        n_("Nothing to do."),
    ),
    "erp_differs": Reason(
        "H",
        n_("Our order system holds the order differently. A person looks at it."),
        n_("Nothing to do."),
    ),
    "your_answer": Reason(
        "H",
        n_("Something differs from what was ordered, and your answer is needed."),
        n_("Accept or decline it, line by line."),
    ),
    "erp_vanished": Reason(
        "H",
        n_("Our order system has lost this order. A person looks at it."),
        n_("Nothing to do."),
    ),
    "erp_twice": Reason(
        "H",
        n_("Our order system holds this order twice. A person stops the second one."),
        n_("Nothing to do."),
    ),
    OTHER: Reason("RPHC", n_("See the note of our desk."), n_("See the note of our desk.")),
}


def check_reason(code: str, use: str, note: str) -> None:
    """:raises BadRequest: the code is unknown, meant for something else, or `other` comes without enough words"""
    known = sorted(name for name, reason in REASONS.items() if use in reason.uses)
    if code not in known:
        raise BadRequest(
            t("“{code}” is not a reason for this.", code=code), t("Use one of: {known}.", known=", ".join(known))
        )
    if code == OTHER and len(note.strip()) < OTHER_NEEDS:
        raise BadRequest(
            t("The reason “other” needs a sentence of your own."),
            t("Write at least {least} characters.", least=OTHER_NEEDS),
        )
