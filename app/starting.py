"""What every process does first: logs, clock, database, doorbell, and the connections to ERPs. The one place besides the
registry that knows connectors exist.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from app import metrics
from app.clock import start_clock
from app.erp.port import Exchange, connect
from app.erp.registry import connector
from app.extensions import doorbell, start_database
from app.logs import start_logs
from app.models import load_all
from app.services.agreeing.tolerance import start_tolerance
from app.services.alerts import start_alerts
from app.services.delivery import start_sending
from app.services.delivery.gate import LineGate
from app.services.live_calls import start_live_calls
from app.services.maintenance import start_maintenance
from app.services.ordering.numbers import start_numbers
from app.services.queue_health import counts, start_forgetting
from app.services.silence import start_silence
from config import Settings

_PATIENCE, _HASTE = timedelta(seconds=30), timedelta(milliseconds=200)

SOURCE = "main"  # the name of the one connection the settings describe


def start_process(
    settings: Settings,
    database_url: str,
    *,
    pool_size: int = 5,
    patient: bool = True,
) -> Engine:
    """Make this process ready to serve.

    :param database_url: of the login this kind of process uses
    :param patient: its calls to the ERP may wait their turn; False where somebody waits in front of a screen
    """
    load_all()
    start_logs(settings.log_format)
    start_clock(settings.business_time_zone)
    start_numbers(settings.installation)
    start_degraded(settings)
    start_alerts(vars(settings))
    start_forgetting(settings.erp_call_days)
    engine = start_database(database_url, pool_size=pool_size)
    doorbell.start(settings.redis_url)
    start_sending(
        lease_seconds=settings.outbox_lease_seconds,
        calls_a_minute=settings.erp_calls_per_minute,
        retry_scale=settings.outbox_retry_scale,
    )
    gate = LineGate(engine, SOURCE, patience=_PATIENCE if patient else _HASTE, leads=patient)
    connect(SOURCE, connector("business_central", connection_settings(settings), on_call=_count_call, gate=gate))
    return engine


def start_degraded(settings: Settings) -> None:
    """How this process behaves when the ERP is slow, silent, or of another mind about a price."""
    start_tolerance(settings.price_tolerance_percent, timedelta(minutes=settings.price_wait_minutes))
    start_silence(settings.erp_name, settings.price_age_hours)
    start_live_calls(settings.erp_live_calls)
    start_maintenance(settings.maintenance)


def _count_call(exchange: Exchange) -> None:
    """For Prometheus, and for the page of queue health; neither holds the call up."""
    metrics.erp_request(
        exchange.milliseconds / 1000, connection=SOURCE, operation=exchange.operation, outcome=exchange.outcome
    )
    counts.count(
        exchange.milliseconds,
        at=exchange.started_at,
        connection=SOURCE,
        operation=exchange.operation,
        outcome=exchange.outcome,
    )


def connection_settings(settings: Settings) -> dict[str, object]:
    """What the connector of the one connection is given."""
    return {
        "url": settings.erp_url,
        "tenant": settings.erp_tenant,
        "environment": settings.erp_environment,
        "company": settings.erp_company,
        "client_id": settings.erp_client_id,
        "client_secret": settings.erp_client_secret,
        "allowlist": settings.erp_allowlist,
    }
