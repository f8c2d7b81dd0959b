"""The client's own ledger: a line before every try and one for every answer, on the disk before it goes on.

Whatever dies during a run, this says what was asked for and what was promised. Imports nothing of the portal.
"""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path
from typing import Any


class ClientLedger:
    """Append-only, one JSON object a line; may be used by many threads.

    :param path: the file; made when missing
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self.tries: list[dict[str, Any]] = []
        self.answers: list[dict[str, Any]] = []

    def tried(self, key: str, body: dict[str, Any]) -> None:
        """About to be sent under this idempotency key."""
        self._write(self.tries, {"what": "tried", "key": key, "at": time.time(), "body": body})

    def answered(self, key: str, status: int, shown: dict[str, Any], *, seconds: float) -> None:
        """What came back: the status and the order as it was shown."""
        entry = {"what": "answered", "key": key, "at": time.time(), "status": status, "seconds": seconds}
        self._write(self.answers, {**entry, "order": shown})

    def acknowledged(self) -> dict[str, dict[str, Any]]:
        """Key → the order as first shown, for every try that was taken."""
        found: dict[str, dict[str, Any]] = {}
        for entry in self.answers:
            if entry["status"] in (200, 201):
                found.setdefault(entry["key"], entry["order"])
        return found

    def _write(self, kept: list[dict[str, Any]], entry: dict[str, Any]) -> None:
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
            file.flush()
            os.fsync(file.fileno())
            kept.append(entry)
