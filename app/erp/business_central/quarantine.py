"""Rows we cannot read are set aside with a reason, while the others go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from app.erp.business_central.fields import Row, Unreadable

_log = structlog.get_logger(__name__)
_MOST_KEPT = 10_000  # a connector may live for months
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row left out. `key` is its number or id, as far as it could be read."""

    entity: str
    key: str
    reason: str


class Quarantine:
    """Collects what was left out, for the sync to report; `rows` may be cleared by whoever has read it."""

    def __init__(self) -> None:
        self.rows: list[Quarantined] = []

    def kept(self, entity: str, rows: Iterable[Any], read: Callable[[Row], T | None]) -> Iterator[T]:
        """The rows that could be read; None from `read` means the row is none of our business."""
        for raw in rows:
            try:
                value = read(Row(raw))
            except Unreadable as unreadable:
                self.add(entity, key_of(raw), unreadable.reason)
                continue
            if value is not None:
                yield value

    def add(self, entity: str, key: str, reason: str) -> None:
        _log.warning("erp_row_quarantined", entity=entity, key=key, reason=reason)
        if len(self.rows) < _MOST_KEPT:
            self.rows.append(Quarantined(entity, key, reason))


def key_of(raw: Any) -> str:
    if not isinstance(raw, dict):
        return ""
    names = ("number", "orderNumber", "shipmentNumber", "id")
    return next((str(raw[name])[:80] for name in names if raw.get(name)), "")
