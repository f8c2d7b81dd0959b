"""Keeping the ERP's subscriptions alive: every hour, and sooner while one of them is missing."""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from app.erp.port import connected
from app.extensions import doorbell
from app.logs import new_correlation_id
from app.services.subscribing import Kept, ensure
from app.starting import SOURCE

log = structlog.get_logger()


def keep() -> None:
    """Make, renew and end subscriptions as needed."""
    _keep("keep")


def mend() -> None:
    """The same, while one is missing."""
    _keep("mend")


def _keep(job: str) -> None:
    doorbell.answered(f"subscriptions.{job}")
    new_correlation_id()
    _report(ensure(connected(SOURCE), SOURCE))


def _report(kept: Iterable[Kept]) -> None:
    for each in kept:
        if each.problem:
            log.warning("subscription_missing", entity=each.entity, problem=each.problem)
