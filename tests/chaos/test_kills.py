"""The kill matrix in short: one cell of the steps that decide, and the migration. `make kills` tries every cell."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.embedded.services import Running
from app.migrations.commands import current_revision, head
from tests.chaos.kills import ARMING, STEPS, VICTIMS, Cell, cells, try_cell
from tests.chaos.run import chaotic_world
from tests.world import ROOT, World

TRIED_HERE = (Cell("S2", "web"), Cell("S4", "web"), Cell("S7", "worker"), Cell("S9", "worker"), Cell("S10", "postgres"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Running]]:
    with chaotic_world(tmp_path_factory.mktemp("kills")) as made:
        yield made


@pytest.mark.parametrize("cell", TRIED_HERE, ids=str)
def test_a_part_dies_at_a_step_and_the_order_arrives_once(whole: tuple[World, Running], cell: Cell) -> None:
    world, services = whole

    verdict = try_cell(world, services, cell, seed=50 + TRIED_HERE.index(cell))

    assert verdict.clean, str(verdict)


def test_every_step_meets_every_victim() -> None:
    assert len(cells()) == len(STEPS) * len(VICTIMS) == 98


def test_a_migration_killed_at_its_end_has_changed_nothing(whole: tuple[World, Running], tmp_path: Path) -> None:
    world, services = whole
    empty = services.new_database("half_migrated")
    upgrade = [sys.executable, str(ROOT / "run.py"), "db", "upgrade"]
    environment = {**world.environment(), "DATABASE_OWNER_URL": empty.owner, "DATABASE_URL": empty.web}

    killed = subprocess.run(upgrade, cwd=ROOT, env={**environment, ARMING: "S14=kill"}, capture_output=True)

    assert killed.returncode == -9
    assert current_revision(empty.owner) is None
    subprocess.run(upgrade, cwd=ROOT, env=environment, capture_output=True, check=True)
    assert current_revision(empty.owner) == head()
