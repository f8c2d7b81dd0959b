"""All tables, split by who owns the truth: reference (ERP), configuration (people), transactional (services).

`load_all` is what migrations and tests import to see the whole metadata.
"""


def load_all() -> None:
    """Import every model, FAB's user tables included, so that the metadata is complete."""
    import flask_appbuilder.security.sqla.models  # noqa: F401

    import app.models.configuration
    import app.models.reference
    import app.models.transactional  # noqa: F401
