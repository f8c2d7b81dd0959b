"""A sandbox ERP per test module, on a free port with a throw-away store, and a bare HTTP client for it."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from app.erp.sandbox.access import CLIENT_ID, CLIENT_SECRET, COMPANY_ID, SCOPE
from app.erp.sandbox.seed import fill
from app.erp.sandbox.server import Sandbox
from app.erp.sandbox.store import Store

_keys = itertools.count(1)
LINE = {"itemNumber": "BK-M18B-40", "quantity": 2, "unitOfMeasureCode": "PCS", "unitPrice": 300, "discountPercent": 0}


class Client:
    """Speaks to one sandbox: `standard` and `companion` are roots of pages, `control` its control pages."""

    def __init__(self, port: int) -> None:
        self.host = f"http://127.0.0.1:{port}"
        self.root = f"{self.host}/v2.0/portico-demo/Sandbox"
        self.standard = f"{self.root}/api/v2.0/companies({COMPANY_ID})"
        self.companion = f"{self.root}/api/portico/portal/v1.0/companies({COMPANY_ID})"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {self.sign_in().json()['access_token']}"

    def sign_in(self, **changes: str) -> requests.Response:
        form = {
            "grant_type": "client_credentials",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "scope": SCOPE,
        }
        return requests.post(f"{self.host}/portico-demo/oauth2/v2.0/token", data={**form, **changes}, timeout=10)

    def get(self, page: str, headers: dict[str, str] | None = None, **query: Any) -> Any:
        """A page's JSON with decimals; query options without their dollar sign."""
        answer = self.read(page, headers, **query)
        assert answer.status_code == 200, answer.text
        return answer.json(parse_float=Decimal)

    def read(self, page: str, headers: dict[str, str] | None = None, **query: Any) -> requests.Response:
        named = {f"${name}": value for name, value in query.items()}
        return self.session.get(self.address(page), params=named, headers=headers, timeout=20)

    def address(self, page: str) -> str:
        if page.startswith("http"):
            return page
        name = re.split(r"[(/?]", page)[0]
        return f"{self.standard if name in STANDARD else self.companion}/{page}"

    def send(self, method: str, page: str, body: Any = None, **headers: str) -> requests.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.session.request(method, self.address(page), json=body, headers=named, timeout=20)

    def control(self, method: str, page: str, body: Any = None) -> Any:
        answer = requests.request(method, f"{self.host}/_sandbox/{page}", json=body, timeout=20)
        assert answer.status_code in (200, 204), answer.text
        return answer.json() if answer.content else None

    def order(self, **changes: Any) -> requests.Response:
        """POST a portal order of one line; `changes` replace its fields."""
        body = {"orderKey": f"KEY-{next(_keys)}", "customerNumber": "AW00000001", "shipToCode": "MAIN", "lines": [LINE]}
        return self.send("POST", "portalOrders", {**body, **changes})

    def state(self, number: str) -> Any:
        return self.get("orderStates", filter=f"orderNumber eq '{number}'")["value"][0]

    def lines(self, number: str) -> Any:
        return self.get("orderLineStates", filter=f"orderNumber eq '{number}'")["value"]


STANDARD = {
    "items", "customers", "paymentTerms", "locations", "currencies", "salesOrders", "salesOrderLines", "salesShipments",
    "salesShipmentLines", "salesInvoices", "salesInvoiceLines", "taxAreas", "salespeople", "customerFinancialDetails",
}  # fmt: skip


@pytest.fixture(scope="session")
def filled_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store filled once; servers work on copies."""
    path = tmp_path_factory.mktemp("store") / "filled.db"
    store = Store(path)
    store.rebuild(fill)
    store.close()
    return path


@pytest.fixture(scope="module")
def sandbox(filled_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A server whose clock stands still until it is moved."""
    path = tmp_path_factory.mktemp("sandbox") / "erp.db"
    shutil.copy(filled_store, path)
    running = Sandbox(path, speed=0, notice_delay=0.05)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def erp(sandbox: Sandbox) -> Client:
    return Client(sandbox.port)


@pytest.fixture(autouse=True)
def _no_fault_left_over(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "sandbox" in request.fixturenames:
        request.getfixturevalue("sandbox").faults.clear()


def code_of(answer: requests.Response) -> str:
    """The error code of a refusal."""
    return str(answer.json()["error"]["code"])
