"""Settings come from the environment, are checked all at once, and keep their secrets."""

from __future__ import annotations

import base64
import dataclasses
from typing import Any

import pytest

from config import SETTINGS, Settings, SettingsProblem, demo_problems, durability_problems

PRODUCTION = {
    "PORTICO_ENV": "production",
    "DATABASE_URL": "postgresql://portico_web:hush@db/portico",
    "REDIS_URL": "redis://cache:6379/0",
    "SECRET_KEY": "x" * 40,
    "ENCRYPTION_KEYS": base64.urlsafe_b64encode(b"k" * 32).decode(),
    "PUBLIC_URL": "https://orders.example.com",
    "METRICS_TOKEN": "token-of-prometheus",
}


def problems_of(**environment: str) -> list[str]:
    with pytest.raises(SettingsProblem) as caught:
        Settings.from_environment(environment)
    return caught.value.problems


def test_nothing_set_is_the_demo_on_this_machine() -> None:
    settings = Settings.from_environment({})
    assert (settings.environment, settings.port, settings.business_time_zone) == ("demo", 8080, "UTC")
    assert settings.erp_url == "http://127.0.0.1:8090"


def test_every_setting_of_the_table_is_a_value_and_the_other_way_round() -> None:
    assert {setting.field for setting in SETTINGS} == {field.name for field in dataclasses.fields(Settings)}
    assert all(setting.meaning.endswith(".") and setting.example for setting in SETTINGS)


def test_every_problem_is_told_at_once() -> None:
    problems = problems_of(
        PORT="eighty", PORTICO_ENV="live", BUSINESS_TIME_ZONE="Mars", INSTALLATION="abc", DATABASE_URL="mysql://x"
    )
    assert [sentence.split()[0] for sentence in problems] == [
        "PORTICO_ENV",
        "DATABASE_URL",
        "BUSINESS_TIME_ZONE",
        "PORT",
        "INSTALLATION",
    ]
    assert "PORT is 'eighty', and has to be a whole number from 1 to 65535." in problems


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("WEB_WORKERS", "-1"),
        ("ENCRYPTION_KEYS", "c2hvcnQ="),
        ("ERP_ALLOWLIST", "erp.example.com"),
        ("TRUSTED_PROXIES", "proxy"),
        ("REDIS_URL", "localhost"),
        ("PUBLIC_URL", "orders.example.com"),
        ("SANDBOX_SPEED", "fast"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(name: str, value: str) -> None:
    assert problems_of(**{name: value})[0].startswith(f"{name} ")


def test_lists_are_read_as_lists() -> None:
    settings = Settings.from_environment({"ERP_ALLOWLIST": "erp.example.com:443, 10.1.0.0/16", "TRUSTED_PROXIES": ""})
    assert settings.erp_allowlist == ("erp.example.com:443", "10.1.0.0/16")
    assert settings.trusted_proxies == ()


def test_plain_postgres_addresses_become_ours() -> None:
    settings = Settings.from_environment({"DATABASE_URL": "postgres://web:hush@db/portico"})
    assert settings.database_url == "postgresql+psycopg://web:hush@db/portico"


def test_another_port_carries_over_to_the_addresses() -> None:
    settings = Settings.from_environment({"PORT": "9000", "SANDBOX_PORT": "9001"})
    assert (settings.public_url, settings.erp_url) == ("http://127.0.0.1:9000", "http://127.0.0.1:9001")


def test_production_starts_with_settings_of_its_own() -> None:
    settings = Settings.from_environment(PRODUCTION)
    assert settings.is_production
    assert (settings.log_format, settings.erp_url, settings.erp_allowlist) == ("json", "", ())


@pytest.mark.parametrize("name", [setting.name for setting in SETTINGS if setting.needed])
def test_production_does_not_start_without(name: str) -> None:
    assert any(sentence.startswith(f"{name} is not set") for sentence in problems_of(**{**PRODUCTION, name: ""}))


@pytest.mark.parametrize("name", ["SECRET_KEY", "ENCRYPTION_KEYS", "ERP_CLIENT_SECRET"])
def test_production_refuses_the_secrets_of_the_demo(name: str) -> None:
    demo = next(setting.demo for setting in SETTINGS if setting.name == name)
    assert problems_of(**{**PRODUCTION, name: str(demo)})[0].startswith(f"{name} ")


def test_production_refuses_a_public_address_without_encryption() -> None:
    assert "https" in problems_of(**{**PRODUCTION, "PUBLIC_URL": "http://orders.example.com"})[0]


def test_secrets_show_neither_in_the_repr_nor_in_a_sentence() -> None:
    secret = {setting.name: f"hush-{setting.name}" for setting in SETTINGS if setting.secret}
    for sentence in problems_of(**secret):
        assert "hush" not in sentence
    shown = repr(Settings.from_environment({**PRODUCTION, "SMTP_URL": "smtp://u:hush@mail", "METRICS_TOKEN": "hush"}))
    assert "hush" not in shown
    assert PRODUCTION["SECRET_KEY"] not in shown


def test_a_command_names_the_setting_it_misses() -> None:
    with pytest.raises(SettingsProblem, match="DATABASE_OWNER_URL is not set"):
        Settings.from_environment({}).require("database_owner_url")


class Answers:
    """A connection that has these settings."""

    def __init__(self, **settings: str) -> None:
        self._settings = settings

    def execute(self, query: str, parameters: list[Any]) -> Answers:
        return self

    def fetchall(self) -> list[tuple[str, str]]:
        return list(self._settings.items())


def test_a_database_that_may_forget_is_named() -> None:
    assert durability_problems(Answers(fsync="on", synchronous_commit="on")) == []  # type: ignore[arg-type]
    found = durability_problems(Answers(fsync="off", synchronous_commit="off"))  # type: ignore[arg-type]
    assert [sentence.split()[0] for sentence in found] == ["fsync", "synchronous_commit"]


class Found:
    """A connection that finds one row."""

    def __init__(self, value: str | None) -> None:
        self._value = value

    def execute(self, _statement: str) -> Found:
        return self

    def fetchone(self) -> tuple[str | None]:
        return (self._value,)


def test_production_names_the_demo_users_that_could_still_sign_in() -> None:
    assert demo_problems(Found(None)) == []  # type: ignore[arg-type]
    assert "ada, alice" in demo_problems(Found("ada, alice"))[0]  # type: ignore[arg-type]
