"""The sandbox ERP as its own server, and a connector that talks to it over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from app.erp.business_central.connector import BusinessCentral
from app.erp.sandbox.server import Sandbox


class Erp:
    """The running sandbox: `connector` for what the portal does, `control` for what happens over there."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.url = f"http://127.0.0.1:{sandbox.port}"

    def connector(self, **settings: Any) -> BusinessCentral:
        base = {
            "url": self.url,
            "tenant": "portico-demo",
            "environment": "Sandbox",
            "company": "Adventure Works",
            "client_id": "portico",
            "client_secret": "portico-sandbox",
            "overlap": 0,
        }
        return BusinessCentral({**base, **settings})

    def control(self, page: str, body: dict[str, Any] | None = None, method: str = "POST") -> Any:
        answer = requests.request(method, f"{self.url}/_sandbox/{page}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def fault(self, kind: str, **fields: Any) -> None:
        """One planned misbehaviour for the next matching request."""
        self.control("faults", {"kind": kind, "match": "portalOrders", **fields})


@pytest.fixture(scope="session")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("erp") / "store.sqlite", port=0, speed=0)
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def erp(running_sandbox: Sandbox) -> Iterator[Erp]:
    erp = Erp(running_sandbox)
    yield erp
    erp.control("faults", method="DELETE")
