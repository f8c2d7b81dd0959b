"""Delivery without PostgreSQL: messages and lines in memory, a clock that only moves when told, an ERP that is a script.

Not for faults of the database: what one desk does is done at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from app.domain.line import Line, LineRules
from app.domain.pace import Pace
from app.erp.errors import ErpAlreadyHas, ErpError, ErpRefused, ErpUnreachable
from app.erp.port import Capabilities, Channel, ErpOrderStatus, Exchange, LineToPlace, OrderRecord, OrderToPlace
from app.services import outbox
from app.services.delivery.protocol import Claimed, Dead, Delivery, Done, Later, Rest
from tests.fakes.erp import _line as line_as_held

START = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
LEASE = timedelta(seconds=120)


@dataclass
class Message:
    id: int
    order_id: int
    key: str
    kind: str
    body: Mapping[str, Any]
    due_at: datetime
    state: str = "waiting"
    attempts: int = 0
    tries: Mapping[str, int] = field(default_factory=dict)
    lease_until: datetime | None = None
    reason_code: str = ""
    reason: str = ""
    result: Done | Dead | None = None


class MemoryStore:
    """Implements `app.services.delivery.protocol.Store`, and its Desk as well."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.messages: dict[int, Message] = {}
        self.lines: dict[str, Line] = {}
        self.by_order: dict[int, list[int]] = {}
        self.filed: list[tuple[int, Sequence[Exchange]]] = []

    def add(self, message: Message) -> None:
        self.messages[message.id] = message
        self.by_order.setdefault(message.order_id, []).append(message.id)

    @contextmanager
    def transaction(self) -> Iterator[MemoryStore]:
        yield self

    @property
    def now(self) -> datetime:
        return self._clock()

    def due(self, connection: str) -> bool:
        return self._first_due() is not None

    def _first_due(self) -> Message | None:
        free = [each for each in self.messages.values() if self._is_free(each)]
        return min(free, key=lambda each: (each.due_at, each.id), default=None)

    def _is_free(self, message: Message) -> bool:
        now = self.now
        if message.state != "waiting" or message.due_at > now or (message.lease_until or now) > now:
            return False
        return not any(
            each < message.id and self.messages[each].state == "waiting" for each in self.by_order[message.order_id]
        )

    def line(self, connection: str) -> Line:
        return self.lines.get(connection) or Line.new(self.now)

    def keep(self, connection: str, line: Line) -> None:
        self.lines[connection] = line

    def claim(self, connection: str, *, lease: timedelta, until: datetime) -> Claimed | None:
        found = self._first_due()
        if found is None:
            return None
        left_for = None if found.lease_until is None else self.now - found.lease_until
        found.attempts += 1
        found.lease_until = self.now + lease
        return Claimed(
            found.id, 1, found.order_id, found.key, connection, found.kind, found.body, found.attempts, "",
            until=until, tries=found.tries, left_for=left_for,
        )  # fmt: skip

    def renew(self, message: Claimed, *, lease: timedelta) -> bool:
        ours = self.holds(message)
        if ours:
            self.messages[message.id].lease_until = self.now + lease
        return ours

    def holds(self, message: Claimed) -> bool:
        stored = self.messages[message.id]
        return stored.state == "waiting" and stored.attempts == message.attempts

    def settle(self, message: Claimed, result: Done | Later | Dead, exchanges: Sequence[Exchange]) -> None:
        stored = self.messages[message.id]
        stored.lease_until = None
        if isinstance(result, Done):
            stored.state, stored.result = "done", result
            return
        stored.tries, stored.reason = result.tries, result.reason
        stored.reason_code = result.code
        if isinstance(result, Later):
            stored.due_at = self.now + result.wait
        else:
            stored.state, stored.result = "dead", result

    def file_calls(self, message: Claimed, exchanges: Sequence[Exchange]) -> None:
        self.filed.append((message.id, exchanges))


class Killed(BaseException):
    """The worker died at this point."""


Behaviour = Callable[[str, str], None]  # raises what happens before, or instead of, the answer


class ModelErp:
    """Keeps documents by key. `before` and `after` may raise: before anything is done, and when all is done.

    `log` is what arrived here, `tried` what was to.
    """

    def __init__(self, clock: Callable[[], datetime], *, unique: bool = True) -> None:
        self._clock, self.unique = clock, unique
        self.documents: dict[str, list[OrderRecord]] = {}
        self.log: list[tuple[datetime, str, str]] = []
        self.tried = 0
        self.before: Behaviour = lambda operation, key: None
        self.after: Behaviour = lambda operation, key: None
        self.script: deque[ErpError | None] = deque()

    def find_order(self, key: str) -> OrderRecord | None:
        self._begin("find", key)
        return self._end("find", key, next(iter(self.documents.get(key, [])), None))

    def create_order(self, order: OrderToPlace) -> OrderRecord:
        self._begin("create", order.key)
        if self.unique and order.key in self.documents:
            raise ErpAlreadyHas("The key is taken.")
        record = as_held(order)
        self.documents.setdefault(order.key, []).append(record)
        return self._end("create", order.key, record)

    def cancel_order(self, key: str) -> OrderRecord:
        self._begin("cancel", key)
        if key not in self.documents:
            raise ErpRefused("There is nothing to cancel.")
        cancelled = replace(self.documents[key][0], status=ErpOrderStatus.CANCELLED)
        self.documents[key] = [cancelled]
        return self._end("cancel", key, cancelled)

    def capabilities(self) -> Capabilities:
        return Capabilities(self.unique, True, True, False, True, longest_run_seconds=600)

    def _begin(self, operation: str, key: str) -> None:
        self.tried += 1
        try:
            self.before(operation, key)
        except ErpUnreachable:
            raise
        except BaseException:
            self.log.append((self._clock(), operation, key))
            raise
        self.log.append((self._clock(), operation, key))
        planned = self.script.popleft() if self.script else None
        if planned is not None:
            raise planned

    def _end(self, operation: str, key: str, answer: Any) -> Any:
        self.after(operation, key)
        return answer

    def operations(self, key: str = "") -> list[str]:
        return [operation for _, operation, at in self.log if key in ("", at)]


def order(key: str) -> OrderToPlace:
    line = LineToPlace(1, "BIKE", "Bike", Decimal(5), "PCS", Decimal(80), Decimal(0))
    return OrderToPlace(key, "C1", "", "USD", "", None, "", (line,))


def as_held(placed: OrderToPlace) -> OrderRecord:
    lines = tuple(line_as_held(each, placed.currency, Decimal(0)) for each in placed.lines)
    return OrderRecord(
        f"erp-{placed.key}", f"SO-{placed.key}", placed.key, placed.customer_number, "", Channel.PORTAL,
        ErpOrderStatus.OPEN, date(2026, 11, 30), placed.currency, Decimal(400), Decimal(40), Decimal(440), lines, START,
    )  # fmt: skip


class Bench:
    """One connection with its store, ERP and clock; workers are whoever takes the three steps."""

    def __init__(self, *, unique: bool = True, calls_a_minute: int = 600, seed: int = 1) -> None:
        self.now = START
        self.store = MemoryStore(self.clock)
        self.erp = ModelErp(self.clock, unique=unique)
        self.rules = LineRules(Pace.of(calls_a_minute))
        self.delivery = Delivery(
            self.store, ports=lambda name: self.erp, clock=self.clock, rng=Random(seed), rules=self.rules, lease=LEASE
        )

    def clock(self) -> datetime:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def orders(self, count: int, *, kind: str = outbox.CREATE) -> list[Message]:
        """That many orders of their own, each with its message, due now."""
        first = len(self.store.messages) + 1
        fresh = [self._message(number, number, f"K{number}", kind) for number in range(first, first + count)]
        for message in fresh:
            self.store.add(message)
        return fresh

    def follow_up(self, message: Message, kind: str = outbox.CANCEL) -> Message:
        """A further message of the same order."""
        later = self._message(len(self.store.messages) + 1, message.order_id, message.key, kind)
        self.store.add(later)
        return later

    def _message(self, number: int, order_id: int, key: str, kind: str) -> Message:
        body = outbox.as_body(order(key)) if kind == outbox.CREATE else {}
        return Message(number, order_id, key, kind, body, self.now)

    def take(self) -> Claimed:
        self.passes(1)
        taken = self.delivery.take("main")
        assert isinstance(taken, Claimed), taken
        return taken

    def run(self, seconds: float, *, idle: float = 1.0) -> None:
        """One worker that does what is to be done, for so long; each message takes it no time."""
        ends = self.now + timedelta(seconds=seconds)
        while self.now < ends:
            result = self.delivery.step("main")
            if isinstance(result, Rest):
                wait = idle if result.wait is None else min(idle, result.wait.total_seconds())
                self.passes(max(wait, 0.001))

    def states(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for message in self.store.messages.values():
            found[message.state] = found.get(message.state, 0) + 1
        return found
