"""What Portico needs from any ERP, as types. Connectors fill it, services read it, nobody else knows an ERP.

Everything crossing this border is a frozen value, never a dictionary: money and quantities are Decimal, dates are
dates, moments are aware UTC. Numbers (`number`, `customer_number`, `item_number`) are the ERP's human keys; `erp_key`
is its technical key, unique per kind and connection.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from app.domain.pricing import Ask, Price, PriceLine

# --- one call over the wire -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request to the ERP and what came back, with secrets removed and bodies cut to a bounded length."""

    operation: str
    method: str
    url: str
    started_at: datetime
    milliseconds: int
    status: int | None
    outcome: str  # ok | unavailable | unknown | busy | refused | already_there | misread
    request_body: str = ""
    response_body: str = ""
    erp_request_id: str = ""
    order_key: str = ""


_collected: ContextVar[list[Exchange] | None] = ContextVar("exchanges", default=None)


@contextmanager
def collect_exchanges() -> Iterator[list[Exchange]]:
    """Gather every Exchange made inside the block, in order, failed ones included."""
    gathered: list[Exchange] = []
    token = _collected.set(gathered)
    try:
        yield gathered
    finally:
        _collected.reset(token)


def file_exchange(exchange: Exchange) -> None:
    """Called by connectors for every call; lands in the surrounding `collect_exchanges`, if any."""
    gathered = _collected.get()
    if gathered is not None:
        gathered.append(exchange)


# --- reference data --------------------------------------------------------------------------------------------------


Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """A piece of a stream. `cursor` is opaque: given back as `since`, reading goes on after this page."""

    rows: tuple[Row, ...]
    cursor: str


@dataclass(frozen=True, slots=True)
class UnitRecord:
    """`factor` base units make one `code`."""

    code: str
    factor: Decimal


@dataclass(frozen=True, slots=True)
class ItemRecord:
    erp_key: str
    number: str
    name: str
    description: str
    category: str
    gtin: str
    blocked: bool
    base_unit: str
    units: tuple[UnitRecord, ...]
    list_price: Decimal
    tax_group: str
    lead_time_days: int | None
    minimum_quantity: Decimal | None
    order_multiple: Decimal | None
    discontinued_on: date | None
    substitute_number: str
    modified_at: datetime


class Block(StrEnum):
    """What the ERP forbids for a customer."""

    NONE = "none"
    SHIP = "ship"
    INVOICE = "invoice"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class ShipToRecord:
    erp_key: str
    code: str
    name: str
    address_line1: str
    address_line2: str
    city: str
    state: str
    country: str
    postal_code: str
    contact: str
    phone: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """`credit_limit` None means no limit (Business Central stores 0 for that)."""

    erp_key: str
    number: str
    name: str
    address_line1: str
    address_line2: str
    city: str
    state: str
    country: str
    postal_code: str
    email: str
    phone: str
    currency: str
    price_group: str
    salesperson: str
    vat_id: str
    tax_area: str
    payment_terms_code: str
    payment_terms_name: str
    payment_days: int
    prepayment: bool
    credit_limit: Decimal | None
    block: Block
    ship_tos: tuple[ShipToRecord, ...]
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class BalanceRecord:
    """Computed by the ERP at the moment of reading; no change mark tells that it moved, so it is read in full."""

    customer_number: str
    balance: Decimal
    overdue: Decimal


@dataclass(frozen=True, slots=True)
class PriceRecord:
    """One price list line. `line.item` is the item number; `active` False withdraws it."""

    erp_key: str
    line: PriceLine
    active: bool
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class StockRecord:
    """Quantity in base units at one place, per lot where the ERP keeps lots (`lot` empty otherwise)."""

    erp_key: str
    item_number: str
    warehouse: str
    warehouse_name: str
    lot: str
    expires_on: date | None
    quantity: Decimal
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class TaxRateRecord:
    erp_key: str
    tax_area: str
    tax_group: str
    percent: Decimal
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class ContractRecord:
    """A blanket order the customer calls off from. Not offered by every ERP (see `Capabilities.contracts`)."""

    erp_key: str
    number: str
    customer_number: str
    item_number: str
    agreed_quantity: Decimal
    called_quantity: Decimal
    unit_price: Decimal
    valid_from: date | None
    valid_to: date | None


# --- orders and what follows them ------------------------------------------------------------------------------------


class ErpOrderStatus(StrEnum):
    """Where the ERP has an order: entered, waiting inside the ERP, released to the warehouse, done, cancelled there."""

    OPEN = "open"
    IN_REVIEW = "in_review"
    RELEASED = "released"
    POSTED = "posted"
    CANCELLED = "cancelled"


class Channel(StrEnum):
    """The way an order came in."""

    PORTAL = "portal"
    PHONE = "phone"
    MAIL = "mail"
    EDI = "edi"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class OrderLineRecord:
    """One line as the ERP holds it. Quantities are in `unit`; `line_number` is ours for our own orders."""

    line_number: int
    item_number: str
    name: str
    unit: str
    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal
    net: Decimal
    shipped: Decimal
    invoiced: Decimal
    cancelled: Decimal
    confirmed_date: date | None


@dataclass(frozen=True, slots=True)
class ChargeRecord:
    """A charge beside the lines as the ERP holds it."""

    code: str
    description: str
    net: Decimal


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """An order of any channel as the ERP holds it. `key` is ours for portal orders, else empty or foreign.

    `tax` and `gross` are the ERP's own sums. `lines` may be empty when the stream only brings header news; `charges` are
    known where the document itself was read, else empty.
    """

    erp_key: str
    number: str
    key: str
    customer_number: str
    reference: str
    channel: Channel
    status: ErpOrderStatus
    ordered_on: date
    currency: str
    net: Decimal
    tax: Decimal
    gross: Decimal
    lines: tuple[OrderLineRecord, ...]
    modified_at: datetime
    charges: tuple[ChargeRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class InvoiceLineRecord:
    line_number: int
    item_number: str
    name: str
    unit: str
    quantity: Decimal
    unit_price: Decimal
    net: Decimal


class InvoiceStatus(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    PAID = "paid"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class InvoiceRecord:
    erp_key: str
    number: str
    customer_number: str
    order_number: str
    order_key: str
    issued_on: date
    due_on: date | None
    currency: str
    net: Decimal
    tax: Decimal
    gross: Decimal
    remaining: Decimal
    status: InvoiceStatus
    lines: tuple[InvoiceLineRecord, ...]
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class ShipmentLineRecord:
    """`order_line` is the order's line number; quantity in `unit`."""

    order_line: int
    item_number: str
    unit: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class ShipmentRecord:
    erp_key: str
    number: str
    customer_number: str
    order_number: str
    order_key: str
    shipped_on: date
    carrier: str
    tracking_number: str
    tracking_url: str
    lines: tuple[ShipmentLineRecord, ...]
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class LineToPlace:
    """A line as approved: price and discount are always sent, so that what was shown is what is invoiced."""

    line_number: int
    item_number: str
    name: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    discount_percent: Decimal
    requested_date: date | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class ChargeToPlace:
    """A surcharge beside the lines: a code of the ERP, words for its document, a net amount in the order's currency."""

    code: str
    description: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class OrderToPlace:
    """The frozen snapshot that goes to the ERP. `key` is permanent: looked up before every repeat."""

    key: str
    customer_number: str
    reference: str
    currency: str
    ship_to_code: str
    requested_date: date | None
    comment: str
    lines: tuple[LineToPlace, ...]
    charges: tuple[ChargeToPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class QuoteCustomer:
    number: str
    price_group: str
    currency: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Prices the ERP stands behind at `as_of`, in the order of the asks."""

    prices: tuple[Price, ...]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class SubscriptionRecord:
    """A promise of the ERP to tell us of changes.

    :param key: the ERP's name for it
    :param entity: one of `Capabilities.subscriptions`; empty when it is about something we never asked for
    :param callback: the address that is told
    """

    key: str
    entity: str
    resource: str
    callback: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ChangeNotice:
    """What an ERP tells a subscriber: that something changed, never what it is now. Nothing of it has been checked.

    :param subscription: key of the subscription it claims to belong to
    :param secret: what was agreed when subscribing, if it comes from the ERP
    :param event_key: the same for every copy of the notice, at most 64 characters
    """

    subscription: str
    secret: str = field(repr=False)
    change: str
    event_key: str


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this connection can do; screens and services ask here instead of guessing.

    `subscriptions` are the kinds of data (named as the streams) whose changes the ERP can tell us of.
    """

    unique_order_key: bool
    change_order: bool
    cancel_order: bool
    contracts: bool
    line_discounts: bool
    longest_run_seconds: int = 600
    extra: frozenset[str] = field(default_factory=frozenset)
    subscriptions: frozenset[str] = field(default_factory=frozenset)


class ErpPort(Protocol):
    """One connection to one ERP. Every method may raise the family of `app.erp.errors`.

    Iterators stream pages; `since` is a cursor an earlier page carried, None reads everything.
    """

    def items(self, since: str | None) -> Iterator[Page[ItemRecord]]: ...
    def customers(self, since: str | None) -> Iterator[Page[CustomerRecord]]: ...
    def balances(self) -> Iterator[Page[BalanceRecord]]: ...
    def prices(self, since: str | None) -> Iterator[Page[PriceRecord]]: ...
    def stock(self, since: str | None) -> Iterator[Page[StockRecord]]: ...
    def tax_rates(self, since: str | None) -> Iterator[Page[TaxRateRecord]]: ...
    def contracts(self, since: str | None) -> Iterator[Page[ContractRecord]]: ...
    def invoices(self, since: str | None) -> Iterator[Page[InvoiceRecord]]: ...
    def shipments(self, since: str | None) -> Iterator[Page[ShipmentRecord]]: ...
    def orders(self, since: str | None) -> Iterator[Page[OrderRecord]]: ...

    def quote(self, customer: QuoteCustomer, asks: Sequence[Ask], *, on: date, deadline: float) -> Quote:
        """Price the asks with the ERP's own lines of this moment; creates no document.

        :param deadline: seconds the whole answer may take
        """
        ...

    def find_order(self, key: str) -> OrderRecord | None:
        """The document that carries our key, wherever the ERP keeps it by now; None when there is none."""
        ...

    def find_order_by_number(self, number: str) -> OrderRecord | None:
        """The ERP's order of this number, whoever entered it; None when there is none.

        Read as the `orders` stream reads it: without charges where the ERP does not list them there.
        """
        ...

    def create_order(self, order: OrderToPlace) -> OrderRecord:
        """Enter the order.

        :raises ErpAlreadyHas: the key is taken; use `find_order`
        :raises ErpUnknownOutcome: it may have been entered
        """
        ...

    def change_order(self, order: OrderToPlace) -> OrderRecord: ...
    def cancel_order(self, key: str) -> OrderRecord: ...
    def invoice_pdf(self, number: str) -> bytes: ...

    def subscriptions(self) -> Sequence[SubscriptionRecord]:
        """All there are for this connection, those of others included."""
        ...

    def subscribe(self, entity: str, *, callback: str, secret: str) -> SubscriptionRecord:
        """Ask to be told of changes; the ERP calls the address once before it answers.

        :param secret: comes back with every notice; at most 250 characters
        :raises ErpRefused: it does not tell of this entity, or the address did not answer as it should
        """
        ...

    def renew_subscription(self, key: str, entity: str, *, callback: str, secret: str) -> SubscriptionRecord | None:
        """Ask for a new term; the address is called again. None when the subscription is gone."""
        ...

    def cancel_subscription(self, key: str, entity: str) -> None:
        """End it; one that is gone already is no trouble."""
        ...

    def read_notices(self, message: object) -> Sequence[ChangeNotice]:
        """The notices in a message that was sent to our address, as far as they can be read.

        :param message: parsed JSON
        """
        ...

    def capabilities(self) -> Capabilities: ...


_connected: dict[str, ErpPort] = {}


def connect(source: str, port: ErpPort) -> None:
    """Bind a connection under its name; called once at start by whoever may know connectors."""
    _connected[source] = port


def connections() -> tuple[str, ...]:
    """The names of what this process is connected to."""
    return tuple(_connected)


def connected(source: str) -> ErpPort:
    """The port behind a connection's name.

    :raises LookupError: the connection is not configured in this process
    """
    try:
        return _connected[source]
    except KeyError:
        raise LookupError(f"no ERP is connected under the name {source!r}") from None
