"""Rules from the command line: publishing the shipped set, as part of `db upgrade`."""

from __future__ import annotations

from app.extensions import start_database, transaction
from app.security.actor import acting, machine
from app.services.rulebook import publish_shipped
from config import Settings


def publish(settings: Settings) -> str:
    """Publish the shipped rule set where none is published; runs as the owner of the tables.

    :returns: a line for the person who ran it
    """
    start_database(settings.database_owner_url, pool_size=1)
    with acting(machine("upgrade")), transaction():
        version = publish_shipped()
    return f"The shipped rules are published as {version[:12]}." if version else "Rules are published already."
