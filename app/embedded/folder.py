"""The folder ``var/``: one Portico at a time, and the secrets drawn for it at its first start."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.embedded.databases import OWNER, WEB, WORKER
from app.embedded.problems import StartProblem


@dataclass(frozen=True)
class Secrets:
    """What was drawn for one ``var/``: passwords of the roles, and a name for its data elsewhere."""

    identity: str
    superuser: str
    owner: str
    web: str
    worker: str
    secret_key: str
    metrics_token: str

    def __repr__(self) -> str:
        return f"Secrets({self.identity})"

    def logins(self) -> dict[str, str]:
        return {OWNER: self.owner, WEB: self.web, WORKER: self.worker}


def lock_folder(var: Path) -> IO[str]:
    """Take ``var`` for this process; the lock goes with the process, however it ends.

    :raises StartProblem: when another Portico has it, or it cannot be written
    """
    try:
        var.mkdir(mode=0o755, parents=True, exist_ok=True)
        lock = (var / "lock").open("a+")
    except OSError as err:
        raise StartProblem(
            f"The folder {var} cannot be written: {err.strerror}.", "Name a folder you may write with PORTICO_VAR."
        ) from err
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise StartProblem(
            f"Portico already runs on the folder {var} (process {holder}).",
            "Stop it first (Ctrl-C there), or give this one its own PORTICO_VAR, PORT and SANDBOX_PORT.",
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def draw_secrets(var: Path) -> Secrets:
    """The secrets of this ``var``, drawn at the first start and kept in a file only its owner reads."""
    kept = var / "secrets.json"
    if not kept.exists():
        names = list(Secrets.__dataclass_fields__)
        drawn = {name: secrets.token_hex(6 if name == "identity" else 24) for name in names}
        half = kept.with_suffix(".unfinished")
        half.unlink(missing_ok=True)
        half.touch(mode=0o600)
        half.write_text(json.dumps(drawn))
        half.rename(kept)
    try:
        return Secrets(**json.loads(kept.read_text()))
    except (ValueError, TypeError) as err:
        raise StartProblem(
            f"The file {kept} is damaged, and with it the passwords of the database.",
            f"Put it back from a backup, or delete the folder {var} to begin anew.",
        ) from err
