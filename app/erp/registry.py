"""The one place that picks a connector by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.erp.business_central.connector import BusinessCentral
from app.erp.http import Gate, Observer
from app.erp.port import ErpPort

_CONNECTORS: Mapping[str, Callable[..., ErpPort]] = {"business_central": BusinessCentral}


class UnknownConnector(ValueError):
    """No connector of that name; the text lists those there are."""


def connector(
    name: str, settings: Mapping[str, Any], *, on_call: Observer | None = None, gate: Gate | None = None
) -> ErpPort:
    """A connection to one ERP.

    :param name: one of `names()`
    :param settings: what that connector asks for; keys of others are left aside
    :param on_call: told of every call, for metrics
    :param gate: asked before every call
    :raises UnknownConnector: there is no connector of that name
    :raises ValueError: settings are missing
    """
    factory = _CONNECTORS.get(name)
    if factory is None:
        raise UnknownConnector(f"There is no ERP connector named {name!r}. Known are: {', '.join(names())}.")
    return factory(settings, on_call=on_call, gate=gate)


def names() -> list[str]:
    """The connectors this installation can use."""
    return sorted(_CONNECTORS)
