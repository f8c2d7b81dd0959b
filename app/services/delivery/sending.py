"""One message, one delivery: look up what may be there already, send what is not, settle what came of it.

No transaction is open while the ERP is asked. What is settled, is settled only by the holder of the claim.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import structlog

from app.clock import now
from app.domain import retry
from app.erp.errors import ErpAlreadyHas, ErpBusy, ErpError, ErpUnknownOutcome
from app.erp.port import OrderRecord, OrderToPlace, collect_exchanges, connected
from app.extensions import transaction
from app.security.actor import ERP, acting
from app.services import outbox
from app.services.delivery.claiming import Claimed, still_ours
from app.services.delivery.comparing import differences, foreign_content, money_differences
from app.services.delivery.settling import Dead, Done, Later, file_calls, settle

log = structlog.get_logger()

LONGEST_BUSY = timedelta(hours=1)
_rng = Random()  # noqa: S311 (jitter, not a secret)


class _Mismatch(Exception):
    """A document carries our key and is not our order.

    :param problems: where it differs, in words
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))


def deliver(message: Claimed) -> str:
    """Bring a claimed message to its end, or to its next try.

    :returns: done, later, dead, or lost_claim when somebody else has it by now
    """
    with collect_exchanges() as exchanges:
        result = _attempt(message)
    with acting(ERP), transaction():
        if not still_ours(message):
            log.info("claim_lost", message=message.id, attempt=message.attempts)
            file_calls(message, exchanges)
            return "lost_claim"
        settle(message, result, exchanges)
    return result.word


def _attempt(message: Claimed) -> Done | Later | Dead:
    try:
        return _create(message) if message.kind == outbox.CREATE else _cancel(message)
    except _Mismatch as found:
        return Dead("other_document", f"A document in the ERP carries this order's key and differs: {found}.")
    except ErpError as problem:
        return _after(message, problem)


def _create(message: Claimed) -> Done:
    port = connected(message.connection)
    order = outbox.from_body(dict(message.body))
    if message.attempts > 1:
        found = port.find_order(order.key)
        if found is not None:
            return _adopt(order, found)
    try:
        created = port.create_order(order)
    except ErpAlreadyHas:
        found = port.find_order(order.key)
        if found is None:
            raise
        return _adopt(order, found)
    return Done(created, tuple(differences(order, created)))


def _adopt(order: OrderToPlace, found: OrderRecord) -> Done:
    """A document with our key is there: ours if customer and lines say so, whatever the price it was given."""
    if foreign := foreign_content(order, found):
        raise _Mismatch(foreign)
    return Done(found, tuple(money_differences(order, found)))


def _cancel(message: Claimed) -> Done:
    """Cancel it there; what never came there is cancelled with that."""
    port = connected(message.connection)
    if port.find_order(message.order_key) is None:
        return Done(None, ())
    return Done(port.cancel_order(message.order_key), ())


def _after(message: Claimed, problem: ErpError) -> Later | Dead:
    if not problem.retry:
        return Dead("erp_refused", problem.reason)
    if retry.spent(message.attempts):
        return Dead("tries_spent", f"The ERP did not take it in {message.attempts} tries. Last: {problem.reason}")
    return Later(_due(message, problem), problem.outcome, problem.reason)


def _due(message: Claimed, problem: ErpError) -> datetime:
    due = now() + retry.wait(message.attempts, rng=_rng)
    if isinstance(problem, ErpBusy) and problem.not_before is not None:
        return max(due, min(problem.not_before, now() + LONGEST_BUSY))
    if isinstance(problem, ErpUnknownOutcome):
        capabilities = connected(message.connection).capabilities()
        if not capabilities.unique_order_key:
            # It may still be committing: no look-up is worth anything before the ERP's longest run has passed.
            return now() + timedelta(seconds=capabilities.longest_run_seconds)
    return due
