"""Picking a connector by name."""

from __future__ import annotations

import pytest

from app.erp.business_central.connector import BusinessCentral
from app.erp.registry import UnknownConnector, connector

SETTINGS = {
    "url": "http://erp.example:7048",
    "tenant": "t",
    "environment": "Production",
    "company": "CRONUS",
    "client_id": "portico",
    "client_secret": "s3cret",
    "shown_as": "a key of somebody else",
}


def test_a_known_name_gives_its_connector() -> None:
    erp = connector("business_central", SETTINGS)

    assert isinstance(erp, BusinessCentral)
    assert "s3cret" not in repr(erp.settings)


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownConnector, match=r"'sap'.*business_central"):
        connector("sap", {})


def test_missing_settings_are_named() -> None:
    with pytest.raises(ValueError, match="environment, client_secret"):
        connector("business_central", {**SETTINGS, "environment": "", "client_secret": None})


def test_the_token_address_follows_the_host() -> None:
    cloud = BusinessCentral({**SETTINGS, "url": "https://api.businesscentral.dynamics.com"}).settings
    own = BusinessCentral(SETTINGS).settings

    assert cloud.sign_in_url == "https://login.microsoftonline.com/t/oauth2/v2.0/token"
    assert cloud.permitted == ("api.businesscentral.dynamics.com:443", "login.microsoftonline.com:443")
    assert own.sign_in_url == "http://erp.example:7048/t/oauth2/v2.0/token"


def test_settings_written_as_text_are_understood() -> None:
    own = BusinessCentral({**SETTINGS, "staging": "false", "read_timeout": "2.5", "allowlist": "a:1,b:2"}).settings

    assert (own.staging, own.read_timeout, own.permitted) == (False, 2.5, ("a:1", "b:2"))
