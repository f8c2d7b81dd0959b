"""`db upgrade`, `db current`, `db check`: the schema, brought up and compared. Runs as the owner of the tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from app.failpoints import reach

FOLDER = Path(__file__).parent
AUDIT_MONTHS_AHEAD = 24


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The newest migration this code knows."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    assert newest is not None
    return newest


def upgrade_database(owner_url: str) -> None:
    """Bring the schema to `head()` and make room in the audit record for the months to come."""
    engine = create_engine(owner_url, hide_parameters=True)
    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(7001)"))  # two starts at once: the second one waits
        command.upgrade(_config(connection), "head")
        reach("S14")
        connection.execute(text("select portico_audit_partitions(:months)"), {"months": AUDIT_MONTHS_AHEAD})
    engine.dispose()


def current_revision(url: str) -> str | None:
    """The migration the database stands at; None when it is empty."""
    engine = create_engine(url, hide_parameters=True)
    with engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    return revision


def differences(owner_url: str) -> list[Any]:
    """Where models and database disagree; empty when a migration exists for everything."""
    from flask_appbuilder import Model

    import app.models

    app.models.load_all()
    engine = create_engine(owner_url, hide_parameters=True)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: not (kind == "table" and str(name).startswith("audit_event_")),
            },
        )
        found = compare_metadata(context, Model.metadata)
    engine.dispose()
    return list(found)


def upgrade(settings: Any) -> str:
    """`db upgrade`: schema, then the shipped rule set where none is published.

    :returns: a line for the person who ran it
    """
    upgrade_database(settings.database_owner_url)
    return f"The database stands at {head()}."


def current(settings: Any) -> str:
    """`db current`."""
    revision = current_revision(settings.database_owner_url)
    if revision is None:
        return "The database is empty. Run: python run.py db upgrade"
    if revision != head():
        return f"The database stands at {revision}, this version needs {head()}. Run: python run.py db upgrade"
    return f"The database stands at {revision}, the newest."


def check(settings: Any) -> list[str]:
    """`db check`: every difference between models and database, one sentence each."""
    return [f"models and database differ: {difference}" for difference in differences(settings.database_owner_url)]
