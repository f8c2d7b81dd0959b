"""What is measured while it happens: requests to us and to the ERP. Counted states are read from the database instead.

With PROMETHEUS_MULTIPROC_DIR set, web and workers of a machine share their numbers through files in that folder.
"""

from __future__ import annotations

import os

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

_http_request = Histogram(
    "portico_http_request_seconds", "Requests answered", ("method", "route", "status"), buckets=_SECONDS
)
_erp_request = Histogram(
    "portico_erp_request_seconds", "Requests to an ERP", ("connection", "operation", "outcome"), buckets=_SECONDS
)
_erp_events = Counter("portico_erp_events_total", "Events an ERP sent us", ("connection", "outcome"))
_odd_waits = Counter(
    "portico_erp_odd_waits_total",
    "Answers of an ERP that asked us to wait for a time we cannot keep to",
    ("connection",),
)


def http_request(seconds: float, *, method: str, route: str, status: int) -> None:
    """:param route: the pattern, never the path: numbers in it would make a series each"""
    _http_request.labels(method, route, str(status)).observe(seconds)


def erp_request(seconds: float, *, connection: str, operation: str, outcome: str) -> None:
    _erp_request.labels(connection, operation, outcome).observe(seconds)


def erp_events(count: int, *, connection: str, outcome: str) -> None:
    """:param outcome: new, copy or forged"""
    if count:
        _erp_events.labels(connection, outcome).inc(count)


def erp_odd_wait(*, connection: str) -> None:
    _odd_waits.labels(connection).inc()


def exposition(states: Collector) -> bytes:
    """Everything in Prometheus' text form.

    :param states: gauges computed for this answer
    """
    computed = CollectorRegistry()
    computed.register(states)
    return _measured() + generate_latest(computed)


def _measured() -> bytes:
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return generate_latest(REGISTRY)
    shared = CollectorRegistry()
    MultiProcessCollector(shared)
    try:
        return generate_latest(shared)
    except FileNotFoundError:  # a process that starts has just cleared away the file of one that is gone
        return generate_latest(shared)
