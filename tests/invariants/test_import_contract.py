"""The import contract bites: planted imports that go the wrong way are refused. (`make test` runs it on the real tree.)"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLANTED = {
    "app/services/review.py": "import app.views.door",
    "app/domain/money.py": "import sqlalchemy",
    "app/services/outbox.py": "import app.erp.business_central.connector",
    "app/erp/sandbox/store.py": "import app.clock",
}
CONTRACTS = 4


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """Every module of the application, empty, under the contract of the real one."""
    for path in (ROOT / "app").rglob("*.py"):
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text("")
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return tmp_path


def lint(folder: Path) -> str:
    tool = Path(sys.executable).parent / "lint-imports"
    return subprocess.run([tool, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False).stdout


def test_modules_that_import_nothing_keep_the_contract(skeleton: Path) -> None:
    assert f"{CONTRACTS} kept, 0 broken" in lint(skeleton)


def test_every_contract_refuses_an_import_that_goes_the_wrong_way(skeleton: Path) -> None:
    for path, statement in PLANTED.items():
        (skeleton / path).write_text(statement)
    said = lint(skeleton)

    assert f"0 kept, {CONTRACTS} broken" in said
    assert "app.services.review -> app.views.door" in said
