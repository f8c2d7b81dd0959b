"""`run.py outbox`: what waits, what was tried, sending a dead letter again and handing one over, from the command line.

Whoever has a command line on the server acts as an administrator does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import text

from app.extensions import session, transaction
from app.security.actor import Role, acting, machine
from app.security.scopes import Scope, entered
from app.services import dead_letters
from app.starting import start_process
from config import Settings

OPERATOR = replace(machine("cli"), roles=frozenset({Role.ADMINISTRATOR}))

_LIST = text("""
    select m.id, m.state, m.kind, m.order_key, o.number, m.attempts, m.due_at, m.reason, coalesce(p.name, '') as owner
      from outbox_message m join customer_order o on o.id = m.order_id left join person p on p.id = m.owner_id
     where cast(:state as text) is null or m.state = :state
     order by (m.state = 'dead') desc, (m.state = 'waiting') desc, m.id desc limit 200""")
_CALLS = text("""
    select started_at, operation, status, outcome, milliseconds, response_body from erp_call
     where message_id = :id order by id""")


def list_messages(settings: Settings, *, state: str | None = None) -> Iterator[str]:
    """A line a message, dead ones first.

    :param state: waiting, dead, done, handed_over or withdrawn; None for all
    """
    start_process(settings, settings.database_worker_url)
    with entered(Scope.staff()), transaction():
        rows = session.execute(_LIST, {"state": state}).all()
    for row in rows:
        words = f" · {row.reason}" if row.reason else ""
        words += f" · with {row.owner}" if row.owner else ""
        yield f"{row.id:>8}  {row.state:<11} {row.kind:<13} {row.number:<10} tries {row.attempts}{words}"
    if not rows:
        yield "There is no such message."


def show(settings: Settings, number: int) -> Iterator[str]:
    """Why it is where it is, what can be done, and every call made for a message.

    :raises NotFound: no such message
    """
    start_process(settings, settings.database_worker_url)
    with entered(Scope.staff()), transaction():
        letter = dead_letters.letter(number)
        calls = session.execute(_CALLS, {"id": number}).all()
    yield f"Message {number}, {letter.kind} of {letter.number} for {letter.customer}: {letter.state}"
    if letter.state == "dead":
        said = dead_letters.why(letter)
        yield f"{said.what} {said.todo}"
    if letter.reason:
        yield f"What came back: {letter.reason}"
    if letter.owner:
        yield f"With {letter.owner} since {letter.owned_at:%Y-%m-%d %H:%M}"
    for call in calls:
        status = call.status if call.status is not None else "no answer"
        yield f"{call.started_at:%Y-%m-%d %H:%M:%S}  {call.operation}  {status}  {call.outcome}  {call.milliseconds} ms"
        yield f"    {call.response_body[:300]}"
    if not calls:
        yield f"No call has been made for message {number} yet."


def retry(settings: Settings, number: int) -> str:
    """Send a dead letter again.

    :raises NotFound: no such message
    :raises Conflict: it is not dead
    """
    start_process(settings, settings.database_worker_url)
    with entered(Scope.staff()), acting(OPERATOR), transaction():
        dead_letters.retry(OPERATOR, number)
    return f"Message {number} is waiting to be sent; the worker looks it up in the ERP first."


def hand_over(settings: Settings, number: int, erp_number: str, *, agreed: str = "") -> tuple[bool, list[str]]:
    """Close a message whose order somebody has entered in the ERP.

    :param agreed: the mark of the differences somebody takes as they are
    :returns: whether it is handed over, and what to say
    :raises NotFound: no such message
    :raises PortalError: it cannot be handed over under this number
    """
    start_process(settings, settings.database_worker_url)
    with entered(Scope.staff()), acting(OPERATOR):
        over = dead_letters.hand_over(OPERATOR, number, erp_number, agreed=agreed)
    found = over.comparison.record.number
    if over.done:
        return True, [f"Message {number} is handed over as {found}; it is never sent again."]
    differs = [f"  {each.words}" for each in over.comparison.differences]
    how = f"To take it as it is: outbox hand-over {number} {found} --agreed {over.comparison.mark}"
    return False, [f"{found} differs from the order, so nothing was done:", *differs, how]
