"""What every process does first: logs, clock, database, doorbell, and the connections to ERPs. The one place besides the
registry that knows connectors exist.
"""

from __future__ import annotations

from sqlalchemy import Engine

from app import metrics
from app.clock import start_clock
from app.erp.port import Exchange, connect
from app.erp.registry import connector
from app.extensions import doorbell, start_database
from app.logs import start_logs
from app.models import load_all
from app.services.ordering.numbers import start_numbers
from config import Settings

SOURCE = "main"  # the name of the one connection the settings describe


def start_process(
    settings: Settings,
    database_url: str,
    *,
    pool_size: int = 5,
) -> Engine:
    """Make this process ready to serve.

    :param database_url: of the login this kind of process uses
    """
    load_all()
    start_logs(settings.log_format)
    start_clock(settings.business_time_zone)
    start_numbers(settings.installation)
    engine = start_database(database_url, pool_size=pool_size)
    doorbell.start(settings.redis_url)
    connect(SOURCE, connector("business_central", connection_settings(settings), on_call=_count_call))
    return engine


def _count_call(exchange: Exchange) -> None:
    metrics.erp_request(
        exchange.milliseconds / 1000, connection=SOURCE, operation=exchange.operation, outcome=exchange.outcome
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
