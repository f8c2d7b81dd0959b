"""Getting in: client credentials, bearer tokens, the addresses of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

if TYPE_CHECKING:
    from app.erp.sandbox.server import Sandbox
    from tests.erp.sandbox.conftest import Client


def test_a_token_is_issued_for_the_right_secret_only(erp: Client) -> None:
    assert erp.sign_in().json()["expires_in"] == 3600
    wrong = erp.sign_in(client_secret="guess")
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    assert erp.sign_in(grant_type="password").status_code == 400


def test_without_a_token_nothing_is_shown(erp: Client) -> None:
    answer = requests.get(f"{erp.standard}/items", timeout=10)
    error = answer.json()["error"]
    assert answer.status_code == 401
    assert error["code"] == "Authentication_InvalidCredentials"
    assert error["message"].startswith("The server has rejected the client credentials.  CorrelationId:  ")


def test_an_expired_token_is_refused(erp: Client, sandbox: Sandbox) -> None:
    lifetime, sandbox.access.lifetime = sandbox.access.lifetime, -1
    token = erp.sign_in().json()["access_token"]
    sandbox.access.lifetime = lifetime
    answer = requests.get(f"{erp.standard}/items", headers={"Authorization": f"Bearer {token}"}, timeout=10)
    assert answer.status_code == 401


def test_the_company_is_found_by_its_list(erp: Client) -> None:
    companies = erp.session.get(f"{erp.root}/api/v2.0/companies", timeout=10).json()["value"]
    assert [company["name"] for company in companies] == ["Adventure Works"]
    assert companies[0]["id"] in erp.standard


def test_unknown_addresses_say_what_is_missing(erp: Client) -> None:
    for address, status, code in (
        (f"{erp.standard}/nonsense", 404, "BadRequest_ResourceNotFound"),
        (f"{erp.root}/api/v2.0/companies(00000000-0000-0000-0000-000000000009)/items", 404, "Internal_CompanyNotFound"),
        (f"{erp.host}/v2.0/other/Sandbox/api/v2.0/companies", 404, "BadRequest_ResourceNotFound"),
        (f"{erp.standard}/items(00000000-0000-0000-0000-000000000009)", 404, "Internal_RecordNotFound"),
    ):
        answer = erp.session.get(address, timeout=10)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_a_verb_a_page_does_not_take_is_answered_405(erp: Client) -> None:
    answer = erp.send("PATCH", "items", {"inventory": 5})
    assert answer.status_code == 405
    assert "'PATCH' requests for 'items' of EdmType 'Collection' are not allowed" in answer.json()["error"]["message"]
