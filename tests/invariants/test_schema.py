"""Models and migrations describe the same tables."""

from __future__ import annotations

import psycopg

from app.embedded.databases import Addresses, dsn
from app.migrations.commands import differences, head


def test_models_and_migrations_agree(database: Addresses) -> None:
    assert differences(database.owner) == []


def test_a_column_without_migration_is_found(database: Addresses) -> None:
    with psycopg.connect(dsn(database.owner)) as owner:
        owner.execute("alter table item drop column gtin, add column colour text")
        owner.execute("alter table customer_order alter column version type bigint")
    found = str(differences(database.owner))

    assert "colour" in found
    assert "gtin" in found
    assert "version" in found


def test_the_database_stands_at_the_newest_migration(database: Addresses) -> None:
    with psycopg.connect(dsn(database.web)) as web:
        assert web.execute("select version_num from alembic_version").fetchall() == [(head(),)]
