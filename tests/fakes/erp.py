"""An ERP in memory behind the real port, which can be told to misbehave, and which nobody may wait for in a transaction.

Keeps what it was sent, under the key it was sent with, and a list of every call.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.domain.money import rounded, total
from app.domain.pricing import Ask, PriceLine, line_total, resolve
from app.erp.errors import ErpAlreadyHas, ErpBusy, ErpRefused, ErpUnavailable, ErpUnknownOutcome
from app.erp.port import (
    Capabilities,
    Channel,
    ChargeRecord,
    ErpOrderStatus,
    Exchange,
    LineToPlace,
    OrderLineRecord,
    OrderRecord,
    OrderToPlace,
    Page,
    Quote,
    QuoteCustomer,
    file_exchange,
)
from app.extensions import session

MOMENT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Trouble(StrEnum):
    """How the next call of an operation ends."""

    UNAVAILABLE = "unavailable"
    TIMEOUT_BEFORE_COMMIT = "timeout_before_commit"
    TIMEOUT_AFTER_COMMIT = "timeout_after_commit"
    LATE_COMMIT = "late_commit"
    BUSY = "busy"
    REFUSED = "refused"
    WRONG_PRICE = "wrong_price"


@dataclass
class FakeErp:
    """`calls` are (operation, key); `by_hand` is what people typed in there, by number.

    `not_before` goes with BUSY; `refusal` is what REFUSED says."""

    documents: dict[str, OrderRecord] = field(default_factory=dict)
    by_hand: dict[str, OrderRecord] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    price_lines: list[PriceLine] = field(default_factory=list)
    not_before: datetime | None = None
    refusal: str = "The customer is blocked for orders."
    unique_order_key: bool = True
    during: Callable[[str], None] = lambda operation: None
    _troubles: defaultdict[str, deque[Trouble]] = field(default_factory=lambda: defaultdict(deque))
    _late: list[OrderRecord] = field(default_factory=list)

    # what a test tells it

    def will(self, operation: str, *troubles: Trouble) -> None:
        """The next calls of the operation end like this, one after the other; then all is well again."""
        self._troubles[operation].extend(troubles)

    def commit_late(self) -> None:
        """What was still running when the answer was given up is done now."""
        for order in self._late:
            self.documents[order.key] = order
        self._late.clear()

    def operations(self) -> list[str]:
        return [operation for operation, _ in self.calls]

    def created(self) -> list[str]:
        """The keys of everything it holds."""
        return sorted(self.documents)

    def enter_by_hand(self, number: str, order: OrderToPlace, **different: Any) -> None:
        """A person types the order into the ERP: without our key, with lines the ERP numbers itself."""
        record = self._record(order)
        lines = tuple(replace(line, line_number=10_000 * line.line_number) for line in record.lines)
        typed = replace(record, number=number, key="", erp_key=number, channel=Channel.PHONE, lines=lines, charges=())
        self.by_hand[number] = replace(typed, **different)

    # orders

    def find_order(self, key: str) -> OrderRecord | None:
        self._begin("find_order", key)
        self._answered("find_order", key, "ok")
        return self.documents.get(key.upper())

    def find_order_by_number(self, number: str) -> OrderRecord | None:
        self._raise(self._begin("find_order_by_number", number), "find_order_by_number", number)
        held = {record.number: record for record in self.documents.values()}
        return (self.by_hand | held).get(number.upper())

    def create_order(self, order: OrderToPlace) -> OrderRecord:
        trouble = self._begin("create_order", order.key)
        if trouble is None and order.key in self.documents:
            raise ErpAlreadyHas(
                "The key is taken.", exchange=self._answered("create_order", order.key, "already_there")
            )
        record = self._record(order, dearer=trouble is Trouble.WRONG_PRICE)
        if trouble is Trouble.LATE_COMMIT:
            self._late.append(record)
        elif trouble in (None, Trouble.WRONG_PRICE, Trouble.TIMEOUT_AFTER_COMMIT):
            self.documents[order.key] = record
        self._raise(trouble, "create_order", order.key)
        return record

    def change_order(self, order: OrderToPlace) -> OrderRecord:
        self._begin("change_order", order.key)
        self.documents[order.key] = record = self._record(order)
        return record

    def cancel_order(self, key: str) -> OrderRecord:
        trouble = self._begin("cancel_order", key)
        self._raise(trouble, "cancel_order", key)
        if key not in self.documents:
            exchange = self._answered("cancel_order", key, "refused")
            raise ErpRefused(f"The ERP has no order under {key}, so there is nothing to cancel.", exchange=exchange)
        found = self.documents[key]
        lines = tuple(replace(line, cancelled=line.quantity) for line in found.lines)
        self.documents[key] = cancelled = replace(found, status=ErpOrderStatus.CANCELLED, lines=lines)
        return cancelled

    def quote(self, customer: QuoteCustomer, asks: Sequence[Ask], *, on: date, deadline: float) -> Quote:
        trouble = self._begin("quote", customer.number)
        self._raise(trouble, "quote", customer.number)
        prices = resolve(
            asks,
            self.price_lines,
            customer=customer.number,
            price_group=customer.price_group,
            currency=customer.currency,
            on=on,
        )
        return Quote(tuple(prices), MOMENT)

    def capabilities(self) -> Capabilities:
        return Capabilities(self.unique_order_key, True, True, False, True, longest_run_seconds=600)

    def invoice_pdf(self, number: str) -> bytes:
        self._raise(self._begin("invoice_pdf", number), "invoice_pdf", number)
        return b"%PDF-1.7"

    # reference data is planted by the tests, so every stream is empty

    def items(self, since: str | None) -> Iterator[Page[Any]]:
        return iter(())

    customers = prices = stock = tax_rates = contracts = invoices = shipments = orders = items

    def balances(self) -> Iterator[Page[Any]]:
        return iter(())

    # how

    def _begin(self, operation: str, key: str) -> Trouble | None:
        assert not (session.registry.has() and session().in_transaction()), "the ERP is waited for in a transaction"
        self.calls.append((operation, key))
        self.during(operation)
        waiting = self._troubles[operation]
        return waiting.popleft() if waiting else None

    def _raise(self, trouble: Trouble | None, operation: str, key: str) -> None:
        outcome = {
            None: "ok",
            Trouble.WRONG_PRICE: "ok",
            Trouble.UNAVAILABLE: "unavailable",
            Trouble.BUSY: "busy",
            Trouble.REFUSED: "refused",
        }.get(trouble, "unknown")
        exchange = self._answered(operation, key, outcome)
        if outcome == "unavailable":
            raise ErpUnavailable("The ERP cannot be reached.", exchange=exchange)
        if outcome == "busy":
            raise ErpBusy("The ERP asks for patience.", exchange=exchange, not_before=self.not_before)
        if outcome == "refused":
            raise ErpRefused(self.refusal, exchange=exchange)
        if outcome == "unknown":
            raise ErpUnknownOutcome("The ERP did not answer in time.", exchange=exchange)

    def _answered(self, operation: str, key: str, outcome: str) -> Exchange:
        status = {"ok": 200, "busy": 429, "refused": 400, "already_there": 409}.get(outcome)
        exchange = Exchange(operation, "POST", "https://erp/orders", MOMENT, 12, status, outcome, order_key=key)
        file_exchange(exchange)
        return exchange

    def _record(self, order: OrderToPlace, *, dearer: bool = False) -> OrderRecord:
        lines = tuple(_line(line, order.currency, Decimal(1) if dearer else Decimal(0)) for line in order.lines)
        charges = tuple(ChargeRecord(each.code, each.description, each.amount) for each in order.charges)
        net = total([*(line.net for line in lines), *(charge.net for charge in charges)])
        tax = rounded(net / 10, order.currency)
        return OrderRecord(
            erp_key=f"erp-{order.key}",
            number=f"SO-{len(self.documents) + 101}",
            key=order.key,
            customer_number=order.customer_number,
            reference=order.reference,
            channel=Channel.PORTAL,
            status=ErpOrderStatus.OPEN,
            ordered_on=MOMENT.date(),
            currency=order.currency,
            net=net,
            tax=tax,
            gross=net + tax,
            lines=lines,
            modified_at=MOMENT,
            charges=charges,
        )


def _line(line: LineToPlace, currency: str, more: Decimal) -> OrderLineRecord:
    price = line.unit_price + more
    return OrderLineRecord(
        line_number=line.line_number,
        item_number=line.item_number,
        name=line.name,
        unit=line.unit,
        quantity=line.quantity,
        unit_price=price,
        discount_percent=line.discount_percent,
        net=line_total(line.quantity, price, line.discount_percent, currency),
        shipped=Decimal(0),
        invoiced=Decimal(0),
        cancelled=Decimal(0),
        confirmed_date=date(2026, 12, 4),
    )
