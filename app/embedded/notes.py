"""What a running Portico leaves in ``var/`` for other commands and for its next start.

``run.json`` says where the servers are, as long as they run; ``done.json`` says which steps need not be repeated.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

_ADDRESSES = "run.json"
_DONE = "done.json"


def write_addresses(var: Path, environment: Mapping[str, str]) -> None:
    """Leave the settings of the running parts for other commands; they hold passwords, so for the owner's eyes."""
    path = var / _ADDRESSES
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(dict(environment), indent=1))


def read_addresses(var: Path) -> dict[str, str]:
    """The settings of the Portico that runs on ``var``; empty when none does."""
    return {name: str(value) for name, value in _read(var / _ADDRESSES).items()}


def forget_addresses(var: Path) -> None:
    (var / _ADDRESSES).unlink(missing_ok=True)


def was_killed(var: Path) -> bool:
    """Whether the last run had no time to tidy up, so that its parts may still be going down."""
    return (var / _ADDRESSES).exists()


def is_done(var: Path, step: str, version: str) -> bool:
    return _read(var / _DONE).get(step) == version


def mark_done(var: Path, step: str, version: str) -> None:
    path = var / _DONE
    path.with_suffix(".unfinished").write_text(json.dumps({**_read(path), step: version}))
    path.with_suffix(".unfinished").rename(path)


def forget_done(var: Path) -> None:
    """The database is a new one: every step is to be done again."""
    (var / _DONE).unlink(missing_ok=True)


def code_version(root: Path) -> str:
    """A fingerprint of everything migrations, permissions, rules and the demo are made from."""
    seen = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.suffix in {".py", ".yml", ".sql", ".csv"} or path.name == "HEAD":
            seen.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return seen.hexdigest()


def _read(path: Path) -> dict[str, object]:
    """A note that is missing or was cut short counts as none; everything it says can be found out again."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
