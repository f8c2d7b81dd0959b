"""Ada and the differences between portal and ERP: what is open, both sides of one, a decision with a reason, a run now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from app.embedded.databases import Addresses
from app.embedded.services import Running
from app.erp.port import connect
from app.security.actor import Role
from tests.factories.planting import Planter, Row
from tests.fakes.erp import FakeErp
from tests.views.admin.world import web_app
from tests.views.portal.browsing import Browser, browser_of, text_of


@pytest.fixture(scope="module")
def planter(database: Addresses) -> Iterator[Planter]:
    planter = Planter(database.owner)
    yield planter
    planter.close()


@pytest.fixture(scope="module")
def ada(database: Addresses, services: Running, planter: Planter) -> Iterator[Browser]:
    with web_app(database, services) as app:
        yield _browser(app, planter)


def _browser(app: Flask, planter: Planter) -> Browser:
    return browser_of(app, planter, planter.person("ada", Role.ADMINISTRATOR))


@pytest.fixture
def erp() -> FakeErp:
    erp = FakeErp()
    connect("main", erp)
    return erp


@pytest.fixture
def vanished(planter: Planter, erp: FakeErp) -> Row:
    """An order that is confirmed here and that the ERP does not have."""
    planter.connection.execute("truncate drift, reconciliation_run")
    order = planter.row(
        "customer_order", source="main", currency="USD", process="confirmed", validation="approved", erp_number="SO-7"
    )
    return planter.row(
        "drift", source="main", customer_id=order["customer_id"], kind="vanished", object_type="order",
        object=order["number"], seen_in=1,
        detail={"facts": {"number": "SO-7", "key": order["key"], "state": "confirmed"}, "differences": []},
    )  # fmt: skip


def state(planter: Planter) -> Any:
    row = planter.one("select state, settled_by_name, settlement from drift")
    return row["state"], row["settled_by_name"], row["settlement"]


def test_open_differences_lead_to_their_list_and_that_to_each(ada: Browser, vanished: Row) -> None:
    page = ada.get("/admin/reconciliation/list/")
    assert "1 Gone from the ERP the oldest for" in text_of(page)
    assert 'href="/admin/drifts/list/?kind=vanished&amp;state=open"' in page.text

    listed = ada.get("/admin/drifts/list/?kind=vanished&state=open")
    assert f"/admin/drifts/show/{vanished['id']}" in listed.text
    shown = text_of(ada.get(f"/admin/drifts/show/{vanished['id']}"))
    assert "Nothing is sent again by itself." in shown
    assert "What the portal has Number in the ERP" in shown
    assert "SO-7" in shown
    assert "Send again" in shown


def test_a_decision_is_kept_with_name_and_reason(ada: Browser, vanished: Row, planter: Planter) -> None:
    page = ada.get(f"/admin/drifts/show/{vanished['id']}")
    answer = ada.post(
        f"/admin/drifts/decide/{vanished['id']}", page, decision="leave", reason="agreed with the warehouse"
    )

    assert answer.status_code == 303
    assert state(planter) == ("decided", "Ada", "leave: agreed with the warehouse")
    shown = text_of(ada.get(f"/admin/drifts/show/{vanished['id']}"))
    assert "Leave it agreed with the warehouse" in shown
    assert "What is to be done" not in shown


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"decision": "leave", "reason": "no"}, "A decision needs a reason of 5 to 500 characters."),
        ({"decision": "", "reason": "long enough"}, "Nothing was chosen."),
        ({"decision": "explode", "reason": "long enough"}, "Nothing was chosen."),
        ({"decision": "recreate", "reason": "long enough"}, "The ERP has no order SO-7."),
        (
            {"decision": "by_hand", "reason": "long enough", "number": ""},
            "The number of the order in the ERP is missing.",
        ),
        ({"decision": "by_hand", "reason": "long enough", "number": "SO-8"}, "The ERP has no order SO-8."),
    ],
)
def test_what_cannot_be_decided_says_why_and_keeps_what_was_typed(
    ada: Browser, vanished: Row, planter: Planter, typed: dict[str, str], said: str
) -> None:
    page = ada.get(f"/admin/drifts/show/{vanished['id']}")
    answer = ada.post(f"/admin/drifts/decide/{vanished['id']}", page, **typed)

    assert answer.status_code in (400, 422)
    assert said in text_of(answer)
    assert f">{typed['reason']}</textarea>" in answer.text
    assert state(planter)[0] == "open"


def test_a_comparison_is_asked_for_once_and_shows_how_far_it_is(ada: Browser, vanished: Row, planter: Planter) -> None:
    for _ in range(2):
        page = ada.get("/admin/reconciliation/list/")
        assert ada.post("/admin/reconciliation/start", page).status_code == 303

    shown = text_of(ada.get("/admin/reconciliation/list/"))
    assert "under way step 1 of 7: orders of the ERP" in shown
    assert "Ada" in shown
    assert planter.one("select count(*) from reconciliation_run")["count"] == 1
    asked = planter.all("select tag from audit_event where tag = 'reconciliation:asked'")
    assert len(asked) == 2
