"""The durable store: one SQLite file, one writer at a time, readers beside it.

Every change runs in a `Change`, which carries the moment it happens at, hands out row versions, and collects what
subscribers should hear once it is committed. It knows nothing of orders or pages.
"""

from __future__ import annotations

import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.erp.sandbox import schema, wire

Row = sqlite3.Row


@dataclass(frozen=True, slots=True)
class News:
    """What a subscriber is told about: one record of a page that was created, updated or deleted."""

    page: str
    record_id: str
    kind: str
    at: int


@dataclass
class Change:
    """A running transaction.

    :param at: its moment, milliseconds; grows from change to change
    """

    db: sqlite3.Connection
    at: int
    _version: int
    news: list[News] = field(default_factory=list)

    def version(self) -> int:
        """A row version never given before."""
        self._version += 1
        return self._version

    def insert(self, table: str, row: dict[str, Any]) -> None:
        """Add one stamped row; an `id` is made when the row brings none."""
        self.insert_many(table, [row])

    def insert_many(self, table: str, rows: Sequence[dict[str, Any]]) -> None:
        """Add stamped rows that all have the same columns."""
        if not rows:
            return
        stamped = [
            {"id": str(uuid.uuid4()), **row, "lastModifiedDateTime": self.at, "rowVersion": self.version()}
            for row in rows
        ]
        columns = list(stamped[0])
        marks = ",".join(f":{column}" for column in columns)
        self.db.executemany(f"INSERT INTO {table} ({','.join(columns)}) VALUES ({marks})", stamped)  # noqa: S608

    def update(self, table: str, key: dict[str, Any], values: dict[str, Any], *, stamp: bool = True) -> int:
        """Change the rows with that key; `stamp` False leaves their change mark alone. Returns how many there were."""
        values = dict(values)
        if stamp:
            values |= {"lastModifiedDateTime": self.at, "rowVersion": self.version()}
        sets = ",".join(f"{name}=?" for name in values)
        where = " AND ".join(f"{name}=?" for name in key)
        statement = f"UPDATE {table} SET {sets} WHERE {where}"  # noqa: S608
        return self.db.execute(statement, (*values.values(), *key.values())).rowcount

    def one(self, statement: str, *values: Any) -> Row | None:
        row: Row | None = self.db.execute(statement, values).fetchone()
        return row

    def all(self, statement: str, *values: Any) -> list[Row]:
        return self.db.execute(statement, values).fetchall()

    def tell(self, page: str, record_id: str, kind: str = "updated") -> None:
        """Note what subscribers of a page should hear after the commit."""
        self.news.append(News(page, record_id, kind, self.at))

    def next_number(self, series: str) -> str:
        """The next document number of a series such as `S-ORD`."""
        row = self.one("UPDATE numbers SET last = last + 1 WHERE series = ? RETURNING last", series)
        assert row is not None
        return f"{series}{row['last']}"


class Store:
    """The file and the connections to it.

    :param path: SQLite file; created when missing
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.on_news: Callable[[list[News]], None] = lambda news: None
        self.lock = threading.RLock()
        self._writer = self._connect()
        self._idle: list[sqlite3.Connection] = []
        self._last_at = 0
        self._version = 0
        self._clock_ahead = 0

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        return db

    def is_filled(self) -> bool:
        """Whether the file holds a complete store of this version."""
        try:
            row = self._writer.execute("SELECT value FROM settings WHERE name = 'schema'").fetchone()
        except sqlite3.OperationalError:
            return False
        if row is not None and row["value"] == "1":
            self._add_charges()
            return True
        return row is not None and row["value"] == schema.VERSION

    def _add_charges(self) -> None:
        """A store of the version before, with orders the portal knows: kept, and brought up to date."""
        with self.writing() as change:
            self._drop_all(change, "view")
            for statement in (schema.CHARGES + schema.VIEWS).split(";"):
                change.db.execute(statement)
            change.db.execute("UPDATE settings SET value = ? WHERE name = 'schema'", (schema.VERSION,))

    def rebuild(self, fill: Callable[[Change], None]) -> None:
        """Drop whatever is there and fill anew, in one transaction: a store is whole or not there."""
        with self.writing() as change:
            for kind in ("view", "table"):
                self._drop_all(change, kind)
            for statement in (schema.TABLES + schema.VIEWS).split(";"):
                change.db.execute(statement)
            fill(change)
            change.db.execute("INSERT INTO settings VALUES ('schema', ?)", (schema.VERSION,))

    def _drop_all(self, change: Change, kind: str) -> None:
        listing = "SELECT name FROM sqlite_master WHERE type = ? AND name NOT LIKE 'sqlite_%'"
        for row in change.all(listing, kind):
            change.db.execute(f"DROP {kind} {row['name']}")

    @contextmanager
    def writing(self) -> Iterator[Change]:
        """A transaction; committed to disk when the block ends, undone when it raises."""
        with self.lock:
            self._last_at = max(self._last_at + 1, wire.now_ms() + self._clock_ahead)
            self._version = max(self._version, time.time_ns() // 1000)
            change = Change(self._writer, self._last_at, self._version)
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield change
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")
            self._version = change._version
        if change.news:
            self.on_news(change.news)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for reading, all of it from one moment."""
        db = self._idle.pop() if self._idle else self._connect()
        db.execute("BEGIN")
        try:
            yield db
        finally:
            db.execute("ROLLBACK")
            self._idle.append(db)

    @property
    def clock_ahead(self) -> int:
        """Milliseconds by which the ERP's clock is ahead of the true time; negative behind it."""
        return self._clock_ahead

    def set_clock_ahead(self, milliseconds: int) -> None:
        """Put the clock wrong, or right again. Marks jump with it, also back."""
        with self.lock:
            self._clock_ahead, self._last_at = milliseconds, 0

    def back_up(self) -> None:
        """Keep a copy of everything as it is now, beside the store; the one before it goes."""
        with self.lock:
            self._backup.unlink(missing_ok=True)
            self._writer.execute("VACUUM INTO ?", (str(self._backup),))

    def restore(self, *, but: Sequence[str] = ()) -> bool:
        """Put everything back to the last backup, in one transaction.

        :param but: tables that stay as they are
        :returns: whether there was a backup
        """
        if not self._backup.exists():
            return False
        with self.lock:
            self._writer.execute("ATTACH ? AS backup", (str(self._backup),))
            try:
                with self.writing() as change:
                    self._take_back(change, but)
            finally:
                self._writer.execute("DETACH backup")
        return True

    @property
    def _backup(self) -> Path:
        return self.path.with_name(self.path.name + ".backup")

    def _take_back(self, change: Change, but: Sequence[str]) -> None:
        listing = "SELECT name FROM backup.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        for row in change.all(listing):
            if row["name"] not in but:
                change.db.execute(f"DELETE FROM main.{row['name']}")  # noqa: S608
                change.db.execute(f"INSERT INTO main.{row['name']} SELECT * FROM backup.{row['name']}")  # noqa: S608

    def close(self) -> None:
        """Close every connection; the file stays."""
        with self.lock:
            for db in (self._writer, *self._idle):
                db.close()
            self._idle.clear()
