"""States as Prometheus gauges, computed when somebody asks: outbox, orders, age of the mirror, breakers, lag of the queue.

A database that is away, or too slow for a scrape, costs these gauges, not the answer; `portico_database_answers` says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import redis
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from rq.job import Job
from sqlalchemy.exc import SQLAlchemyError

from app import heartbeat
from app.clock import now
from app.extensions import QUEUE, doorbell, session
from app.monitoring import queries

OUTBOX_STATES = ("waiting", "done", "dead", "withdrawn", "handed_over")
BREAKER = {"closed": 0, "half_open": 1, "open": 2}


class States(Collector):
    """Reads in the staff scope of whoever asks."""

    def collect(self) -> Iterator[Metric]:
        found = _all()
        yield GaugeMetricFamily("portico_database_answers", "1 when it told us the states", value=float(bool(found)))
        yield from found


def _all() -> list[Metric]:
    """All of them, or none when the database does not tell."""
    try:
        queries.be_quick()
        return [*_outbox(), _orders(), _reference_age(), _breakers(), _queue_lag()]
    except SQLAlchemyError:
        session.rollback()
        return []


def _outbox() -> Iterator[Metric]:
    found = queries.outbox()
    messages = GaugeMetricFamily("portico_outbox_messages", "Messages to the ERP", labels=["state"])
    for state in OUTBOX_STATES:
        messages.add_metric([state], found.messages.get(state, 0))
    yield messages
    waits = 0.0 if found.oldest is None else (now() - found.oldest).total_seconds()
    yield GaugeMetricFamily("portico_outbox_oldest_seconds", "Age of the message that waits longest", value=waits)


def _orders() -> Metric:
    orders = GaugeMetricFamily("portico_orders", "Orders by state", labels=["process", "validation"])
    for count in queries.orders_by_state():
        orders.add_metric([count.process, count.validation], count.orders)
    return orders


def _reference_age() -> Metric:
    age = GaugeMetricFamily(
        "portico_reference_age_seconds", "Age of the mirror of the ERP's data", labels=["connection", "entity"]
    )
    for mirror in queries.mirrors():
        if mirror.fresh_at is not None:
            age.add_metric([mirror.source, mirror.entity], (now() - mirror.fresh_at).total_seconds())
    return age


def _breakers() -> Metric:
    breakers = GaugeMetricFamily(
        "portico_breaker_state", "Circuit breaker: 0 closed, 1 half open, 2 open", labels=["connection"]
    )
    for line in queries.lines():
        breakers.add_metric([line.connection], BREAKER[line.breaker])
    return breakers


def _queue_lag() -> Metric:
    """The worse of two: from a ring to its work, and how long the first job of the queue has been waiting."""
    known = [each for each in (heartbeat.lag(), _first_waiting()) if each is not None]
    lag = GaugeMetricFamily("portico_queue_lag_seconds", "From ringing for work to working", labels=["queue"])
    if known:
        lag.add_metric([QUEUE], max(known))
    return lag


def _first_waiting() -> float | None:
    """Seconds; None while Redis is silent."""
    try:
        first = doorbell.queue().get_job_ids(0, 1)
        since = _enqueued_at(first[0]) if first else None
    except redis.RedisError:
        return None
    return 0.0 if since is None else max(0.0, (now() - since).total_seconds())


def _enqueued_at(job_id: str) -> datetime | None:
    job: Job | None = doorbell.queue().fetch_job(job_id)
    if job is None or job.enqueued_at is None:
        return None
    moment: datetime = job.enqueued_at
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
