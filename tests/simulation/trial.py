"""One seed from the first order to the last ending, and the judgement on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

from app.domain.breaker import lets_pass_at
from app.domain.line import LineRules
from app.domain.pace import Pace
from app.domain.retry import Family
from app.erp.port import LineToPlace, OrderToPlace
from app.services import outbox
from app.services.delivery.comparing import differences
from app.services.delivery.protocol import Delivery, Rest
from tests.simulation.memory import CONNECTION, MemoryStore, Row
from tests.simulation.model_erp import Asked, Books, ModelErp
from tests.simulation.restoring import Backup, judged
from tests.simulation.world import START, Chance, Died, Plan, Time

CALLS_A_MINUTE = 600
SETTLED_WITHIN = 2 * 3600.0  # virtual seconds after the last trouble; waits of up to an hour may stand before them


@dataclass
class Worker:
    """A sender thread: takes, asks, finishes; may die or stand still between any two of them."""

    sim: Trial
    number: int
    skew: timedelta
    key: str = ""

    def __post_init__(self) -> None:
        erp = ModelErp(self.sim.plan, self.sim.time, self.sim.chance, self.sim.books, clock=self.clock)
        self.delivery = Delivery(
            self.sim.store,
            ports=lambda _: erp,
            clock=self.clock,
            rng=self.sim.chance.rng,
            rules=self.sim.rules,
            lease=timedelta(seconds=self.sim.plan.lease),
            deadline=erp.deadline,
        )

    def clock(self) -> datetime:
        return self.sim.time.now + self.skew

    def wake(self) -> None:
        try:
            wait = self._step()
        except Died:
            self.sim.forgotten.add(self.key)
            wait = self.sim.chance.rng.uniform(1, 20)
        self.sim.time.after(wait, self.wake)

    def _step(self) -> float:
        taken = self.delivery.take(CONNECTION)
        if isinstance(taken, Rest):
            return min(1.0, taken.wait.total_seconds()) if taken.wait else 1.0
        self.key = taken.order_key
        self._pause()
        attempt = self.delivery.attempt(taken)
        self._pause()
        self.delivery.finish(attempt)
        return 0.0

    def _pause(self) -> None:
        if self.sim.chance.strikes(self.sim.plan.deaths):
            raise Died
        if self.sim.chance.strikes(self.sim.plan.freezes):
            self.sim.forgotten.add(self.key)
            self.sim.time.pass_by(self.sim.plan.lease * self.sim.chance.rng.uniform(0.5, 3))


class Trial:
    """Everything of one seed."""

    def __init__(self, seed: int) -> None:
        self.plan = Plan.drawn(seed)
        self.time = Time()
        self.chance = Chance(self.plan, self.time)
        self.store = MemoryStore(self.plan, self.time, self.chance)
        self.books = Books()
        self.backup = Backup()
        self.rules = LineRules(Pace.of(CALLS_A_MINUTE))
        self.forgotten: set[str] = set()  # keys of tries that died, or slept, with what they knew
        self.placed: dict[str, OrderToPlace] = {}

    def run(self) -> list[str]:
        """To the end.

        :returns: what was wrong, in words; empty when all is well
        """
        rng = Random(self.plan.seed)
        for number in range(1, self.plan.orders + 1):
            self.time.after(rng.uniform(0, self.plan.trouble * 0.8), partial(self._place, number, rng))
        for number in range(self.plan.workers):
            skew = timedelta(seconds=rng.uniform(-self.plan.skew, self.plan.skew))
            self.time.after(rng.random(), Worker(self, number, skew).wake)
        if self.plan.restored:
            self.time.after(self.plan.backup, lambda: self.backup.take(self))
            self.time.after(self.plan.restored, lambda: self.backup.restore(self))
        self.time.pass_by(self.plan.trouble)
        quiet_by = self.time.now + timedelta(seconds=SETTLED_WITHIN)
        while self.time.now < quiet_by and (len(self.placed) < self.plan.orders or self._unsettled()):
            self._send_dead_ones_again()
            self.time.pass_by(5.0)
        return judge(self)

    def _place(self, number: int, rng: Random) -> None:
        order = order_of(number, rng, refused=rng.random() < self.plan.refused)
        self.placed[order.key] = order
        self.store.post(number, order.key, outbox.CREATE, outbox.as_body(order))
        if rng.random() < self.plan.cancelled:
            self.time.after(
                rng.uniform(0, 60), lambda: self.store.post(number, order.key, outbox.CANCEL, {"key": order.key})
            )

    def _send_dead_ones_again(self) -> None:
        """A person presses "send again" on every letter the ERP did not refuse: that cannot double it."""
        for row in list(self.store.rows.values()):
            if row.state == "dead" and row.reason_code == "tries_spent":
                self.store.rows[row.id] = sent_again(row, self.time.now)

    def _unsettled(self) -> list[Row]:
        return [row for row in self.store.rows.values() if row.state == "waiting" or row.reason_code == "tries_spent"]


def sent_again(row: Row, now: datetime) -> Row:
    """As `app.services.delivery.people.retry` leaves a message behind."""
    tries = {Family.BEFORE.value: row.attempts}
    return replace(row, state="waiting", due_at=now, lease_until=None, tries=tries, reason_code="")


def order_of(number: int, rng: Random, *, refused: bool) -> OrderToPlace:
    lines = tuple(
        LineToPlace(10000 * place, f"ITEM-{rng.randint(1, 50)}", "Item", Decimal(rng.randint(1, 9)), "PCS",
                    Decimal(rng.randint(100, 99999)) / 100, Decimal(0))
        for place in range(1, rng.randint(1, 4) + 1)
    )  # fmt: skip
    comment = "refused" if refused else ""
    return OrderToPlace(f"PT{number:016d}", "C-1", f"PO-{number}", "USD", "MAIN", None, comment, lines)


# --- the judgement ----------------------------------------------------------------------------------------------------


def judge(trial: Trial) -> list[str]:
    wrong = [f"{row.kind} {row.order_key} still waits ({row.reason_code})" for row in trial._unsettled()]
    for key, order in trial.placed.items():
        wrong += _order(trial, key, order)
    wrong += [f"a document nobody ordered: {key}" for key in trial.books.documents if key not in trial.placed]
    wrong += [f"{key} was settled by a worker that had lost it" for key in trial.store.overruled]
    cancelled = {row.order_key for row in trial.store.rows.values() if row.kind == outbox.CANCEL}
    remembered = [each for each in trial.books.asked if each.key not in trial.forgotten]
    wrong += judged(trial)
    wrong += stormed([each for each in remembered if each.key not in cancelled])
    wrong += insisted(trial)
    wrong += impatient(remembered)
    line = trial.store.lines.get(CONNECTION)
    if line is not None and lets_pass_at(line.breaker, trial.time.now) > trial.time.now + timedelta(minutes=1):
        wrong.append(f"the breaker lets nobody try before {lets_pass_at(line.breaker, trial.time.now):%H:%M:%S}")
    return wrong


def _order(trial: Trial, key: str, order: OrderToPlace) -> list[str]:
    rows = [row for row in trial.store.rows.values() if row.order_key == key and row.kind == outbox.CREATE]
    documents = trial.books.documents.get(key, [])
    wrong = [f"{key} has {len(documents)} documents"] if len(documents) > 1 else []
    row = rows[0]
    if row.state == "done" and not documents and not trial.plan.restored:
        wrong.append(f"{key} is called done, the ERP has nothing")
    if row.state == "dead" and documents:
        wrong.append(f"{key} is a dead letter, the ERP has it")
    if row.state == "dead" and order.comment != "refused":
        wrong.append(f"{key} died of {row.reason_code} though nobody refused it")
    if documents and differences(order, documents[0]):
        wrong.append(f"{key} differs: {differences(order, documents[0])}")
    if row.record is not None and documents and row.record.number != documents[0].number and not trial.plan.restored:
        wrong.append(f"{key} is linked to {row.record.number}, the document is {documents[0].number}")
    return wrong


def _sent(asked: Sequence[Asked]) -> list[Asked]:
    return [each for each in asked if each.outcome != "unreachable"]


def stormed(asked: Sequence[Asked]) -> list[str]:
    """No order calls the ERP more than three times within a minute; one that is cancelled is two messages."""
    moments: defaultdict[str, list[datetime]] = defaultdict(list)
    for each in _sent(asked):
        moments[each.key].append(each.at)
    minute = timedelta(seconds=60)
    return [
        f"{key}: four calls from {first:%H:%M:%S} to {fourth:%H:%M:%S}"
        for key, times in moments.items()
        for first, fourth in zip(sorted(times), sorted(times)[3:], strict=False)
        if fourth - first < minute
    ]


def insisted(trial: Trial) -> list[str]:
    """What the ERP refused, and was recorded so, is not sent again."""
    refused = {row.order_key: row.finished_at for row in trial.store.rows.values() if row.reason_code == "erp_refused"}
    return [
        f"{each.key} was sent again after a refusal"
        for each in trial.books.asked
        if each.operation == "create_order" and (since := refused.get(each.key)) is not None and each.at > since
    ]


def impatient(asked: Sequence[Asked]) -> list[str]:
    """After "come back in a minute" the same order does not call earlier; others may have been under way."""
    until: dict[str, datetime] = {}
    wrong = []
    for each in sorted(asked, key=lambda each: each.at):
        if each.at < until.get(each.key, START):
            wrong.append(f"{each.key} called {each.operation} before {until[each.key]:%H:%M:%S}")
        if each.outcome == "busy" and each.wait is not None:
            until[each.key] = each.at + timedelta(seconds=min(each.wait, 3600))
    return wrong


def as_words(seed: int, wrong: Sequence[str], plan: Any) -> str:
    return f"seed {seed}: {'; '.join(wrong[:5])} [{plan}]"
