"""Where a reader stopped, as the opaque text that a page carries and a later run gives back.

Business Central has no delta links (removed in version 24), so a cursor is a mark for each entity set read: the
`lastModifiedDateTime` from which the next run asks, by the ERP's clock. In the middle of a run it also holds the
address of the next page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """`marks` by entity set; `next` and `high` while a walk is under way; `open` only for invoices."""

    marks: Mapping[str, datetime] = field(default_factory=dict)
    next: str = ""
    high: datetime | None = None
    open: Mapping[str, str] = field(default_factory=dict)

    def mark(self, entity: str) -> datetime | None:
        return self.marks.get(entity)

    def paused(self, following: str, high: datetime | None) -> Cursor:
        """Go on with the page at `following`."""
        return replace(self, next=following, high=high)

    def marked(self, **marks: datetime | None) -> Cursor:
        """The walk is over; a mark that is None stays as it was."""
        moved = {entity: max(mark, self.marks.get(entity, mark)) for entity, mark in marks.items() if mark is not None}
        return replace(self, marks={**self.marks, **moved}, next="", high=None)

    def written(self) -> str:
        content: dict[str, object] = {"marks": {entity: mark.isoformat() for entity, mark in self.marks.items()}}
        if self.next:
            content["next"] = self.next
            content["high"] = self.high.isoformat() if self.high else ""
        if self.open:
            content["open"] = dict(self.open)
        return json.dumps(content, separators=(",", ":"), sort_keys=True)

    @classmethod
    def read(cls, text: str | None) -> Cursor:
        """What an earlier page carried; nothing, or a text we do not understand, means from the beginning."""
        if not text:
            return cls()
        try:
            content = json.loads(text)
            high = content.get("high")
            return cls(
                marks={str(entity): datetime.fromisoformat(mark) for entity, mark in content["marks"].items()},
                next=str(content.get("next", "")),
                high=datetime.fromisoformat(high) if high else None,
                open={str(number): str(rest) for number, rest in content.get("open", {}).items()},
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            _log.warning("erp_cursor_not_understood", cursor=text[:200])
            return cls()
