"""Delivery as this process does it: on PostgreSQL, with the ports that are connected, at the pace that was set."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from app.clock import now
from app.domain.line import LineRules
from app.domain.pace import Pace
from app.erp.port import connected
from app.services.agreeing import asking_again
from app.services.delivery.gate import admitted, start_lines
from app.services.delivery.protocol import Delivery
from app.services.delivery.store import SqlStore

_rng = Random()  # noqa: S311 (jitter, not a secret)
_lease = timedelta(seconds=120)
_rules = LineRules(Pace.of(600))
_retry_scale = 1.0


def start_sending(*, lease_seconds: float, calls_a_minute: int, retry_scale: float = 1.0) -> None:
    """Set once when a process starts that calls an ERP.

    :param lease_seconds: how long a claim holds (setting OUTBOX_LEASE_SECONDS); each call ends before it does
    :param calls_a_minute: what one connection may bear from all processes together (setting ERP_CALLS_PER_MINUTE)
    :param retry_scale: shortens the waits between tries, for tests (setting OUTBOX_RETRY_SCALE)
    """
    global _lease, _rules, _retry_scale
    _lease = timedelta(seconds=lease_seconds)
    _rules = LineRules(Pace.of(calls_a_minute), probe=_lease)  # no call lasts longer, so two probes never overlap
    _retry_scale = retry_scale
    start_lines(_rules)


def delivery(*, lease: timedelta | None = None) -> Delivery:
    """The protocol on the database of this process; the caller is within staff's scope. Threads make their own."""
    return Delivery(
        SqlStore(),
        ports=connected,
        clock=now,
        rng=_rng,
        rules=_rules,
        lease=_lease if lease is None else lease,
        deadline=admitted,
        retry_scale=_retry_scale,
        ask_first=asking_again.look,
    )
