"""How the way to the ERP is, as figures for one page: calls and how long they took, what waits, and how both were before.

Calls are counted in each process and written minute by minute (`erp_call_minute`); everything else is derived from what
is stored anyway (`outbox_message`, `mail`, `drift`), in the staff scope. Not for gauges, which are in `app.monitoring`,
nor for alerts.
"""

from app.services.queue_health.backlog import Backlog, Overdue, Waiting, backlog, waiting_over
from app.services.queue_health.calls import Calls, Operation, calls_over, operations
from app.services.queue_health.counting import CallCounts, counts, write
from app.services.queue_health.forgetting import forget_calls, start_forgetting
from app.services.queue_health.window import WINDOWS, Window

__all__ = [
    "WINDOWS",
    "Backlog",
    "CallCounts",
    "Calls",
    "Operation",
    "Overdue",
    "Waiting",
    "Window",
    "backlog",
    "calls_over",
    "counts",
    "forget_calls",
    "operations",
    "start_forgetting",
    "waiting_over",
    "write",
]
