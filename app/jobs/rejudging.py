"""Judging again what waits for a fact: after each sync, from where the last run ended. Takes no message.

One short transaction an order. Should this process die in between, the next run begins where this one did.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from sqlalchemy import text

from app import clock
from app.errors import PortalError
from app.extensions import doorbell, session, transaction
from app.models.transactional import Order
from app.security.actor import RULES, acting
from app.security.scopes import Scope, entered
from app.services import rejudging
from app.services.lifecycle import locked
from app.services.ordering.preparing import prepare
from app.starting import SOURCE

log = structlog.get_logger()

_DONE_TO = "rejudging.done"
_EVER = datetime(1, 1, 1, tzinfo=UTC)
_SINCE = text("select ran_at from schedule_tick where job = :job")
_NOTE = text("""
    insert into schedule_tick (job, ran_at) values (:job, :moment)
    on conflict (job) do update set ran_at = excluded.ran_at""")


def waiting() -> dict[str, int]:
    """Look again at all that waits and whose facts changed.

    :returns: how many orders came to which outcome; drafts that can be sent as `can_be_sent`, ended holds as `lifted`
    """
    doorbell.answered("rejudging.waiting")
    began = clock.now()
    counts: dict[str, int] = {}
    with entered(Scope.staff()), acting(RULES):
        with transaction():
            since = session.execute(_SINCE, {"job": _DONE_TO}).scalar() or _EVER
            orders = rejudging.waiting(SOURCE, since, began)
            drafts, held = rejudging.blocked(SOURCE, since), rejudging.held_without_cause(SOURCE)
        for number in orders:
            _count(counts, _one(number, lambda order: rejudging.judge_again(order, clock.now()).value))
        for number in drafts:
            _count(counts, "can_be_sent" if _draft(number) else "blocked")
        for number in held:
            _count(counts, _one(number, _lifted))
        with transaction():
            session.execute(_NOTE, {"job": _DONE_TO, "moment": began})
    if counts:
        log.info("judged_again", **counts)
    return counts


def _one(number: str, what: Callable[[Order], str]) -> str:
    """In a transaction of its own; an order that cannot go on for now does not keep others from it."""
    try:
        with transaction():
            return what(locked(number))
    except PortalError as refused:
        log.info("not_judged_again", order=number, reason=refused.message)
        return "refused"


def _lifted(order: Order) -> str:
    rejudging.lift(order)
    return "lifted"


def _draft(number: str) -> bool:
    with transaction():
        customer_id, lines = rejudging.draft_lines(locked(number))
    prepared = prepare(customer_id, lines, live=False)
    return _one(number, lambda order: "free" if rejudging.look_again(order, prepared) else "") == "free"


def _count(counts: dict[str, int], outcome: str) -> None:
    counts[outcome] = counts.get(outcome, 0) + 1
