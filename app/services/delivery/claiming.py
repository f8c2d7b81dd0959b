"""Who sends what: rows claimed with SKIP LOCKED, oldest first, one at a time per order.

A claim is a lease with a fencing number: the attempt. When the lease runs out somebody else may claim the row; whoever
held it before finds the attempt changed and can settle nothing any more.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text

from app.extensions import session
from app.services.delivery.protocol import Claimed

__all__ = ["Claimed", "claim", "due", "holds", "renew"]

_FIRST_DUE = """
        select d.id, d.lease_until from outbox_message d
         where d.state = 'waiting' and d.due_at <= now() and (d.lease_until is null or d.lease_until < now())
           and d.connection = :connection
           and not exists (select 1 from outbox_message earlier
                            where earlier.order_id = d.order_id and earlier.id < d.id and earlier.state = 'waiting')
         order by d.due_at, d.id limit 1"""
_IS_DUE = text(_FIRST_DUE)
# What is to be cancelled is known only now: people may have linked the order to another document meanwhile.
_WHICH_ONE = """
    select jsonb_build_object('erp_number', o.erp_number, 'linked',
               exists (select from relink where order_id = o.id and state = 'agreed') or exists (
                   select from outbox_message x where x.order_id = o.id and x.state = 'handed_over'))
      from customer_order o where o.id = m.order_id"""
_CLAIM = text(f"""
    with chosen as ({_FIRST_DUE} for update of d skip locked)
    update outbox_message m
       set attempts = attempts + 1, lease_until = now() + :lease, sent_at = coalesce(sent_at, now())
      from chosen where m.id = chosen.id
    returning m.id, m.customer_id, m.order_id, m.order_key, m.connection, m.kind, m.attempts, m.correlation_id,
              case when m.kind = 'cancel_order' then m.body || ({_WHICH_ONE}) else m.body end as body, m.tries,
              now() - chosen.lease_until as left_for""")  # noqa: S608  constants only
_RENEW = text("""
    update outbox_message set lease_until = now() + :lease
     where id = :id and attempts = :attempts and state = 'waiting' returning id""")
# The order first, as everybody who changes both locks them in this sequence.
_ORDER = text("select 1 from customer_order where id = :order for update")
_HOLDS = text("select 1 from outbox_message where id = :id and attempts = :attempts and state = 'waiting' for update")


def due(connection: str) -> bool:
    """Whether a message waits that might be claimed; locks nothing."""
    return session.execute(_IS_DUE, {"connection": connection}).first() is not None


def claim(connection: str, *, lease: timedelta, until: datetime) -> Claimed | None:
    """Take the message that has been due for longest; the caller commits before it sends anything.

    :param until: when the lease ends, by the clock of this process
    """
    row = session.execute(_CLAIM, {"connection": connection, "lease": lease}).mappings().one_or_none()
    return None if row is None else Claimed(**row, until=until)


def renew(message: Claimed, *, lease: timedelta) -> bool:
    """A new lease from now on; False when somebody else has the message."""
    return session.execute(_RENEW, {"id": message.id, "attempts": message.attempts, "lease": lease}).first() is not None


def holds(message: Claimed) -> bool:
    """Whether the claim holds; locks order and message, so that it holds until the transaction ends."""
    session.execute(_ORDER, {"order": message.order_id})
    return session.execute(_HOLDS, {"id": message.id, "attempts": message.attempts}).first() is not None
