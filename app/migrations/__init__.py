"""Alembic migrations, owned by us: FAB creates nothing on its own."""
