"""States as Prometheus gauges, computed when somebody asks: outbox, orders, age of the mirror, lag of the queue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import redis
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from rq.job import Job

from app.clock import now
from app.extensions import QUEUE, doorbell
from app.monitoring import queries

OUTBOX_STATES = ("waiting", "done", "dead", "withdrawn")


class States(Collector):
    """Reads in the staff scope of whoever asks."""

    def collect(self) -> Iterator[Metric]:
        yield from _outbox()
        yield _orders()
        yield _reference_age()
        yield _queue_lag()


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


def _queue_lag() -> Metric:
    """How long the first job of the queue has been waiting; no value while Redis is silent."""
    lag = GaugeMetricFamily("portico_queue_lag_seconds", "Age of the first waiting job", labels=["queue"])
    try:
        first = doorbell.queue().get_job_ids(0, 1)
        since = _enqueued_at(first[0]) if first else None
    except redis.RedisError:
        return lag
    lag.add_metric([QUEUE], 0.0 if since is None else (now() - since).total_seconds())
    return lag


def _enqueued_at(job_id: str) -> datetime | None:
    job: Job | None = doorbell.queue().fetch_job(job_id)
    if job is None or job.enqueued_at is None:
        return None
    moment: datetime = job.enqueued_at
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
