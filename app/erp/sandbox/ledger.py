"""The append-only log of what the sandbox was asked and what it committed.

Checkers read it to prove that nothing was lost or doubled, so commits are written in the transaction of the document.
Requests are written behind, at the latest before anybody reads. It is not an audit of the portal.
"""

from __future__ import annotations

import itertools
import threading
from typing import Any, Protocol

from app.erp.sandbox import wire
from app.erp.sandbox.store import Change, Row, Store


class CommitLog(Protocol):
    """Where commits are written down."""

    def committed(self, change: Change, kind: str, order_key: str, **facts: Any) -> None: ...


class NoLedger:
    """For the first filling, which nobody has to check."""

    def committed(self, change: Change, kind: str, order_key: str, **facts: Any) -> None:
        """Writes nothing."""


class Ledger:
    """Hands out sequence numbers and keeps the entries."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[tuple[int, int, str, str, str]] = []
        self._waiting_lock = threading.Lock()
        self._sequence = itertools.count(1)
        self.restart()

    def restart(self) -> None:
        """Go on numbering after the last stored entry."""
        with self._store.writing() as change:
            row = change.one("SELECT COALESCE(MAX(sequence), 0) AS last FROM ledger")
        assert row is not None
        with self._waiting_lock:
            self._waiting.clear()
            self._sequence = itertools.count(row["last"] + 1)

    def committed(self, change: Change, kind: str, order_key: str, **facts: Any) -> None:
        """Log a commit, in the transaction that makes it."""
        with self._waiting_lock:
            entry = (next(self._sequence), wire.now_ms(), kind, order_key, wire.dump(facts))
        change.db.execute("INSERT INTO ledger VALUES (?,?,?,?,?)", entry)

    def requested(self, order_key: str, **facts: Any) -> None:
        """Log a request once its fate is known."""
        with self._waiting_lock:
            entry = (next(self._sequence), wire.now_ms(), "request", order_key, wire.dump(facts))
            self._waiting.append(entry)

    def flush(self) -> None:
        """Write the waiting requests."""
        with self._waiting_lock:
            if not self._waiting:
                return
        with self._store.writing() as change:
            with self._waiting_lock:
                entries, self._waiting = self._waiting, []
            change.db.executemany("INSERT INTO ledger VALUES (?,?,?,?,?)", entries)

    def entries(self, *, after: int, limit: int, kind: str = "", order_key: str = "") -> list[dict[str, Any]]:
        """Entries behind a sequence number, oldest first."""
        self.flush()
        where, values = ["sequence > ?"], [after]
        for column, value in (("kind", kind), ("orderKey", order_key.upper())):
            if value:
                where.append(f"{column} = ?")
                values.append(value)  # type: ignore[arg-type]
        statement = f"SELECT * FROM ledger WHERE {' AND '.join(where)} ORDER BY sequence LIMIT ?"  # noqa: S608
        with self._store.lock, self._store.reading() as db:
            return [_entry(row) for row in db.execute(statement, (*values, limit))]


def _entry(row: Row) -> dict[str, Any]:
    head = {"sequence": row["sequence"], "at": wire.moment_text(row["at"]), "kind": row["kind"]}
    return {**head, "orderKey": row["orderKey"], **wire.load(row["body"].encode())}
