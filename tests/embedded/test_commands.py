"""The commands of `run.py` explain themselves, and say in words what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from app import cli
from app.doctor import examine
from app.embedded.notes import write_addresses
from app.embedded.services import Running
from config import Settings


def every_command(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, command in group.commands.items():
        yield from every_command(command, (*path, name)) if isinstance(command, click.Group) else [(*path, name)]


@pytest.fixture
def nothing_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in ("DATABASE_URL", "DATABASE_WORKER_URL", "DATABASE_OWNER_URL", "REDIS_URL", "PORTICO_ENV"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PORTICO_VAR", str(tmp_path))
    return tmp_path


def leave(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as left:
        cli.main(words)
    return int(str(left.value.code)), "".join(capsys.readouterr())


@pytest.mark.parametrize("words", list(every_command(cli.commands)), ids=" ".join)
def test_every_command_explains_itself(words: tuple[str, ...]) -> None:
    answer = CliRunner().invoke(cli.commands, [*words, "--help"])
    assert answer.exit_code == 0
    assert len(answer.output.splitlines()) > 3


def test_a_command_without_its_database_says_how_to_get_one(
    nothing_runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = leave(capsys, "db", "current")
    assert code == 2
    assert "DATABASE_OWNER_URL is not set: start Portico with `make run` first" in said


def test_a_command_finds_the_portico_that_runs_on_this_machine(
    nothing_runs: Path, capsys: pytest.CaptureFixture[str], migrated: Running
) -> None:
    write_addresses(nothing_runs, {"DATABASE_OWNER_URL": migrated.owner_url})
    code, said = leave(capsys, "db", "current")
    assert code == 0
    assert "the newest" in said


def test_everything_at_once_is_refused_in_production(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORTICO_ENV", "production")
    code, said = leave(capsys)
    assert code == 2
    assert "SECRET_KEY is not set" in said
    assert "PUBLIC_URL is not set" in said


def test_the_doctor_names_what_is_missing(nothing_runs: Path) -> None:
    settings = Settings.from_environment({"ERP_URL": "http://127.0.0.1:1", "SMTP_URL": "smtp://127.0.0.1:1"})
    lines = [finding.line() for finding in examine(settings)]
    assert [line for line in lines if line.startswith("ok")] == [
        "ok  settings: read, for demo.",
        "ok  keys: 1 to decrypt with, the first one encrypts.",
    ]
    assert any(line.startswith("fix Redis: not set.") for line in lines)
    assert any(line.startswith("fix mail: 127.0.0.1 does not take our mail") for line in lines)


def test_the_doctor_refuses_a_login_that_may_too_much(migrated: Running) -> None:
    settings = Settings.from_environment(
        {
            "DATABASE_URL": migrated.superuser_dsn("portico"),
            "DATABASE_WORKER_URL": migrated.worker_url,
            "REDIS_URL": migrated.redis_url,
            "ERP_URL": "http://127.0.0.1:1",
        }
    )
    found = {finding.subject: finding for finding in examine(settings)}
    assert "superuser" in found["database for the web"].state
    assert found["database for the worker"].fine
    assert found["Redis"].fine


def test_a_person_made_on_the_command_line_gets_a_token_until_disabled(
    nothing_runs: Path, capsys: pytest.CaptureFixture[str], migrated: Running
) -> None:
    addresses = migrated.new_database("commands", template="portico")
    write_addresses(nothing_runs, {"DATABASE_WORKER_URL": addresses.worker, "REDIS_URL": migrated.redis_url})
    new = ("user", "create", "tess", "--role", "validator")
    code, said = leave(capsys, *new)
    assert (code, said.startswith("tess can sign in now.")) == (0, True)
    code, token = leave(capsys, "token", "create", "--user", "tess")
    assert (code, len(token) > 30) == (0, True)
    assert leave(capsys, "user", "disable", "tess")[0] == 0
    assert leave(capsys, "token", "create", "--user", "nobody-of-this-name")[0] == 1
    migrated.drop_database("commands")
