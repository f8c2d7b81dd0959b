"""Comparing with the sandbox ERP over HTTP: nothing differs that should not, and what the ERP lost is listed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from typing import Any

import psycopg
import pytest

from app import clock
from app.embedded.databases import dsn
from app.embedded.services import Running
from app.errors import PortalError
from app.extensions import doorbell, stop_database, transaction
from app.jobs import reconcile, schedule
from app.jobs.at_once import at_work
from app.security.scopes import Scope, entered
from app.services import reconciliation
from tests.world import World, fill, sandbox_running, wait_until


@pytest.fixture(scope="module")
def world(services: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """With an ERP of its own: what other portals entered there would rightly be found."""
    folder = tmp_path_factory.mktemp("reconciled")
    with sandbox_running(folder) as sandbox:
        made = World(services.new_database("reconciled"), services.redis_url, sandbox, folder, tokens={})
        made.tokens = fill(made)
        doorbell.start(services.redis_url)
        doorbell.redis.flushall()
        yield made
        made.stop()
    stop_database()


@pytest.fixture(scope="module")
def ordered(world: World) -> list[str]:
    """Three orders, of which the ERP ships what it can; then everybody goes home."""
    world.start("web", "worker", "scheduler")
    alice, charlie = world.api("alice"), world.api("charlie")
    lines = [{"item": "BC-M005", "quantity": "2", "unit": "BOX"}, {"item": "LJ-0192-L", "quantity": "7"}]
    numbers = [_order(alice, lines), _order(alice, lines[1:]), _order(charlie, lines)]
    for number, who in zip(numbers, (alice, alice, charlie), strict=True):
        wait_until(lambda number=number, who=who: who.get(f"/orders/{number}")["erp"]["number"])
    world.sandbox.tell("clock", advance_seconds=2 * 3600)
    wait_until(lambda: alice.get(f"/orders/{numbers[0]}")["state"]["process"] != "confirmed")
    for _ in range(2):  # what the first reading brings is followed up before the second begins
        _read_once_more(world)
    world.stop()
    return numbers


def _read_once_more(world: World) -> None:
    began = _oldest_reading(world)
    wait_until(lambda: _oldest_reading(world) > began)


def _oldest_reading(world: World) -> Any:
    with psycopg.connect(dsn(world.addresses.owner)) as owner:
        query = "select min(fresh_at) from sync_state where entity in ('orders', 'shipments', 'invoices')"
        return owner.execute(query).fetchall()[0][0]


def _order(client: Any, lines: list[dict[str, str]]) -> str:
    answer = client.call("POST", "/orders", {"reference": f"PO-{len(lines)}", "lines": lines, "submit": True},
                         **{"Idempotency-Key": f"reconcile-{client.token[:12]}-{len(lines)}"})  # fmt: skip
    assert answer.status_code == 201, answer.text
    number: str = answer.json()["number"]
    return number


@pytest.fixture
def later() -> Iterator[None]:
    """The feeds had time to bring everything."""
    clock.shift(timedelta(hours=6))
    yield
    clock.shift(timedelta())


def drifts(world: World) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn(world.addresses.owner)) as owner:
        return owner.execute("select kind, object, state, detail from drift order by id").fetchall()


def test_two_sides_that_worked_together_agree(world: World, ordered: list[str], later: None) -> None:
    said: list[str] = []
    assert reconcile.run_now(world.settings(), say=said.append)
    assert [row for row in drifts(world) if row[0] not in ("mirror_behind", "balance_differs")] == []
    assert said[-1] == "Portal and ERP agree."
    assert any(line.startswith("invoices: ") for line in said)


def test_the_worker_brings_a_comparison_somebody_asked_for_to_its_end(
    world: World, ordered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "SLICE", 0.0)
    with at_work(world.settings()):
        with entered(Scope.staff()), transaction():
            run = reconciliation.start("main", asked_by="Ada")
        for _ in range(10):  # however short its slices are
            reconcile.go_on()
        reconcile.watch()
        reconcile.nightly()
    assert _finished(world, run)


def test_every_entry_of_the_schedule_is_a_job() -> None:
    for entry in schedule.SCHEDULE:
        module, _, name = entry.job.rpartition(".")
        assert callable(getattr(import_module(f"app.jobs.{module}"), name)), entry.job


def _finished(world: World, run: int) -> bool:
    with psycopg.connect(dsn(world.addresses.owner)) as owner:
        return bool(
            owner.execute(
                "select 1 from reconciliation_run where id = %s and finished_at is not null", [run]
            ).fetchone()
        )


def test_an_unknown_connection_is_named(world: World) -> None:
    with pytest.raises(PortalError, match="There is no ERP connection elsewhere"):
        reconcile.run_now(world.settings(), connection="elsewhere", say=print)


def test_an_erp_that_does_not_answer_leaves_the_run_to_go_on(world: World, ordered: list[str]) -> None:
    world.sandbox.stop()
    try:
        with pytest.raises(PortalError, match="goes on where it stopped"):
            reconcile.run_now(world.settings(), say=print)
    finally:
        world.sandbox.start()
    assert reconcile.run_now(world.settings(), say=print)


def test_an_erp_put_back_to_a_backup_is_a_complete_list_and_nothing_is_sent(
    world: World, ordered: list[str], later: None
) -> None:
    world.sandbox.tell("backup")
    world.start("web", "worker", "scheduler")
    alice = world.api("alice")
    lost = [_order(alice, [{"item": "BC-M005", "quantity": "1"}] * count) for count in (3, 4)]
    for number in lost:
        wait_until(lambda number=number: alice.get(f"/orders/{number}")["erp"]["number"])
    world.stop()
    world.sandbox.tell("restore")
    before = len(world.sandbox.ledger())

    assert not reconcile.run_now(world.settings(), say=print)

    assert [(kind, name) for kind, name, state, _ in drifts(world) if state == "open"] == [
        ("vanished", number) for number in lost
    ]
    since = world.sandbox.ledger()[before:]
    assert {entry["kind"] for entry in since} == {"request"}
    assert {entry["method"] for entry in since if "token" not in entry["path"]} == {"GET"}
