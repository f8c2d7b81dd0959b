"""Every word a rule may use: facts with kind and meaning, tests, functions, effects of buttons, layers and outcomes.

The one list that services fill (see `findings.Facts`), that the loader checks against and that the reference in the docs is
made from. Not for reading or deciding: `loader.py` and `engine.py` do that.

A fact that is not known is None and meets no test except `empty`. Quantities, amounts, unit prices and percentages are
`Decimal`, counts are `int`, dates are `datetime.date`, a list of texts is a tuple or list of `str`.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.rules.kinds import NUMBERS, Kind

LAYERS = ("integrity", "business", "finance", "logistics")
OUTCOMES = ("notice", "offer", "review", "block")
PASS = "pass"  # noqa: S105  what an example expects of a rule that has nothing to say
LANGUAGES = ("en", "de")
SCOPES = ("order", "line")
LINE_SUBJECTS = frozenset({"line", "item"})
SUBJECTS = ("order", "customer", "line", "item", "today")


@dataclass(frozen=True)
class Fact:
    """One thing a rule may ask about.

    :param unit: what a number counts in, in words
    :param choices: the only values a text may have
    :param settable: a button may change it
    :param private: about the customer's debts; only in texts for people who may see invoices
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    settable: bool = False
    private: bool = False

    @property
    def subject(self) -> str:
        return self.name.partition(".")[0]

    @property
    def key(self) -> str:
        return self.name.partition(".")[2]


_ORDER = (
    Fact("order.number", Kind.TEXT, "number of the order in the portal, as P-10391"),
    Fact("order.reference", Kind.TEXT, "the buyer's purchase order number", settable=True),
    Fact("order.lines", Kind.COUNT, "how many lines the order has", unit="lines"),
    Fact("order.net", Kind.AMOUNT, "rounded net amounts of the lines and surcharges together", unit="order currency"),
    Fact("order.currency", Kind.TEXT, "ISO 4217 code the order is priced in"),
    Fact("order.requested_date", Kind.DATE, "day wished for the whole order", settable=True),
    Fact("order.ship_to_code", Kind.TEXT, "code of the delivery address, as typed", settable=True),
    Fact("order.ship_to_known", Kind.YES_NO, "the delivery address is one of the customer's"),
    Fact("order.ship_to_codes", Kind.TEXTS, "codes of the customer's delivery addresses, the usual one first"),
    Fact("order.comment", Kind.TEXT, "what the buyer wrote to us"),
    Fact("order.by", Kind.TEXT, "name of the person who sends the order"),
    Fact("order.same_reference_order", Kind.TEXT, "number of an earlier order with the same reference, else empty"),
    Fact("order.same_reference_on", Kind.DATE, "day that earlier order was sent"),
    Fact("order.same_reference_lines", Kind.COUNT, "how many lines that earlier order has", unit="lines"),
    Fact("order.same_reference_net", Kind.AMOUNT, "net amount of that earlier order", unit="order currency"),
    Fact("order.same_reference_alike", Kind.COUNT, "how many lines of this order stand there too", unit="lines"),
)
_CUSTOMER = (
    Fact("customer.number", Kind.TEXT, "number of the customer in the ERP"),
    Fact("customer.name", Kind.TEXT, "name of the customer"),
    Fact("customer.country", Kind.TEXT, "ISO 3166 code of two letters"),
    Fact("customer.block", Kind.TEXT, "what the ERP has stopped", choices=("none", "ship", "invoice", "all")),
    Fact("customer.blocked_since", Kind.DATE, "day the portal first saw the stop"),
    Fact("customer.vat_id", Kind.TEXT, "VAT id held in the ERP, else empty"),
    Fact("customer.vat_digits", Kind.COUNT, "how many digits it has, where that alone is wrong", unit="digits"),
    Fact("customer.vat_digits_needed", Kind.COUNT, "how many a VAT id of that country has", unit="digits"),
    Fact(
        "customer.credit_limit",
        Kind.AMOUNT,
        "credit limit; not given means no limit",
        "customer currency",
        private=True,
    ),
    Fact("customer.balance", Kind.AMOUNT, "open invoices", unit="customer currency", private=True),
    Fact(
        "customer.open_orders",
        Kind.AMOUNT,
        "net of placed orders that are not invoiced yet, without this one",
        unit="customer currency",
        private=True,
    ),
    Fact("customer.overdue", Kind.AMOUNT, "open invoices past their due date", "customer currency", private=True),
    Fact("customer.overdue_days_oldest", Kind.COUNT, "age past due of the oldest open invoice", "days", private=True),
    Fact("customer.overdue_invoices", Kind.TEXTS, "numbers of the overdue invoices, oldest first", private=True),
    Fact("customer.long_overdue", Kind.AMOUNT, "open invoices due for over 30 days", "customer currency", private=True),
    Fact("customer.long_overdue_invoices", Kind.TEXTS, "numbers of those invoices, oldest first", private=True),
    Fact(
        "customer.enough_invoice",
        Kind.TEXT,
        "number of the smallest open invoice whose payment brings the account back within its limit, else empty",
        private=True,
    ),
    Fact("customer.enough_amount", Kind.AMOUNT, "what is open on that invoice", "customer currency", private=True),
    Fact("customer.enough_due", Kind.DATE, "day that invoice is due", private=True),
    Fact("customer.prepayment", Kind.YES_NO, "we ship when the payment is here"),
    Fact("customer.currency", Kind.TEXT, "ISO 4217 code of the customer's account"),
    Fact("customer.account_manager", Kind.TEXT, "name of the account manager"),
    Fact("customer.account_manager_phone", Kind.TEXT, "telephone of the account manager"),
    Fact("customer.company_admin", Kind.TEXT, "name of the person who administers the company in the portal"),
    Fact(
        "customer.po_number_used",
        Kind.TEXT,
        "how far an order may go whose PO number was used before",
        choices=("offer", "notice", "block"),
    ),
    Fact("customer.substitutes_allowed", Kind.YES_NO, "the company accepts a substitute for an item"),
    Fact("customer.always_look", Kind.YES_NO, "every order of the customer is looked at by a person"),
    Fact("customer.look_at_first", Kind.COUNT, "so many first orders of the customer are looked at", unit="orders"),
    Fact("customer.earlier_orders", Kind.COUNT, "orders the customer has sent us through the portal before this one"),
)
_LINE = (
    Fact("line.number", Kind.COUNT, "number of the line, from 1"),
    Fact("line.item_number_typed", Kind.TEXT, "item number as typed by the buyer", settable=True),
    Fact("line.own_number", Kind.TEXT, "the customer's own number of the item, else empty"),
    Fact("line.item_known", Kind.YES_NO, "the number is an item this customer may buy"),
    Fact("line.nearest_item", Kind.TEXT, "number of the item spelt most alike, where the typed one is not known"),
    Fact("line.quantity", Kind.QUANTITY, "quantity as typed", unit="unit of the line", settable=True),
    Fact("line.unit", Kind.TEXT, "unit as typed", settable=True),
    Fact("line.unit_known", Kind.YES_NO, "the item is sold in this unit"),
    Fact("line.base_quantity", Kind.QUANTITY, "quantity converted", unit="base unit of the item"),
    Fact("line.unit_price", Kind.UNIT_PRICE, "net price of one unit of the line", unit="order currency"),
    Fact("line.discount_percent", Kind.PERCENT, "line discount", unit="per cent"),
    Fact("line.net", Kind.AMOUNT, "net amount of the line, rounded", unit="order currency"),
    Fact("line.price_known", Kind.YES_NO, "there is a price; no means price on request"),
    Fact("line.requested_date", Kind.DATE, "day wished for the line: its own, else that of the order", settable=True),
    Fact("line.own_requested_date", Kind.DATE, "day wished for this line alone, where the buyer gave one"),
    Fact("line.earliest_date", Kind.DATE, "first day the line can be delivered, by lead time and calendar"),
    Fact("line.complete_on", Kind.DATE, "day the missing stock of the line is expected, where we know it"),
    Fact(
        "line.next_tier_quantity",
        Kind.QUANTITY,
        "quantity at which the next lower price starts",
        unit="unit of the line",
    ),
    Fact("line.next_tier_total", Kind.AMOUNT, "net amount of the line at that quantity", unit="order currency"),
    Fact("line.pallets_net", Kind.AMOUNT, "net amount of the full pallets below the quantity", unit="order currency"),
    Fact("line.duplicate_of", Kind.COUNT, "number of an earlier line with the same item and unit, else 0"),
)
_ITEM = (
    Fact("item.number", Kind.TEXT, "our item number"),
    Fact("item.name", Kind.TEXT, "name of the item"),
    Fact("item.base_unit", Kind.TEXT, "unit that stock is counted in"),
    Fact("item.units", Kind.TEXTS, "units the item is sold in, the base unit first"),
    Fact("item.box_size", Kind.QUANTITY, "how much a box holds", unit="base unit"),
    Fact("item.pallet_size", Kind.QUANTITY, "how much a pallet holds", unit="base unit"),
    Fact("item.minimum_quantity", Kind.QUANTITY, "smallest quantity we sell", unit="base unit"),
    Fact("item.order_multiple", Kind.QUANTITY, "the item is sold in multiples of this", unit="base unit"),
    Fact("item.multiple_unit", Kind.TEXT, "unit that holds just this multiple, as BOX, else PACK"),
    Fact("item.whole_pieces", Kind.YES_NO, "the base unit cannot be divided"),
    Fact("item.discontinued", Kind.YES_NO, "the item is no longer made"),
    Fact("item.discontinued_on", Kind.DATE, "day since which it is no longer made"),
    Fact("item.blocked", Kind.YES_NO, "the ERP has stopped sales of the item"),
    Fact("item.substitute_number", Kind.TEXT, "number of the item that replaces it, else empty"),
    Fact("item.substitute_name", Kind.TEXT, "name of the item that replaces it"),
    Fact("item.available", Kind.QUANTITY, "stock free to sell, all warehouses together", unit="base unit"),
    Fact("item.lead_time_days", Kind.COUNT, "from order to delivery", unit="working days"),
)
_TODAY = (
    Fact("today.date", Kind.DATE, "today in the seller's time zone"),
    Fact("today.weekday", Kind.COUNT, "day of the week, 1 is Monday and 7 is Sunday"),
)
FACTS: dict[str, Fact] = {fact.name: fact for fact in (*_ORDER, *_CUSTOMER, *_LINE, *_ITEM, *_TODAY)}


@dataclass(frozen=True)
class Operation:
    """One test a rule may put to a fact.

    :param kinds: facts it fits
    :param right: what stands on the other side: number, date, same, list, flag, pattern or text
    """

    kinds: frozenset[Kind]
    right: str
    meaning: str


_ANY = frozenset(Kind)
_DATE = frozenset({Kind.DATE})
_TEXT = frozenset({Kind.TEXT})
TESTS: dict[str, Operation] = {
    "gt": Operation(NUMBERS, "number", "is greater than"),
    "gte": Operation(NUMBERS, "number", "is greater than or equal to"),
    "lt": Operation(NUMBERS, "number", "is less than"),
    "lte": Operation(NUMBERS, "number", "is less than or equal to"),
    "equals": Operation(_ANY - {Kind.TEXTS}, "same", "is the same as"),
    "in": Operation(_TEXT | NUMBERS, "list", "is one of"),
    "empty": Operation(_ANY, "flag", "is not known, or an empty text"),
    "given": Operation(_ANY, "flag", "is known, and no empty text"),
    "multiple_of": Operation(NUMBERS, "number", "can be divided by, without a rest"),
    "before": Operation(_DATE, "date", "is an earlier day than"),
    "after": Operation(_DATE, "date", "is a later day than"),
    "matches": Operation(_TEXT, "pattern", "is written like this pattern, from first to last character"),
    "vat_id_of": Operation(_TEXT, "text", "is a VAT id of this country, as far as its form and check digits tell"),
}

FUNCTIONS: dict[str, str] = {
    "round_up_to": "round_up_to(quantity, step): the smallest multiple of step that is not below quantity",
    "round_down_to": "round_down_to(quantity, step): the largest multiple of step that is not above quantity",
    "smaller_of": "smaller_of(a, b)",
    "larger_of": "larger_of(a, b)",
    "first_given": "first_given(a, b): a where it is known, else b; b must be known",
    "where_above": "where_above(a, b): a where it is above b, else not known; for a part of a text that may be left out",
}

EFFECTS: dict[str, str] = {
    "set": "set: {line.quantity: up}: gives facts a new value",
    "drop": "drop: line: takes the line out of the order",
    "keep": "keep: true: everything stays as it is",
    "charge": "charge: {code: part-pallet, amount: surcharge, label: {…}}: everything stays, for this amount more",
    "deliver": "deliver: parts | together | available: how a line is delivered that is short of stock",
    "edit": "edit: order.reference: leads the reader to the field",
    "ask": "ask: account_manager | company_admin: writes to this person with the order attached",
    "show": "show: invoices: leads the reader there",
    "call": "call: account_manager: the telephone number of this person",
}
# What a button does without a person's further doing, and what only leads somewhere.
APPLIED_EFFECTS = frozenset({"set", "drop", "keep", "charge", "deliver"})
EFFECT_WORDS: dict[str, tuple[str, ...]] = {
    "drop": ("line",),
    "deliver": ("parts", "together", "available"),
    "ask": ("account_manager", "company_admin"),
    "show": ("invoices",),
    "call": ("account_manager",),
}

# Reasons of the review desk a finding may lead to; their words and next steps are kept with the desk.
REASON_CODES = (
    "item_not_available", "item_discontinued", "item_not_in_assortment", "quantity_split", "quantity_packing",
    "quantity_unusual", "contract_used_up", "price_to_agree", "price_changed", "credit_limit", "invoices_overdue",
    "account_stopped", "advance_payment_missing", "date_not_possible", "site_closed", "carrier_cannot", "goods_apart",
    "address_unclear", "po_number", "double_order", "tax_data", "paper_missing", "agreed_with_you", "erp_refused", "other",
)  # fmt: skip
