"""Reads messages with what a person needs to know beside them, and holds one while something is done about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.clock import now
from app.domain.order_states import Process, Validation
from app.errors import Conflict, NotFound
from app.extensions import session
from app.services.delivery.protocol import Claimed
from app.services.fulfilment import GONE
from app.services.outbox import CANCEL, CREATE
from app.words import t

MOST = 200


@dataclass(frozen=True, slots=True)
class Letter:
    """One message. `number` and `version` are the order's; `since` is when it came to where it is.

    `reason` are the words of the ERP or of the connector, as stored. `owner` is empty while nobody has taken it up.
    """

    id: int
    customer_id: int
    order_id: int
    number: str
    version: int
    net: Decimal
    currency: str
    erp_number: str
    process: str
    validation: str
    hold: str
    cancelling: bool
    customer_number: str
    customer: str
    kind: str
    key: str
    connection: str
    state: str
    reason_code: str
    reason: str
    attempts: int
    tries: Mapping[str, int]
    body: Mapping[str, Any]
    owner_id: int | None
    owner: str
    owned_at: datetime | None
    created_at: datetime
    due_at: datetime
    since: datetime
    lease_until: datetime | None
    correlation_id: str

    @property
    def creates(self) -> bool:
        """Whether it enters an order, not cancels one."""
        return self.kind == CREATE

    @property
    def cancels(self) -> bool:
        return self.kind == CANCEL

    @property
    def wanted(self) -> bool:
        """Whether the order still has to get into the ERP: it may have been cancelled meanwhile.

        One that the ERP had and lost has to get there again.
        """
        open_here = self.process in (Process.RECEIVED, Process.IN_VALIDATION) or self.hold == GONE
        return self.validation == Validation.APPROVED and open_here

    def claimed(self) -> Claimed:
        """The message as the part that settles it knows it; nobody holds it, so it is under no lease."""
        return Claimed(
            id=self.id,
            customer_id=self.customer_id,
            order_id=self.order_id,
            order_key=self.key,
            connection=self.connection,
            kind=self.kind,
            body=self.body,
            attempts=self.attempts,
            correlation_id=self.correlation_id,
            until=now(),
            tries=self.tries,
        )


_LETTERS = """
    select m.id, m.customer_id, m.order_id, o.number, o.version, o.net, o.currency, o.erp_number, o.process, o.validation,
           coalesce(o.hold_reason, '') as hold, o.cancel_requested_at is not null as cancelling,
           c.number as customer_number, c.name as customer, m.kind,
           m.order_key as key, m.connection, m.state, m.reason_code, m.reason, m.attempts, m.tries, m.body, m.owner_id,
           coalesce(p.name, '') as owner, m.owned_at, m.created_at, m.due_at,
           coalesce(m.finished_at, m.created_at) as since, m.lease_until, m.correlation_id
      from outbox_message m
      join customer_order o on o.id = m.order_id
      join customer c on c.id = m.customer_id
      left join person p on p.id = m.owner_id"""
_DEAD = text(f"{_LETTERS} where m.state = 'dead' order by since, m.id limit :most")
_WAITING = text(f"{_LETTERS} where m.state = 'waiting' order by m.created_at, m.id limit :most")
_OLD = text(f"""{_LETTERS} where m.state = 'dead' and coalesce(m.finished_at, m.created_at)
                                  <= now() - make_interval(mins => :minutes) order by since, m.id limit :most""")
_ONE = text(f"{_LETTERS} where m.id = :id")
_ITS_ORDER = text("""
    select 1 from customer_order where id = (select order_id from outbox_message where id = :id) for update""")
_HELD = text(f"{_LETTERS} where m.id = :id for update of m")
_ENTERING = text(f"{_LETTERS} where o.number = :number and m.kind = 'create_order' order by m.id desc limit 1")
_OF_ORDER = text(f"""{_LETTERS} where o.number = :number and m.state in ('dead', 'waiting')
                      order by (m.state = 'dead') desc, m.id desc limit 1""")


def dead() -> list[Letter]:
    """Those that need a person, the oldest first."""
    return _many(_DEAD)


def waiting() -> list[Letter]:
    """Those that go out by themselves, the oldest first."""
    return _many(_WAITING)


def older_than(minutes: int) -> Sequence[Letter]:
    """Those that have needed a person for at least so long, whether somebody has taken them up or not."""
    return _many(_OLD, minutes=minutes)


def letter(message_id: int) -> Letter:
    """:raises NotFound: no such message within the scope"""
    return _one(_ONE, message_id)


def letter_of_order(number: str) -> Letter | None:
    """What an order's way into the ERP hangs on at this moment, if anything."""
    row = session.execute(_OF_ORDER, {"number": number}).mappings().one_or_none()
    return None if row is None else Letter(**row)


def entering(number: str) -> Letter:
    """The message that entered the order, or is to.

    :raises NotFound: no such order within the scope, or it was never on its way
    """
    row = session.execute(_ENTERING, {"number": number}).mappings().one_or_none()
    if row is None:
        raise NotFound()
    return Letter(**row)


def held(message_id: int) -> Letter:
    """The message as it is now; order and message are locked, in this sequence, until the transaction ends."""
    session.execute(_ITS_ORDER, {"id": message_id})
    return _one(_HELD, message_id)


def unchanged(before: Letter) -> Letter:
    """The message locked, if it and its order are what they were when the ERP was asked.

    :raises Conflict: somebody was faster
    """
    found = held(before.id)
    if (found.state, found.attempts, found.version) != (before.state, before.attempts, before.version):
        raise changed(found)
    return found


def as_seen(found: Letter, seen: int | None) -> None:
    """:raises Conflict: the order is another one than was on the screen"""
    if seen is not None and seen != found.version:
        raise changed(found)


def changed(found: Letter) -> Conflict:
    """Somebody was faster."""
    return Conflict(
        t("{number} changed since you opened it, so nothing was done.", number=found.number),
        t("Open it again and look once more."),
        version=found.version,
    )


@dataclass(frozen=True, slots=True)
class Tally:
    """How many need a person, how many wait and since when, how many of the dead nobody has taken up."""

    dead: int
    free: int
    waiting: int
    oldest: datetime | None


_TALLY = text("""
    select count(*) filter (where state = 'dead') as dead,
           count(*) filter (where state = 'dead' and owner_id is null) as free,
           count(*) filter (where state = 'waiting') as waiting,
           min(created_at) filter (where state = 'waiting') as oldest
      from outbox_message where state in ('dead', 'waiting')""")


def tally() -> Tally:
    """The counts above the list."""
    return Tally(**session.execute(_TALLY).mappings().one())


def _many(statement: Any, **values: Any) -> list[Letter]:
    return [Letter(**row) for row in session.execute(statement, {"most": MOST, **values}).mappings()]


def _one(statement: Any, message_id: int) -> Letter:
    row = session.execute(statement, {"id": message_id}).mappings().one_or_none()
    if row is None:
        raise NotFound()
    return Letter(**row)
