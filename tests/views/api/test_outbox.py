"""Messages to the ERP over the API: listed, sent again, handed over; the same services as on the pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from app.security.actor import Actor
from app.security.identity import hash_of
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp
from tests.services.dead_letters.conftest import bring, by_hand, dead, letter_id, sent
from tests.views.portal.conftest import erp, opened, shop, web

__all__ = ["bring", "by_hand", "dead", "erp", "letter_id", "opened", "sent", "shop", "web"]

Call = Callable[..., Any]
Id = Callable[[str], int]


@pytest.fixture
def api(web: Any, shop: Shop) -> Call:
    """`api(shop.ada, "POST", "/outbox/1/retry")`."""

    def ask(actor: Actor, method: str, path: str, body: Any = None) -> Any:
        secret = f"pt_{actor.login}_{shop.planter.row('api_token', membership_id=actor.membership_id)['id']}"
        shop.planter.connection.execute(
            "update api_token set token_hash = %(hash)s, expires_at = now() + interval '1 day' where id = %(id)s",
            {"hash": hash_of(secret), "id": int(secret.rsplit("_", 1)[1])},
        )
        headers = {"Authorization": f"Bearer {secret}"}
        return web.test_client().open(f"/api/v1{path}", method=method, headers=headers, json=body)

    return ask


def test_dead_ones_are_listed_with_their_reason_and_owner(shop: Shop, api: Call, dead: str) -> None:
    items = api(shop.ada, "GET", "/outbox?state=dead").get_json()["items"]

    assert [(each["order"], each["state"], each["reason_code"], each["owner"]) for each in items] == [
        (dead, "dead", "erp_refused", None)
    ]


def test_handing_over_answers_with_what_differs_and_what_agrees_to_it(
    shop: Shop, api: Call, dead: str, letter_id: Id, by_hand: Call, erp: FakeErp
) -> None:
    by_hand(dead)
    erp.by_hand["101047"] = replace(erp.by_hand["101047"], net=Decimal(450))
    path = f"/outbox/{letter_id(dead)}/hand-over"

    refused = api(shop.ada, "POST", path, {"erp_number": "101047"})
    assert refused.status_code == 409
    problem = refused.get_json()
    assert problem["differences"] == ["It comes to USD 450.00 before tax; the order came to USD 460.00."]

    done = api(shop.ada, "POST", path, {"erp_number": "101047", "agreed": problem["agreed"]}).get_json()
    assert (done["state"], done["erp_number"]) == ("handed_over", "101047")
    assert api(shop.ada, "POST", f"/outbox/{letter_id(dead)}/retry").status_code == 409


def test_without_a_number_nothing_is_handed_over(shop: Shop, api: Call, dead: str, letter_id: Id) -> None:
    assert api(shop.ada, "POST", f"/outbox/{letter_id(dead)}/hand-over", {}).status_code == 400
    assert api(shop.ada, "POST", "/outbox/999999/hand-over", {}).status_code == 404


def test_a_customers_history_tells_that_it_waits_for_us_but_not_what_the_erp_said(
    shop: Shop, api: Call, dead: str
) -> None:
    entries = api(shop.alice, "GET", f"/orders/{dead}/history").get_json()["items"]

    assert next(each for each in entries if each["what"] == "outbox:dead")["after"] is None
    assert "blocked for orders" not in str(entries)
    assert "blocked for orders" in str(api(shop.ada, "GET", f"/orders/{dead}/history").get_json())
