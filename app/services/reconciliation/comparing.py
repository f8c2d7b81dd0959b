"""Compares what the ERP says, freshly read, with what the portal has. Pure functions; a simulation may drive them, too.

What the feeds had no time to bring is no drift: `settled` says that a document has not changed for longer than that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from decimal import Decimal

from app.domain.fulfilled import Delivery, process_of
from app.domain.order_states import Process, is_news
from app.domain.quantities import plain
from app.erp.port import (
    BalanceRecord,
    CustomerRecord,
    ErpOrderStatus,
    InvoiceRecord,
    OrderLineRecord,
    OrderRecord,
)
from app.services.reconciliation.kinds import Kind
from app.services.reconciliation.sides import Difference, Found, Mirrored, OurLine, OurOrder

# longer than a feed may be late: deltas reach back as far, since the clocks of the two may differ
QUIET = timedelta(minutes=15)
PRICE_TOLERANCE = Decimal("0.00005")
_PER_LINE = Decimal("0.01")  # each line may be rounded by one minor unit


def is_settled(modified_at: datetime, now: datetime) -> bool:
    """Whether the feeds had time to bring this version."""
    return modified_at < now - QUIET


def of_document(
    theirs: OrderRecord,
    *,
    ours: OurOrder | None,
    mirrored: Mirrored | None,
    known_customer: bool,
    has_our_sign: bool,
    settled: bool,
) -> list[Found]:
    """One document of the ERP.

    :param ours: our order that it belongs to, by its key or by the number people linked it to
    :param mirrored: as our mirror has it
    :param known_customer: its customer is in the mirror
    :param has_our_sign: its key looks like one of this installation's
    :param settled: see `is_settled`
    """
    found: list[Found] = []
    if not known_customer:
        found.append(_document(Kind.UNKNOWN_CUSTOMER, theirs))
    elif settled and (behind := list(_mirror(theirs, mirrored))):
        found.append(_document(Kind.MIRROR_BEHIND, theirs, *behind))
    if ours is None:
        return [*found, _document(Kind.UNKNOWN_HERE, theirs)] if has_our_sign else found
    return found + _of_ours(theirs, ours, settled=settled)


def _of_ours(theirs: OrderRecord, ours: OurOrder, *, settled: bool) -> list[Found]:
    if theirs.customer_number.upper() != ours.customer_number.upper():
        customers = Difference("customer", ours.customer_number, theirs.customer_number)
        return [_order(Kind.OTHER_CUSTOMER, ours, theirs, customers)]
    if ours.linked and theirs.number != ours.erp_number:
        if theirs.status is ErpOrderStatus.CANCELLED:
            return []
        return [_order(Kind.TWICE, ours, theirs, Difference("second", ours.erp_number, theirs.number))]
    unsent = _unsent(ours)
    if ours.sending or (unsent is Kind.WAITS_HERE and not settled):
        return []
    if unsent is not None:
        return [_order(unsent, ours, theirs, *content(ours, theirs))]
    if ours.process is Process.CANCELLED and theirs.status is not ErpOrderStatus.CANCELLED:
        return [_order(Kind.CANCELLED_HERE, ours, theirs)] if settled else []
    if not settled:
        return []
    return [*_contents(ours, theirs), *_state(ours, theirs)]


def _unsent(ours: OurOrder) -> Kind | None:
    """Whether, for all the portal knows, the order cannot be in the ERP yet."""
    if ours.process is Process.CANCELLED:
        return None
    if ours.message == "waiting":
        return Kind.WAITS_HERE
    never_sent = ours.message in ("", "withdrawn") and not ours.erp_number
    if ours.message == "dead" or not ours.begun or never_sent:
        return Kind.UNSENT_HERE
    return None


# --- content ------------------------------------------------------------------------------------------------------------


def content(ours: OurOrder, theirs: OrderRecord) -> list[Difference]:
    """Everything about lines and prices in which the two differ."""
    return [*line_differences(ours, theirs), *price_differences(ours, theirs)]


def _contents(ours: OurOrder, theirs: OrderRecord) -> Iterator[Found]:
    if not theirs.lines or theirs.status is ErpOrderStatus.CANCELLED:  # some ERPs keep no lines of posted orders
        return
    lines, prices = line_differences(ours, theirs), price_differences(ours, theirs)
    if lines:
        yield _order(Kind.LINES_DIFFER, ours, theirs, *lines)
    if prices:
        yield _order(Kind.PRICES_DIFFER, ours, theirs, *prices)
    if not lines and not prices and _sums_differ(ours, theirs):
        net = Difference("net", plain(ours.net), plain(theirs.net))
        yield _order(Kind.SUMS_DIFFER, ours, theirs, net)


def line_differences(ours: OurOrder, theirs: OrderRecord) -> list[Difference]:
    """Items and quantities. In a document people typed in the line numbers are the ERP's own: sums by item count there."""
    if not theirs.lines:
        return []
    if ours.linked:
        return _by_item(ours.lines, theirs.lines)
    left = {line.line_number: line for line in theirs.lines}
    found = [each for line in ours.lines for each in _line(line, left.pop(line.line_number, None))]
    return found + [Difference("line", "", _says(line), number) for number, line in left.items()]


def price_differences(ours: OurOrder, theirs: OrderRecord) -> list[Difference]:
    """Unit prices and discounts of lines that both have."""
    if ours.linked:
        return []
    left = {line.line_number: line for line in theirs.lines}
    pairs = [(line, left[line.line_number]) for line in ours.lines if line.line_number in left]
    return [
        Difference("price", _priced(mine.unit_price, mine.discount_percent), _priced(its.unit_price, its.discount_percent),
                   mine.line_number)
        for mine, its in pairs
        if mine.item_number == its.item_number and mine.unit_price is not None
        and (abs(mine.unit_price - its.unit_price) > PRICE_TOLERANCE or mine.discount_percent != its.discount_percent)
    ]  # fmt: skip


def _line(ours: OurLine, theirs: OrderLineRecord | None) -> Iterator[Difference]:
    if theirs is None:
        yield Difference("line", _says(ours), "", ours.line_number)
        return
    if ours.item_number != theirs.item_number:
        yield Difference("item", ours.item_number, theirs.item_number, ours.line_number)
    if (ours.quantity, ours.unit) != (theirs.quantity, theirs.unit):
        yield Difference("quantity", _much(ours), _much(theirs), ours.line_number)


def _by_item(ours: Sequence[OurLine], theirs: Sequence[OrderLineRecord]) -> list[Difference]:
    mine, its = _sum_by_item(ours), _sum_by_item(theirs)
    return [
        Difference("quantity", _sum(item, unit, mine), _sum(item, unit, its))
        for item, unit in sorted(mine.keys() | its.keys())
        if mine.get((item, unit)) != its.get((item, unit))
    ]


def _sum_by_item(lines: Sequence[OurLine] | Sequence[OrderLineRecord]) -> dict[tuple[str, str], Decimal]:
    sums: dict[tuple[str, str], Decimal] = {}
    for line in lines:
        which = (line.item_number, line.unit)
        sums[which] = sums.get(which, Decimal(0)) + line.quantity
    return sums


def _sum(item: str, unit: str, sums: Mapping[tuple[str, str], Decimal]) -> str:
    return f"{item} {plain(sums.get((item, unit), Decimal(0)))} {unit}"


def _sums_differ(ours: OurOrder, theirs: OrderRecord) -> bool:
    if ours.linked or any(line.cancelled for line in theirs.lines):
        return False
    return abs(ours.net - theirs.net) > _PER_LINE * len(theirs.lines)


# --- state --------------------------------------------------------------------------------------------------------------


def state_of(theirs: OrderRecord) -> Process:
    """Where the document says the order is."""
    lines = theirs.lines
    closed = [line for line in lines if line.shipped + line.cancelled >= line.quantity]
    delivery = Delivery(
        lines=len(lines),
        begun=sum(line.shipped > 0 for line in lines),
        settled=len(closed),
        gone=sum(line.shipped > 0 for line in closed),
    )
    return process_of(theirs.status.value, delivery)


def is_behind(ours: OurOrder, theirs: OrderRecord) -> bool:
    """Whether the portal has not followed yet."""
    return ours.process is not state_of(theirs) and is_news(ours.process, state_of(theirs))


def _state(ours: OurOrder, theirs: OrderRecord) -> Iterator[Found]:
    there = state_of(theirs)
    says = Difference("state", ours.process.value, there.value)
    if is_behind(ours, theirs):
        yield _order(Kind.STATE_BEHIND, ours, theirs, says)
    elif ours.process is not there:
        yield _order(Kind.ERP_BEHIND, ours, theirs, says)


# --- the mirror, invoices, customers --------------------------------------------------------------------------------------

_HEAD = ("number", "customer_number", "reference", "status", "currency", "net", "tax", "gross")


def _mirror(theirs: OrderRecord, mirrored: Mirrored | None) -> Iterator[Difference]:
    if mirrored is None or mirrored.withdrawn:
        yield Difference("number", "", theirs.number)
        return
    yield from _named(_HEAD, mirrored.document, theirs)
    if theirs.lines and _plain_lines(mirrored.document.lines) != _plain_lines(theirs.lines):
        yield Difference("lines", str(len(mirrored.document.lines)), str(len(theirs.lines)))


def _plain_lines(lines: Sequence[OrderLineRecord]) -> list[tuple[object, ...]]:
    names = [field.name for field in fields(OrderLineRecord)]
    return sorted(tuple(getattr(line, name) for name in names) for line in lines)


_INVOICE = ("customer_number", "currency", "net", "tax", "gross", "remaining", "status", "due_on")


def of_invoice(
    theirs: InvoiceRecord,
    *,
    mirrored: InvoiceRecord | None,
    customer_id: int | None,
    settled: bool,
) -> list[Found]:
    """One invoice of the ERP.

    :param customer_id: of its customer here; None when the ERP has not sent them
    """
    about = {"object_type": "invoice", "object": theirs.number, "customer_id": customer_id, "facts": _invoice(theirs)}
    if customer_id is None:
        return [Found(kind=Kind.UNKNOWN_CUSTOMER, **about)]  # type: ignore[arg-type]
    if not settled:
        return []
    if mirrored is None:
        return [Found(kind=Kind.INVOICE_MISSING, **about)]  # type: ignore[arg-type]
    differing = tuple(_named(_INVOICE, mirrored, theirs))
    return [Found(kind=Kind.INVOICE_DIFFERS, differences=differing, **about)] if differing else []  # type: ignore[arg-type]


_TERMS = ("currency", "credit_limit", "block", "price_group")


def of_customer(theirs: CustomerRecord, *, mirrored: CustomerRecord | None, customer_id: int | None) -> list[Found]:
    """What decides about credit and prices of one customer; one we do not have yet is simply new."""
    differing = () if mirrored is None else tuple(_named(_TERMS, mirrored, theirs))
    return [_customer(Kind.CREDIT_DIFFERS, theirs.number, customer_id, differing)] if differing else []


def of_balance(theirs: BalanceRecord, *, mirrored: BalanceRecord | None, customer_id: int | None) -> list[Found]:
    """What one customer owes; to be asked only of balances that should have been read since they moved."""
    differing = () if mirrored is None else tuple(_named(("balance", "overdue"), mirrored, theirs))
    number = theirs.customer_number
    return [_customer(Kind.BALANCE_DIFFERS, number, customer_id, differing)] if differing else []


# --- how ----------------------------------------------------------------------------------------------------------------


def vanished(ours: OurOrder) -> Found:
    """The ERP was asked for it and does not have it."""
    facts = {"number": ours.erp_number, "key": ours.key, "net": plain(ours.net), "currency": ours.currency}
    return Found(
        kind=Kind.VANISHED, object_type="order", object=ours.number, customer_id=ours.customer_id,
        facts={**facts, "state": ours.process.value},
    )  # fmt: skip


def invoice_vanished(ours: InvoiceRecord, customer_id: int) -> Found:
    """We show it, and the ERP does not have it."""
    return Found(
        kind=Kind.INVOICE_VANISHED, object_type="invoice", object=ours.number, customer_id=customer_id,
        facts=_invoice(ours),
    )  # fmt: skip


def _customer(kind: Kind, number: str, customer_id: int | None, differing: tuple[Difference, ...]) -> Found:
    return Found(
        kind=kind, object_type="customer", object=number, customer_id=customer_id, differences=differing,
        facts={"erp_customer": number},
    )  # fmt: skip


def _document(kind: Kind, theirs: OrderRecord, *differences: Difference) -> Found:
    return Found(kind=kind, object_type="document", object=theirs.number, facts=_head(theirs), differences=differences)


def _order(kind: Kind, ours: OurOrder, theirs: OrderRecord, *differences: Difference) -> Found:
    return Found(
        kind=kind, object_type="order", object=ours.number, customer_id=ours.customer_id, facts=_head(theirs),
        differences=differences,
    )  # fmt: skip


def _head(theirs: OrderRecord) -> dict[str, str]:
    return {
        "number": theirs.number,
        "key": theirs.key,
        "erp_customer": theirs.customer_number,
        "reference": theirs.reference,
        "ordered_on": theirs.ordered_on.isoformat(),
        "net": plain(theirs.net),
        "currency": theirs.currency,
        "state": theirs.status.value,
    }


def _invoice(theirs: InvoiceRecord) -> dict[str, str]:
    return {
        "erp_customer": theirs.customer_number,
        "number": theirs.order_number,
        "gross": plain(theirs.gross),
        "currency": theirs.currency,
        "state": theirs.status.value,
    }


_SAID_AS = {"customer_number": "customer", "status": "state"}


def _named(names: Sequence[str], ours: object, theirs: object) -> Iterator[Difference]:
    for name in names:
        mine, its = getattr(ours, name), getattr(theirs, name)
        if mine != its:
            yield Difference(_SAID_AS.get(name, name), _text(mine), _text(its))


def _text(value: object) -> str:
    if value is None:
        return ""
    return plain(value) if isinstance(value, Decimal) else str(value)


def _says(line: OurLine | OrderLineRecord) -> str:
    return f"{line.item_number} {_much(line)}"


def _much(line: OurLine | OrderLineRecord) -> str:
    return f"{plain(line.quantity)} {line.unit}"


def _priced(price: Decimal | None, discount: Decimal) -> str:
    amount = "" if price is None else plain(price)
    return f"{amount} − {plain(discount)} %" if discount else amount
