"""How Alembic runs: on a connection handed over by `app.migrations.commands`, against FAB's one metadata."""

from alembic import context
from flask_appbuilder import Model

import app.models

app.models.load_all()

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Model.metadata,
    compare_type=True,
    include_name=lambda name, type_, parents: not (type_ == "table" and str(name).startswith("audit_event_")),
)
with context.begin_transaction():
    context.run_migrations()
