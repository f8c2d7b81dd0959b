"""The life of orders after entry, on a clock of its own that can be sped up, stopped and moved.

Steps wait in the store with the simulated moment they are due at; a ticker carries out what is due. Document dates
stay real business dates. Posting itself is in `posting`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from app.erp.sandbox import orders, posting, refusals
from app.erp.sandbox.ledger import Ledger
from app.erp.sandbox.store import Change, Row, Store

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
RELEASE_AFTER = 2 * MINUTE
FIRST_SHIPMENT_AFTER = HOUR
SECOND_SHIPMENT_AFTER = 4 * HOUR
INVOICE_AFTER = 30 * MINUTE
PREPAYMENT_AFTER = DAY
PAYMENT_AFTER = 2 * DAY
BACKORDER_AGAIN_AFTER = HOUR
_BATCH = 20


class Clock:
    """Simulated time in milliseconds.

    :param speed: simulated seconds per real second; 0 stands still
    """

    def __init__(self, speed: float, at: int = 0) -> None:
        self._lock = threading.Lock()
        self._at = at
        self._since = time.monotonic()
        self.speed = speed

    def now(self) -> int:
        with self._lock:
            return self._at + int((time.monotonic() - self._since) * 1000 * self.speed)

    def set_speed(self, speed: float) -> None:
        at = self.now()
        with self._lock:
            self._at, self._since, self.speed = at, time.monotonic(), speed

    def advance(self, milliseconds: int) -> None:
        with self._lock:
            self._at += milliseconds


class Life:
    """Schedules and carries out the steps."""

    def __init__(self, store: Store, ledger: Ledger, clock: Clock) -> None:
        self._store = store
        self._ledger = ledger
        self.clock = clock
        self._steps: dict[str, Callable[[Change, Row, str, int], None]] = {
            "release": self._release,
            "prepaid": self._prepaid,
            "ship_first": self._ship_first,
            "ship_rest": self._ship_rest,
            "invoice": self._invoice,
            "pay": self._pay,
        }

    def born(self, change: Change, number: str) -> None:
        """Schedule the first step of a new order."""
        self._plan(change, number, "release", self.clock.now() + RELEASE_AFTER)

    def _plan(self, change: Change, number: str, kind: str, due: int, reference: str = "") -> None:
        change.db.execute(
            "INSERT INTO lifeSteps (orderNumber, kind, reference, dueAt) VALUES (?,?,?,?)",
            (number, kind, reference, due),
        )

    def tick(self) -> int:
        """Carry out everything that is due; returns how many steps that were."""
        done = 0
        while part := self._some():
            done += part
        return done

    def _some(self) -> int:
        now = self.clock.now()
        with self._store.reading() as db:
            if db.execute("SELECT 1 FROM lifeSteps WHERE dueAt <= ? LIMIT 1", (now,)).fetchone() is None:
                return 0
        with self._store.writing() as change:
            due = change.all("SELECT * FROM lifeSteps WHERE dueAt <= ? ORDER BY dueAt, id LIMIT ?", now, _BATCH)
            for step in due:
                if change.db.execute("DELETE FROM lifeSteps WHERE id = ?", (step["id"],)).rowcount:
                    self._carry_out(change, step["orderNumber"], step["kind"], step["reference"], step["dueAt"])
            self._keep_time(change, now)
        return len(due)

    def _keep_time(self, change: Change, now: int) -> None:
        change.db.execute("INSERT OR REPLACE INTO settings VALUES ('simulated time', ?)", (str(now),))

    def save_time(self) -> None:
        """Remember the simulated moment for the next start."""
        with self._store.writing() as change:
            self._keep_time(change, self.clock.now())

    def _carry_out(self, change: Change, number: str, kind: str, reference: str, at: int) -> None:
        order = orders.of_number(change, number)
        self._steps[kind](change, order, reference, at)

    def _release(self, change: Change, order: Row, _: str, at: int) -> None:
        posting.release(change, order)
        fresh = orders.of_number(change, order["number"])
        if fresh["releaseStatus"] == "Pending Prepayment":
            self._plan(change, order["number"], "prepaid", at + PREPAYMENT_AFTER)
        else:
            self._plan_shipments(change, order["number"], at - RELEASE_AFTER)

    def _plan_shipments(self, change: Change, number: str, start: int) -> None:
        self._plan(change, number, "ship_first", start + FIRST_SHIPMENT_AFTER)
        self._plan(change, number, "ship_rest", start + SECOND_SHIPMENT_AFTER)

    def _prepaid(self, change: Change, order: Row, _: str, at: int) -> None:
        posting.set_status(change, order, "Released", prepaid=1)
        self._plan_shipments(change, order["number"], at)

    def _ship_first(self, change: Change, order: Row, _: str, at: int) -> None:
        self._ship(change, order, half=True, at=at)

    def _ship_rest(self, change: Change, order: Row, _: str, at: int) -> None:
        self._ship(change, order, half=False, at=at)
        if self._left_to_ship(change, order["number"]):
            self._plan(change, order["number"], "ship_rest", max(at, self.clock.now()) + BACKORDER_AGAIN_AFTER)

    def _ship(self, change: Change, order: Row, *, half: bool, at: int) -> None:
        shipment = posting.ship(change, order, self._ledger, half=half)
        if shipment:
            self._plan(change, order["number"], "invoice", at + INVOICE_AFTER, shipment)

    def _left_to_ship(self, change: Change, number: str) -> bool:
        return bool(change.one(
            "SELECT 1 FROM orderLines WHERE orderNumber = ? AND removed = 0 "
            "AND shippedQuantity + cancelledQuantity < quantity LIMIT 1", number,
        ))  # fmt: skip

    def _invoice(self, change: Change, order: Row, shipment: str, at: int) -> None:
        number = posting.invoice(change, order, shipment, self._ledger)
        posting.finish(change, order["number"])
        self._plan(change, order["number"], "pay", at + (0 if order["prepaid"] else PAYMENT_AFTER), number)

    def _pay(self, change: Change, order: Row, number: str, _: int) -> None:
        row = change.one("SELECT remainingAmount FROM invoices WHERE number = ?", number)
        if row is not None and row["remainingAmount"] > 0:
            posting.pay(change, number, self._ledger)

    def step(self, number: str) -> str:
        """Carry out an order's next step now, due or not; returns its name.

        :raises Refusal: no such order, or nothing is left to happen
        """
        with self._store.writing() as change:
            order = orders.of_number(change, number)
            waiting = change.one(
                "SELECT * FROM lifeSteps WHERE orderNumber = ? ORDER BY dueAt, id LIMIT 1", order["number"]
            )
            if waiting is not None:
                change.db.execute("DELETE FROM lifeSteps WHERE id = ?", (waiting["id"],))
                kind, reference = waiting["kind"], waiting["reference"]
            else:
                kind, reference = self._due_by_state(change, order)
            self._carry_out(change, order["number"], kind, reference, self.clock.now())
        return str(kind)

    def _due_by_state(self, change: Change, order: Row) -> tuple[str, str]:
        """What comes next for an order that waits for nothing, such as the ones the store was filled with."""
        if order["releaseStatus"] == "Open":
            return "release", ""
        if order["releaseStatus"] == "Pending Prepayment":
            return "prepaid", ""
        shipment = change.one("SELECT number FROM shipments WHERE orderNumber = ? AND invoiced = 0", order["number"])
        if shipment is not None:
            return "invoice", shipment["number"]
        if not order["gone"]:
            return "ship_rest", ""
        unpaid = change.one(
            "SELECT number FROM invoices WHERE orderNumber = ? AND remainingAmount > 0", order["number"]
        )
        if unpaid is None:
            raise refusals.business(f"Nothing is left to happen to order {order['number']}.")
        return "pay", unpaid["number"]

    def ship_and_invoice(self, change: Change, order: Row) -> None:
        """Post everything of an order at once, as the standard action does."""
        change.db.execute("DELETE FROM lifeSteps WHERE orderNumber = ?", (order["number"],))
        if order["releaseStatus"] == "Open":
            posting.release(change, order)
        posting.ship(change, orders.of_number(change, order["number"]), self._ledger, half=False)
        waiting = change.all("SELECT number FROM shipments WHERE orderNumber = ? AND invoiced = 0", order["number"])
        if not waiting:
            raise refusals.business("There is nothing to post.")
        for shipment in waiting:
            self._invoice(change, order, shipment["number"], self.clock.now())
        if self._left_to_ship(change, order["number"]):
            self._plan(change, order["number"], "ship_rest", self.clock.now() + BACKORDER_AGAIN_AFTER)


def stored_time(store: Store) -> int:
    """The simulated moment the last run ended at."""
    with store.reading() as db:
        row = db.execute("SELECT value FROM settings WHERE name = 'simulated time'").fetchone()
    return int(row["value"]) if row is not None else 0
