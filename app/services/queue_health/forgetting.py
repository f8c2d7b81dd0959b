"""How long calls to ERPs are kept: those made for orders with what was said, and the counts of all of them.

An entry of the audit record that names a call which is gone shows no call; nothing else refers to one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from app import clock
from app.extensions import session

COUNTS_KEPT = timedelta(days=400)  # a year, and the same month of the year before
BATCH = 1_000

_calls_kept = timedelta(days=90)


def start_forgetting(days: int) -> None:
    """:param days: how long single calls are kept, the setting ERP_CALL_DAYS"""
    global _calls_kept
    _calls_kept = timedelta(days=days)


_CALLS = text("""
    delete from erp_call where id in (
        select id from erp_call where started_at < :before order by started_at limit :most)""")
_MINUTES = text("""
    delete from erp_call_minute where ctid = any (array(
        select ctid from erp_call_minute where minute < :before order by minute limit :most))""")


def forget_calls() -> bool:
    """Delete a batch of what is too old, in the open transaction of the staff scope.

    :returns: whether there may be more
    """
    now = clock.now()
    calls: Any = session.execute(_CALLS, {"before": now - _calls_kept, "most": BATCH})
    minutes: Any = session.execute(_MINUTES, {"before": now - COUNTS_KEPT, "most": BATCH})
    return BATCH in (calls.rowcount, minutes.rowcount)
