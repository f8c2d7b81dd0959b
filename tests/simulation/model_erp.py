"""An ERP that may do to an order everything a real one does, and remembers what it was asked and what it holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from app.erp.errors import (
    ErpAlreadyHas,
    ErpBusy,
    ErpMisread,
    ErpRefused,
    ErpUnavailable,
    ErpUnknownOutcome,
    ErpUnreachable,
)
from app.erp.port import Capabilities, Channel, ErpOrderStatus, OrderLineRecord, OrderRecord, OrderToPlace
from tests.simulation.world import START, Chance, Died, Plan, Time

LONGEST_RUN = 600.0


@dataclass(frozen=True)
class Asked:
    """One call: when it went out, and how it was answered."""

    at: datetime
    operation: str
    key: str
    outcome: str
    wait: float | None = None


@dataclass
class Books:
    """What the ERP holds and was asked. `documents` are all there ever were under a key, so that a second one shows."""

    asked: list[Asked] = field(default_factory=list)
    documents: defaultdict[str, list[OrderRecord]] = field(default_factory=lambda: defaultdict(list))


@dataclass
class ModelErp:
    """The port as one worker holds it.

    :param clock: the worker's; an ERP's "come back in a minute" is understood by it
    """

    plan: Plan
    time: Time
    chance: Chance
    books: Books
    clock: Callable[[], datetime]
    limit: float = 1e9

    # --- the port

    def find_order(self, key: str) -> OrderRecord | None:
        began = self._reached("find_order", key)
        if self.chance.strikes(self.plan.spoiled / 2):
            self._spoiled_read(began, key)
        self._asked(began, "find_order", key, "ok")
        found = self.books.documents.get(key)
        return found[0] if found else None

    def create_order(self, order: OrderToPlace) -> OrderRecord:
        began = self._reached("create_order", order.key)
        if self.chance.strikes(self.plan.spoiled):
            self._spoiled_write(began, order)
        if order.comment == "refused":
            self._asked(began, "create_order", order.key, "refused")
            raise ErpRefused("The customer is blocked.")
        record = self._commit(order)
        if record is None:
            self._asked(began, "create_order", order.key, "already_there")
            raise ErpAlreadyHas("The key is taken.")
        self._asked(began, "create_order", order.key, "ok")
        self._perhaps_die()
        return record

    def cancel_order(self, key: str) -> OrderRecord:
        began = self._reached("cancel_order", key)
        if self.chance.strikes(self.plan.spoiled / 2):
            self._asked(began, "cancel_order", key, "unknown")
            raise ErpUnknownOutcome("No answer.")
        if not self.books.documents.get(key):
            self._asked(began, "cancel_order", key, "refused")
            raise ErpRefused("There is nothing to cancel.")
        self.books.documents[key] = [
            replace(each, status=ErpOrderStatus.CANCELLED) for each in self.books.documents[key]
        ]
        self._asked(began, "cancel_order", key, "ok")
        return self.books.documents[key][0]

    def find_order_by_number(self, number: str) -> OrderRecord | None:
        """Nobody enters an order by hand here."""
        return None

    def capabilities(self) -> Capabilities:
        return Capabilities(self.plan.unique_key, True, True, False, True, longest_run_seconds=int(LONGEST_RUN))

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """Calls inside are broken off after this."""
        before, self.limit = self.limit, seconds
        try:
            yield
        finally:
            self.limit = before

    # --- how

    def _reached(self, operation: str, key: str) -> datetime:
        began = self.time.now
        if self.chance.down():
            self.time.pass_by(0.01)
            self._asked(began, operation, key, "unreachable")
            raise ErpUnreachable("The ERP cannot be reached.")
        self._perhaps_die()
        seconds = self.chance.rng.expovariate(5) + 0.02
        self.time.pass_by(min(seconds, self.limit))
        return began

    def _perhaps_die(self) -> None:
        if self.chance.strikes(self.plan.deaths / 2):
            raise Died

    def _spoiled_read(self, began: datetime, key: str) -> None:
        kind = self.chance.rng.choice(("unavailable", "busy", "misread"))
        if kind == "busy":
            self._busy(began, "find_order", key)
        self._asked(began, "find_order", key, kind)
        raise ErpUnavailable("No answer.") if kind == "unavailable" else ErpMisread("This cannot be read.")

    def _spoiled_write(self, began: datetime, order: OrderToPlace) -> None:
        kind = self.chance.rng.choice(("before", "after", "late", "busy", "unreachable", "garbled"))
        if kind == "busy":
            self._busy(began, "create_order", order.key)
        if kind == "unreachable":
            self._asked(began, "create_order", order.key, "unreachable")
            raise ErpUnreachable("The connection was refused.")
        if order.comment != "refused":
            if kind in ("after", "garbled"):
                self._commit(order)
            elif kind == "late":
                self.time.after(self.chance.rng.uniform(1, LONGEST_RUN - 60), lambda: void(self._commit(order)))
        self.time.pass_by(min(self.limit, 30.0))
        self._asked(began, "create_order", order.key, "unknown")
        raise ErpUnknownOutcome("The ERP did not answer in time.")

    def _busy(self, began: datetime, operation: str, key: str) -> None:
        wait = self.chance.rng.choice((1.0, 30.0, 120.0, None))
        self._asked(began, operation, key, "busy", wait)
        until = None if wait is None else self.clock() + timedelta(seconds=wait)
        raise ErpBusy("Please wait.", not_before=until)

    def _commit(self, order: OrderToPlace) -> OrderRecord | None:
        """The document; None when a unique key stands against it."""
        if self.plan.unique_key and self.books.documents.get(order.key):
            return None
        record = document_of(order, number=f"SO-{sum(map(len, self.books.documents.values())) + 1}")
        self.books.documents[order.key].append(record)
        return record

    def _asked(self, at: datetime, operation: str, key: str, outcome: str, wait: float | None = None) -> None:
        self.books.asked.append(Asked(at, operation, key, outcome, wait))


def void(_: object) -> None:
    """For actions whose result nobody is there to hear."""


def document_of(order: OrderToPlace, *, number: str) -> OrderRecord:
    """The order as the ERP files it."""
    nothing = Decimal(0)
    lines = tuple(
        OrderLineRecord(
            line.line_number, line.item_number, line.name, line.unit, line.quantity, line.unit_price,
            line.discount_percent, line.quantity * line.unit_price, nothing, nothing, nothing, None,
        )
        for line in order.lines
    )  # fmt: skip
    net = sum((line.net for line in lines), nothing)
    return OrderRecord(
        erp_key=f"erp-{number}",
        number=number,
        key=order.key,
        customer_number=order.customer_number,
        reference=order.reference,
        channel=Channel.PORTAL,
        status=ErpOrderStatus.OPEN,
        ordered_on=START.date(),
        currency=order.currency,
        net=net,
        tax=nothing,
        gross=net,
        lines=lines,
        modified_at=START,
    )
