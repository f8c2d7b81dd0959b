"""How one message gets to the ERP exactly once: take it, attempt it, finish it. Three steps that a death may part.

Store, port, clock and chance are given, so the same code works on PostgreSQL and in a simulation in memory. What it
relies on: a claim is a lease with a fence; nothing is sent without a claim; before any repeat the order's key is looked
up; the key is unique in the ERP, or its longest run is waited out. At least once on the wire, exactly once in the ERP.

No transaction is open while the ERP is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Protocol, TypeVar

from app.domain import line as lines
from app.domain import retry
from app.domain.line import End, Line, LineRules
from app.domain.retry import Family
from app.erp.errors import (
    ErpAlreadyHas,
    ErpBusy,
    ErpError,
    ErpMisread,
    ErpRefused,
    ErpUnknownOutcome,
    ErpUnreachable,
)
from app.erp.port import Capabilities, ErpOrderStatus, Exchange, OrderRecord, OrderToPlace, collect_exchanges
from app.failpoints import reach
from app.services import outbox
from app.services.agreeing.repriced import Ask, PriceNotKnown, Repriced
from app.services.delivery.comparing import differences, foreign_content, money_differences

T = TypeVar("T")

LATELY = timedelta(minutes=2)  # an ERP that has answered somebody since then is there
_NEVER = datetime.max.replace(tzinfo=UTC)
_ABOUT_THE_LINE = frozenset({"sign_in", "companies"})  # calls that are not made for the order
_PART_OF_A_LEASE = 0.9  # a call is broken off before the claim runs out under it


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message we hold until its lease ends. `attempts` counts this try, `tries` how earlier ones ended.

    :param until: when the lease ends, by our own clock
    :param left_for: how long ago the lease of somebody ended who never said what became of it; None when nobody did
    """

    id: int
    customer_id: int
    order_id: int
    order_key: str
    connection: str
    kind: str
    body: Mapping[str, Any]
    attempts: int
    correlation_id: str
    until: datetime = _NEVER
    tries: Mapping[str, int] = field(default_factory=dict)
    left_for: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The ERP holds it. `differences` are where it holds something else than we sent, in words.

    `record` is None when a cancelled order had never come there.
    """

    record: OrderRecord | None
    differences: tuple[str, ...]
    word: str = "done"


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing final: try again after `wait`. `tries` replaces the count of the message."""

    wait: timedelta
    code: str
    reason: str
    tries: Mapping[str, int]
    word: str = "later"


@dataclass(frozen=True, slots=True)
class Dead:
    """A person has to look; `reason` tells them why. `tries` as in Later."""

    code: str
    reason: str
    tries: Mapping[str, int] = field(default_factory=dict)
    word: str = "dead"


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing to take now: look again after `wait`; None when nothing is due."""

    wait: timedelta | None


@dataclass(slots=True)
class Attempt:
    """What a try came to, before anybody has written it down."""

    message: Claimed
    ending: Done | Dead | Repriced | ErpError | Held | None = None
    ends: list[End] = field(default_factory=list)
    told: int = 0  # how many of `ends` the line knows already
    calls: int = 0
    carried: int = 0  # how many of them bore on what the ERP holds of this order
    exchanges: list[Exchange] = field(default_factory=list)


class Held(Exception):
    """The try stops before a call, which is not made.

    :param wait: for how long at least
    """

    def __init__(self, wait: timedelta, reason: str) -> None:
        super().__init__(reason)
        self.wait, self.reason = wait, reason


class Desk(Protocol):
    """What can be read and written in one short transaction. `now` is the moment of the store's clock it began."""

    @property
    def now(self) -> datetime: ...

    def due(self, connection: str) -> bool:
        """Whether a message waits that might be claimed. No locks."""
        ...

    def line(self, connection: str) -> Line:
        """The line as it is, a new one if nobody has used it; locked until the end."""
        ...

    def keep(self, connection: str, line: Line) -> None: ...

    def claim(self, connection: str, *, lease: timedelta, until: datetime) -> Claimed | None:
        """Take the message that has been due for longest: no other of its order waits before it, nobody holds it."""
        ...

    def renew(self, message: Claimed, *, lease: timedelta) -> bool:
        """A new lease from now on; False when somebody else has the message."""
        ...

    def holds(self, message: Claimed) -> bool:
        """Whether the claim holds: waiting, and at our attempt. It then holds until the end."""
        ...

    def settle(self, message: Claimed, result: Done | Later | Dead | Repriced, exchanges: Sequence[Exchange]) -> None:
        """Write down what came of it, everywhere it matters; the lease ends. The claim is known to hold."""
        ...

    def file_calls(self, message: Claimed, exchanges: Sequence[Exchange]) -> object:
        """Keep the calls of a claim that was lost."""
        ...


class Store(Protocol):
    """Where messages and lines are kept."""

    def transaction(self) -> AbstractContextManager[Desk]:
        """Committed at the end, nothing of it after an exception."""
        ...


class Port(Protocol):
    """What delivery needs of an `app.erp.port.ErpPort`."""

    def find_order(self, key: str) -> OrderRecord | None: ...
    def create_order(self, order: OrderToPlace) -> OrderRecord: ...
    def find_order_by_number(self, number: str) -> OrderRecord | None: ...
    def cancel_order(self, key: str) -> OrderRecord: ...
    def capabilities(self) -> Capabilities: ...


class Delivery:
    """The three steps.

    :param ports: the port behind a connection's name
    :param clock: this process's own, for what it does itself; what is stored goes by the store's
    :param lease: how long a claim holds; renewed before each call
    :param deadline: everything called inside it ends within these seconds
    :param retry_scale: shortens the waits of messages, for tests that run through them
    :param ask_first: looks at the prices of an order that was never sent, before it is; with an answer it is not sent
    """

    def __init__(
        self,
        store: Store,
        *,
        ports: Callable[[str], Port],
        clock: Callable[[], datetime],
        rng: Random,
        rules: LineRules,
        lease: timedelta,
        deadline: Callable[[float], AbstractContextManager[None]] = lambda _seconds: nullcontext(),
        retry_scale: float = 1.0,
        ask_first: Callable[[Claimed, Ask], Repriced | None] = lambda _message, _ask: None,
    ) -> None:
        self._store, self._ports, self._clock, self._rng = store, ports, clock, rng
        self._rules, self._lease, self._deadline, self._ask_first = rules, lease, deadline, ask_first
        self._retry_scale = retry_scale

    def step(self, connection: str) -> Rest | str:
        """All three for one message.

        :returns: done, later, dead, lost_claim; or Rest when there is nothing to take
        """
        taken = self.take(connection)
        return taken if isinstance(taken, Rest) else self.finish(self.attempt(taken))

    # --- take

    def take(self, connection: str) -> Claimed | Rest:
        """Claim a message, if the line is open and one is due."""
        until = self._clock() + self._lease
        with self._store.transaction() as desk:
            if not desk.due(connection):
                return Rest(None)
            line, now = desk.line(connection), desk.now
            opens = lines.open_at(line, self._rules, now)
            if opens > now:
                return Rest(opens - now)
            message = desk.claim(connection, lease=self._lease, until=until)
            if message is None:
                return Rest(None)
            desk.keep(connection, lines.entered(line, self._rules, now, calls=planned(message)))
            return message

    # --- attempt

    def attempt(self, message: Claimed) -> Attempt:
        """Ask the ERP what is needed. Writes nothing but the lease and how the line is."""
        reach("S7")
        attempt = Attempt(message)
        with collect_exchanges() as attempt.exchanges:
            try:
                attempt.ending = self._ending(attempt)
            except (ErpError, Held) as stopped:
                attempt.ending = stopped
        return attempt

    def _ending(self, attempt: Attempt) -> Done | Dead | Repriced:
        message = attempt.message
        if retry.abandoned(message.attempts, message.tries) > retry.ABANDONED:
            return Dead("tries_spent", "It could not be finished in all its tries; the log of the worker says why.")
        port = self._ports(message.connection)
        self._wait_out(message, port)
        if message.kind == outbox.CANCEL:
            return self._cancel(attempt, port)
        return self._create(attempt, port)

    def _wait_out(self, message: Claimed, port: Port) -> None:
        """A try nobody has settled may still be running over there, where no unique key would stop a second one."""
        capabilities = port.capabilities()
        if message.left_for is None or capabilities.unique_order_key:
            return
        left = timedelta(seconds=capabilities.longest_run_seconds) - message.left_for
        if left > timedelta(0):
            raise Held(left, "An earlier try may still be running in the ERP.")

    def _create(self, attempt: Attempt, port: Port) -> Done | Dead | Repriced:
        message = attempt.message
        order = outbox.from_body(dict(message.body))
        look_first = retry.may_be_there(message.attempts, message.tries)
        if look_first and (found := self._call(attempt, lambda: port.find_order(order.key))) is not None:
            return adopted(order, found)
        if not look_first and (moved := self._moved(attempt, port)) is not None:
            return moved
        try:
            created = self._call(attempt, lambda: port.create_order(order))
        except ErpAlreadyHas:
            if look_first:  # it came between the look and the entry; looked for again when the order may call again
                raise
            found = self._call(attempt, lambda: port.find_order(order.key))
            if found is None:
                raise
            return adopted(order, found)
        return Done(created, tuple(differences(order, created)))

    def _moved(self, attempt: Attempt, port: Port) -> Repriced | None:
        """Whether prices moved so far that the order does not go out as it is."""
        try:
            return self._ask_first(attempt.message, lambda ask: self._call(attempt, lambda: ask(port), carries=False))
        except PriceNotKnown as unknown:
            raise Held(unknown.wait, str(unknown)) from unknown

    def _cancel(self, attempt: Attempt, port: Port) -> Done | Dead:
        """Cancel it there; what never came there is cancelled with that."""
        key = attempt.message.order_key
        if attempt.message.body.get("linked"):
            there = self._by_number(attempt, port)
            if there is None or there.key.upper() != key.upper():
                return self._entered_by_hand(attempt, there)
        try:
            return Done(self._call(attempt, lambda: port.cancel_order(key)), ())
        except ErpRefused as refused:
            try:
                return self._not_under_our_key(attempt, port, refused)
            except (ErpError, Held):
                raise refused from None  # a refusal is final, whatever else we would have liked to know

    def _not_under_our_key(self, attempt: Attempt, port: Port, refused: ErpRefused) -> Done | Dead:
        """:raises ErpRefused: it is there, and was refused for a reason of its own"""
        if self._call(attempt, lambda: port.find_order(attempt.message.order_key)) is not None:
            raise refused
        return self._entered_by_hand(attempt, self._by_number(attempt, port))

    def _by_number(self, attempt: Attempt, port: Port) -> OrderRecord | None:
        number = str(attempt.message.body.get("erp_number") or "")
        return self._call(attempt, lambda: port.find_order_by_number(number)) if number else None

    def _entered_by_hand(self, attempt: Attempt, by_hand: OrderRecord | None) -> Done | Dead:
        """What people entered without our key, or linked to another number, they cancel themselves."""
        if by_hand is None or by_hand.status is ErpOrderStatus.CANCELLED:
            return Done(by_hand, ())
        words = f"It was entered by hand as {by_hand.number} and has to be cancelled there."
        return Dead("cancel_by_hand", words, attempt.message.tries)

    def _call(self, attempt: Attempt, ask: Callable[[], T], *, carries: bool = True) -> T:
        """One call, if we may still make it, broken off before the claim ends; the line is told how it ended."""
        if attempt.calls:
            self._may_go_on(attempt)
        elif self._clock() >= attempt.message.until:
            raise Held(timedelta(0), "This worker was held up for too long.")
        attempt.calls += 1
        attempt.carried += carries
        try:
            with self._deadline(self._lease.total_seconds() * _PART_OF_A_LEASE):
                answer = ask()
        except ErpError as problem:
            attempt.ends.append(self._end(problem))
            raise
        attempt.ends.append(End("ok"))
        return answer

    def _may_go_on(self, attempt: Attempt) -> None:
        message = attempt.message
        with self._store.transaction() as desk:
            ours = desk.renew(message, lease=self._lease)
            line = self._tell(desk, attempt)
            held = lines.held_until(line, desk.now) - desk.now
        if not ours:
            raise Held(timedelta(0), "Another worker has taken over.")
        if held > timedelta(0):
            raise Held(held, line.reason)

    def _end(self, problem: ErpError) -> End:
        wait = None if problem.not_before is None else problem.not_before - self._clock()
        return End(problem.outcome, wait, problem.reason)

    # --- finish

    def finish(self, attempt: Attempt) -> str:
        """Write down what came of it, if the claim still holds.

        :returns: done, later, dead, or lost_claim when somebody else has it by now
        """
        message, ending = attempt.message, attempt.ending
        with self._store.transaction() as desk:
            ours = desk.holds(message)
            if not ours:
                desk.file_calls(message, attempt.exchanges)
                word = "lost_claim"
            elif isinstance(ending, Done | Dead | Repriced):
                desk.settle(message, ending, attempt.exchanges)
                word = ending.word
            line = self._tell(desk, attempt, last=True)  # locked late, so briefly: other workers wait for it
            if ours and isinstance(ending, ErpError | Held):
                result = self._judged(attempt, ending, line, desk.now)
                desk.settle(message, result, attempt.exchanges)
                word = result.word
            reach("S10")
        reach("S11")
        return word

    def _tell(self, desk: Desk, attempt: Attempt, *, last: bool = False) -> Line:
        """Note how the calls ended that the line does not know of, and in the end how many there were really."""
        connection = attempt.message.connection
        line, now = desk.line(connection), desk.now
        line = lines.noted(line, attempt.ends[attempt.told :], self._rules, now, rng=self._rng)
        attempt.told = len(attempt.ends)
        if last:
            made = max(attempt.calls, len(attempt.exchanges))
            line = lines.charged(line, made - planned(attempt.message), self._rules, now)
        desk.keep(connection, line)
        return line

    def _judged(self, attempt: Attempt, stopped: ErpError | Held, line: Line, now: datetime) -> Later | Dead:
        message = attempt.message
        if isinstance(stopped, ErpRefused):
            return _refused(attempt, stopped)
        family = _family(attempt, stopped, line, now)
        tries = retry.counted(message.tries, family)
        if retry.exhausted(family, tries):
            times = f"The ERP did not take it in {message.attempts} tries."
            return Dead("tries_spent", f"{times} Last: {stopped.reason}", tries)
        calls = sum(1 for exchange in attempt.exchanges if exchange.operation not in _ABOUT_THE_LINE)
        wait = self._retry_scale * retry.pause(family, tries, calls=max(calls, attempt.calls), rng=self._rng)
        if isinstance(stopped, Held):
            return Later(max(wait, stopped.wait), "held", stopped.reason, tries)
        wait = max(wait, lines.held_until(line, now) - now, self._longest_run(message, stopped))
        return Later(wait, stopped.outcome, stopped.reason, tries)

    def _longest_run(self, message: Claimed, problem: ErpError) -> timedelta:
        """It may still be committing: without a unique key no look-up is worth anything before the ERP is done."""
        capabilities = self._ports(message.connection).capabilities()
        if capabilities.unique_order_key or not isinstance(problem, ErpUnknownOutcome):
            return timedelta(0)
        return timedelta(seconds=capabilities.longest_run_seconds)


def planned(message: Claimed) -> int:
    """How many calls a try makes as a rule."""
    if message.kind == outbox.CANCEL:
        return 3
    return 2 if retry.may_be_there(message.attempts, message.tries) else 1


def adopted(order: OrderToPlace, found: OrderRecord) -> Done | Dead:
    """A document with our key is there: ours if customer and lines say so, whatever the price it was given."""
    if foreign := foreign_content(order, found):
        differs = "; ".join(foreign)
        return Dead("other_document", f"A document in the ERP carries this order's key and differs: {differs}.")
    return Done(found, tuple(money_differences(order, found)))


def _refused(attempt: Attempt, refused: ErpRefused) -> Dead:
    """Never repeated. A refused look-up leaves open what is there, so the order may not count as refused by the ERP."""
    message = attempt.message
    looked_only = attempt.carried == 1 and message.kind == outbox.CREATE and planned(message) == 2
    if looked_only:
        words = f"The ERP does not tell us whether it has the order already. It says: {refused.reason}"
        return Dead("tries_spent", words, message.tries)
    return Dead("erp_refused", refused.reason, message.tries)


def _family(attempt: Attempt, stopped: ErpError | Held, line: Line, now: datetime) -> Family:
    """What a try counts as. While the ERP answers nobody, it counts against no message."""
    if not attempt.carried or (attempt.carried == 1 and isinstance(stopped, ErpUnreachable)):
        return Family.UNSENT
    answers = line.well and line.answered_at is not None and line.answered_at >= now - LATELY
    if not answers or isinstance(stopped, Held | ErpUnreachable):
        return Family.LINE
    if isinstance(stopped, ErpAlreadyHas):
        return Family.TAKEN
    if isinstance(stopped, ErpUnknownOutcome):
        return Family.UNKNOWN
    if isinstance(stopped, ErpBusy):
        return Family.BUSY
    return Family.MISREAD if isinstance(stopped, ErpMisread) else Family.PASSING
