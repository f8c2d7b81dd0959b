"""An inbox on a real database: its subscriptions, its bells, and notices as an ERP writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from app.embedded.databases import Addresses
from app.erp.business_central.subscriptions import PAGES, read_notices
from app.extensions import doorbell, transaction
from app.security.scopes import Scope, entered
from app.services import inbox
from tests.factories.planting import Planter

COMPANY = "api/v2.0/companies(da65c2c0-e0c0-49da-acfe-b63ac4787e2c)"
SECRETS = {entity: f"secret-of-{entity}" for entity in ("prices", "stock", "items", "orders")}


class Notices:
    """Of the port only what the inbox needs of it."""

    def read_notices(self, message: object) -> Any:
        return read_notices(message)


def notice(entity: str, record: int = 1, **changes: Any) -> dict[str, Any]:
    """What Business Central sends for one changed record."""
    return {
        "subscriptionId": f"subscription-of-{entity}",
        "clientState": SECRETS.get(entity, ""),
        "expirationDateTime": "2026-11-27T07:52:31Z",
        "resource": f"{COMPANY}/{PAGES.get(entity, entity)}({record})",
        "changeType": "updated",
        "lastModifiedDateTime": f"2026-11-24T12:54:{record:02}.467Z",
        **changes,
    }


def message(*notices: Mapping[str, Any]) -> bytes:
    return json.dumps({"value": notices}).encode()


def take(*notices: Mapping[str, Any]) -> frozenset[str]:
    """One POST, as the door hands it in."""
    with entered(Scope.staff()), transaction():
        return inbox.take_notices("main", Notices(), message(*notices))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def planter(database: Addresses) -> Iterator[Planter]:
    planter = Planter(database.owner)
    for entity, secret in SECRETS.items():
        planter.row(
            "erp_subscription", source="main", entity=entity, resource=entity, client_state=secret,
            subscription_id=f"subscription-of-{entity}",
        )  # fmt: skip
    yield planter
    planter.close()


@pytest.fixture
def stored(planter: Planter) -> Any:
    """Asks what is stored; nothing at the start."""
    planter.connection.execute("delete from erp_event; delete from reading_wish")
    query = "select entity, change, event_key from erp_event order by event_key"
    return lambda: [tuple(row.values()) for row in planter.all(query)]


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which jobs were called; nobody comes."""
    calls: list[str] = []

    def ring(job: str) -> bool:
        calls.append(job)
        return True

    monkeypatch.setattr(doorbell, "ring", ring)
    return calls
