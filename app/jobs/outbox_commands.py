"""`run.py outbox`: what waits, what was tried, and sending a dead letter again, from the command line."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text

from app.extensions import session, transaction
from app.security.actor import acting, machine
from app.security.scopes import Scope, entered
from app.services.delivery import retry as send_again
from app.starting import start_process
from config import Settings

_LIST = text("""
    select m.id, m.state, m.kind, m.order_key, o.number, m.attempts, m.due_at, m.reason
      from outbox_message m join customer_order o on o.id = m.order_id
     where cast(:state as text) is null or m.state = :state
     order by (m.state = 'dead') desc, (m.state = 'waiting') desc, m.id desc limit 200""")
_CALLS = text("""
    select started_at, operation, status, outcome, milliseconds, response_body from erp_call
     where message_id = :id order by id""")


def list_messages(settings: Settings, *, state: str | None = None) -> Iterator[str]:
    """A line a message, dead ones first.

    :param state: waiting, done, dead or withdrawn; None for all
    """
    start_process(settings, settings.database_worker_url)
    with entered(Scope.staff()), transaction():
        rows = session.execute(_LIST, {"state": state}).all()
    for row in rows:
        words = f" · {row.reason}" if row.reason else ""
        yield f"{row.id:>8}  {row.state:<9} {row.kind:<13} {row.number:<10} tries {row.attempts}{words}"
    if not rows:
        yield "There is no such message."


def show(settings: Settings, number: int) -> Iterator[str]:
    """Every call made for a message."""
    start_process(settings, settings.database_worker_url)
    with entered(Scope.staff()), transaction():
        calls = session.execute(_CALLS, {"id": number}).all()
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
    with entered(Scope.staff()), acting(machine("cli")), transaction():
        send_again(number)
    return f"Message {number} is waiting to be sent; the worker looks it up in the ERP first."
