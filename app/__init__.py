"""Portico: an order portal between a company's business customers and its ERP.

Nothing is imported at module level, so that `app.rules` and `app.domain` can be used without a web framework.
"""


def create_app(config=None):  # type: ignore[no-untyped-def]
    """Build the web application.

    :param config: a `config.Settings`; read from the environment when left out
    :returns: a `flask.Flask`
    """
    from app.wiring import build

    return build(config)
