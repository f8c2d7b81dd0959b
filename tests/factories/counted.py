"""Calls to an ERP as a process that made them has counted and written them."""

from __future__ import annotations

from datetime import datetime

from app.extensions import transaction
from app.security.scopes import Scope, entered
from app.services.queue_health import CallCounts, write


def counted(
    *milliseconds: int,
    at: datetime,
    connection: str = "main",
    operation: str = "create_order",
    outcome: str = "ok",
) -> None:
    """:param milliseconds: one for each call"""
    counts = CallCounts()
    for each in milliseconds:
        counts.count(each, at=at, connection=connection, operation=operation, outcome=outcome)
    with entered(Scope.staff()), transaction():
        write(counts.take())
