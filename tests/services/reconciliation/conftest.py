"""A shop in front of an ERP whose whole data can be read page by page, put back to an earlier state, and told to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.embedded.databases import Addresses
from app.erp.errors import ErpUnavailable
from app.erp.port import BalanceRecord, CustomerRecord, InvoiceRecord, OrderRecord, OrderToPlace, Page, connect
from app.extensions import session, start_database, stop_database, transaction
from app.jobs.relay import drain
from app.security.actor import acting
from app.security.scopes import Scope, entered
from app.services import reconciliation
from app.services.pricing import erp_speaks_again
from app.services.reconciliation import Decision, Kind, Outcome
from tests.factories.planting import Row
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp

LONG_AGO = datetime.now(UTC) - timedelta(hours=3)


class Killed(BaseException):
    """The process is gone at this point."""


@dataclass
class WholeErp(FakeErp):
    """`more` are documents beside those of our keys; `stops_after` pages in all it does not answer any more."""

    more: list[OrderRecord] = field(default_factory=list)
    invoiced: list[InvoiceRecord] = field(default_factory=list)
    told_customers: list[CustomerRecord] = field(default_factory=list)
    owed: list[BalanceRecord] = field(default_factory=list)
    page_size: int = 2
    stops_after: int | None = None
    breaks_with: type[BaseException] = ErpUnavailable
    pages: list[tuple[str, str]] = field(default_factory=list)
    omits: set[str] = field(default_factory=set)

    def orders(self, since: str | None) -> Iterator[Page[Any]]:
        told = [*self.documents.values(), *self.by_hand.values(), *self.more]
        return self._stream("orders", [each for each in told if each.number not in self.omits], since)

    def invoices(self, since: str | None) -> Iterator[Page[Any]]:
        return self._stream("invoices", self.invoiced, since)

    def customers(self, since: str | None) -> Iterator[Page[Any]]:
        return self._stream("customers", self.told_customers, since)

    def balances(self) -> Iterator[Page[Any]]:
        return self._stream("balances", self.owed, None)

    def _stream(self, name: str, rows: list[Any], since: str | None) -> Iterator[Page[Any]]:
        for start in range(int(since or 0), max(len(rows), 1), self.page_size):
            assert not (session.registry.has() and session().in_transaction()), "the ERP is waited for in a transaction"
            if self.stops_after is not None and len(self.pages) >= self.stops_after:
                raise self.breaks_with("The ERP does not answer.")
            self.pages.append((name, since or ""))
            yield Page(tuple(rows[start : start + self.page_size]), str(start + self.page_size))

    def _record(self, order: OrderToPlace, *, dearer: bool = False) -> OrderRecord:
        """Changed long enough ago that the feeds have brought it."""
        return replace(super()._record(order, dearer=dearer), modified_at=LONG_AGO)

    def sends(self) -> int:
        """How often something was entered or tried to be."""
        return self.operations().count("create_order")


class Books:
    """What people see and do: compare, look at the list, decide."""

    def __init__(self, shop: Shop, erp: WholeErp) -> None:
        self.shop, self.erp = shop, erp

    def order(self, *typed: str, **who: Any) -> str:
        """Ordered, sent and followed: the mirror has it, too."""
        number = self.shop.ordered(*(typed or ("BIKE 5",)), **who)
        drain()
        return number

    def document(self, number: str) -> OrderRecord:
        return self.erp.documents[self.key(number)]

    def key(self, number: str) -> str:
        key: str = self.shop.order(number)["key"]
        return key

    def ask(self) -> None:
        with entered(Scope.staff()), transaction():
            reconciliation.start("main", asked_by="Ada")

    def go_on(self, pages: int | None = None) -> Outcome:
        """:param pages: the time is up after so many"""
        left = iter(range(pages)) if pages is not None else None
        return reconciliation.go_on(
            self.erp, "main", time_is_up=lambda: left is not None and next(left, None) is None, say=lambda line: None
        )

    def compare(self) -> Outcome:
        """Begin and finish a comparison."""
        self.ask()
        return self.go_on()

    def open(self) -> list[tuple[str, str]]:
        """Kinds and objects on the list."""
        rows = self.shop.planter.all("select kind, object from drift where state = 'open' order by kind, object")
        return [(row["kind"], row["object"]) for row in rows]

    def drift(self, kind: Kind) -> Row:
        return self.shop.planter.one(
            "select * from drift where kind = %(kind)s order by id desc limit 1", kind=kind.value
        )

    def state(self, kind: Kind) -> str:
        state: str = self.drift(kind)["state"]
        return state

    def decide(self, kind: Kind, decision: Decision, reason: str = "as agreed by telephone", number: str = "") -> str:
        drift_id, ada = self.drift(kind)["id"], self.shop.ada
        with self.shop.scope(ada):
            with transaction():
                drift = reconciliation.open_drift(ada, drift_id)
            document = reconciliation.ask_the_erp(self.erp, drift, decision, number=number)
            with transaction():
                return reconciliation.decide(ada, drift_id, decision, reason=reason, document=document)


@pytest.fixture(scope="module")
def worker(opened: Shop, database: Addresses) -> Iterator[None]:
    """This process as the worker: it may write the mirror."""
    start_database(database.worker)
    yield
    session.remove()
    stop_database()


@pytest.fixture
def whole(worker: None) -> WholeErp:
    erp = WholeErp()
    connect("main", erp)
    erp_speaks_again()
    return erp


@pytest.fixture
def books(shop: Shop, whole: WholeErp) -> Books:
    shop.planter.connection.execute("truncate drift, reconciliation_run, relink")
    return Books(shop, whole)


Compare = Callable[[], Outcome]
__all__ = ["Books", "Killed", "WholeErp", "acting"]
